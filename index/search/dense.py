"""Finds nearest vectors: exactly, or with a graph, which is far faster if there are many."""

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
PASSAGES_AT_ONCE = 50_000  # vectors copied at once to search only some passages: 77 MB of 384 dimensions


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The best passages for each of m queries: ids [m, k] and scores [m, k], highest first; id -1 and score 0 as padding."""

    ids: Ints
    scores: Floats

    def ranking(self, query: int) -> list[tuple[int, float]]:
        """Return (id, score) for one query, best first, without padding."""
        pairs = zip(self.ids[query].tolist(), self.scores[query].tolist(), strict=True)
        return [(number, score) for number, score in pairs if number >= 0]


class DenseIndex:
    """Search by inner product, which equals the cosine because vectors have unit length.

    It scans the vectors, which may be memory-mapped, unless there is an undamaged graph over them. It never finds the passages
    that are ``missing``.
    """

    def __init__(self, vectors: Floats, stored: StoredGraph | None = None, missing: Numbers | None = None) -> None:
        self.vectors = vectors
        self.stored = stored
        self._opening = threading.Lock()
        self._graph: Graph | None = None
        self._numbers = None if missing is None or not len(missing) else present(len(vectors), missing)

    @property
    def kind(self) -> str:
        """How it is searched: "exact", or faiss's name for the graph."""
        return EXACT if self.stored is None else GRAPH

    def among(self, wanted: Mask) -> DenseIndex:
        """Return this index with an exact search limited to the wanted passages (one boolean each); ids stay the same."""
        narrowed = DenseIndex(self.vectors)
        narrowed._numbers = np.flatnonzero(wanted) if self._numbers is None else self._numbers[wanted[self._numbers]]
        return narrowed

    def search(self, vectors: Floats, k: int) -> Neighbours:
        """Find the k passages with the highest cosine for each row of ``vectors`` [m, d]; raises ValueError for bad shapes."""
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
        short = np.flatnonzero((ids < 0).any(axis=1))  # a graph may find too few, an exact search never does
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
        """Read the graph at the first search; if it is damaged, fall back to the exact search for good."""
        with self._opening:
            if self._graph is None and self.stored is not None:
                self._graph = self.stored.read()
                if self._graph is None:
                    self.stored = None
            return self._graph


def search_for(asked: str, passages: int) -> str:
    """Return how to search so many passages under a setting, one of SEARCHES: "exact", or faiss's name for the graph."""
    exact = passages <= LARGEST_EXACT if asked == BY_SIZE else asked == EXACT
    return EXACT if exact else GRAPH


def write_graph(vectors: Floats, folder: Path, before: StoredGraph | None, origins: Numbers, missing: Numbers) -> None:
    """Write a graph over the vectors that are not ``missing``, updated from the one before if ``Graph.grown`` allows it."""
    passages = present(len(vectors), missing)
    grown = Graph.grown(before, vectors, origins, passages) if before else None
    (grown or Graph.made(vectors, passages)).write(folder)


def present(passages: int, missing: Numbers) -> Ints:
    """Return the numbers of all passages but the missing ones."""
    return np.delete(np.arange(passages), missing)


def _scanned(queries: Floats, vectors: Floats, k: int) -> tuple[Ints, Floats]:
    import faiss

    scores, ids = faiss.knn(queries, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
    return _best(ids, scores, k)


def _best(ids: Ints, scores: Floats, k: int) -> tuple[Ints, Floats]:
    """The k highest scores of each row, ties by id."""
    order = np.lexsort((ids, -scores))[:, :k]
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1)
