"""Vectors and their nearest neighbours: an exact search, or a graph's, which is far quicker if there are many."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.arrays import Floats, Ints, Mask, Numbers
from index.search.ann import GRAPH, Graph, StoredGraph

LARGEST_EXACT = 65_000  # passages; beyond them an exact search takes more than 4 ms
EXACT = "exact"
BY_SIZE = "size"
SEARCHES = (BY_SIZE, EXACT, "graph")
PASSAGES_AT_ONCE = 50_000  # copied for an exact search in some of them


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The passages nearest to each of m queries, best first: ids [m, k], -1 where there are fewer, and scores [m, k].

    A higher score is nearer, in both kinds of search; it is 0 where the id is -1.
    """

    ids: Ints
    scores: Floats

    def ranking(self, query: int) -> list[tuple[int, float]]:
        """The ids that one query found with their scores, best first."""
        pairs = zip(self.ids[query].tolist(), self.scores[query].tolist(), strict=True)
        return [(number, score) for number, score in pairs if number >= 0]


class DenseIndex:
    """Search by inner product, which is the cosine as the vectors have unit length.

    It is exact, straight over the vectors, which may be a map of a file; if there is a sound graph over them, that is
    searched instead, which finds nearly all of the same in a fraction of the time.
    """

    def __init__(self, vectors: Floats, stored: StoredGraph | None = None) -> None:
        self.vectors = vectors
        self.stored = stored
        self._opening = threading.Lock()
        self._graph: Graph | None = None
        self._numbers: Ints | None = None

    @property
    def kind(self) -> str:
        """How it is searched: exact, or the graph by faiss's name for it."""
        return EXACT if self.stored is None else GRAPH

    def among(self, wanted: Mask) -> DenseIndex:
        """This index, searched exactly and only in the passages wanted: a truth value each. Ids stay as they are."""
        narrowed = DenseIndex(self.vectors)
        narrowed._numbers = np.flatnonzero(wanted if self._numbers is None else _both(wanted, self._numbers))
        return narrowed

    def search(self, vectors: Floats, k: int) -> Neighbours:
        """The k passages with the highest cosine to each of the vectors [m, d]."""
        queries = np.ascontiguousarray(vectors, dtype=np.float32)
        if queries.ndim != 2 or queries.shape[1] != self.vectors.shape[1]:
            raise ValueError(f"queries of shape {queries.shape} in an index of {self.vectors.shape[1]} dimensions")
        if k < 1:
            raise ValueError(f"k must be positive, not {k}")
        ids, scores = np.full((len(queries), k), -1, np.int64), np.zeros((len(queries), k), np.float32)
        found = min(k, len(self.vectors if self._numbers is None else self._numbers))
        if len(queries) and found:
            ids[:, :found], scores[:, :found] = self._nearest(queries, found)
        return Neighbours(ids, scores)

    def _nearest(self, queries: Floats, k: int) -> tuple[Ints, Floats]:
        graph = self._opened()
        if graph is None:
            return self._exactly(queries, k)
        ids, scores = graph.search(queries, k)
        short = np.flatnonzero((ids < 0).any(axis=1))  # a graph may miss what is there: an exact search does not
        if len(short):
            ids[short], scores[short] = self._exactly(queries[short], k)
        return ids, scores

    def _exactly(self, queries: Floats, k: int) -> tuple[Ints, Floats]:
        if self._numbers is None:
            return _scanned(queries, self.vectors, k)
        kept = np.full((len(queries), k), -1, np.int64), np.full((len(queries), k), -np.inf, np.float32)
        for start in range(0, len(self._numbers), PASSAGES_AT_ONCE):
            numbers = self._numbers[start : start + PASSAGES_AT_ONCE]
            ids, scores = _scanned(queries, self.vectors[numbers], min(k, len(numbers)))
            kept = _best(np.hstack([kept[0], numbers[ids]]), np.hstack([kept[1], scores]), k)
        return kept

    def _opened(self) -> Graph | None:
        """The graph; if its bytes are not those that were written, there is none and the search is exact."""
        with self._opening:
            if self._graph is None and self.stored is not None:
                self._graph = self.stored.read()
                if self._graph is None:
                    self.stored = None
            return self._graph


def search_for(asked: str, passages: int) -> str:
    """How so many passages are to be searched, given one of SEARCHES: exact, or the graph by faiss's name for it."""
    exact = passages <= LARGEST_EXACT if asked == BY_SIZE else asked == EXACT
    return EXACT if exact else GRAPH


def write_graph(vectors: Floats, folder: Path, before: StoredGraph | None, origins: Numbers) -> None:
    """Write a graph over the vectors, grown from the one before if it can be: see ``Graph.grown``."""
    grown = Graph.grown(before, vectors, origins) if before else None
    (grown or Graph.made(vectors)).write(folder)


def _both(wanted: Mask, numbers: Ints) -> Mask:
    among = np.zeros(len(wanted), dtype=bool)
    among[numbers] = True
    return wanted & among


def _scanned(queries: Floats, vectors: Floats, k: int) -> tuple[Ints, Floats]:
    import faiss

    scores, ids = faiss.knn(queries, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
    return _best(ids, scores, k)


def _best(ids: Ints, scores: Floats, k: int) -> tuple[Ints, Floats]:
    """The k highest of each row, the lower id first among equals."""
    order = np.lexsort((ids, -scores))[:, :k]
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1)
