"""Vectors and their nearest neighbours. The only importer of faiss, and only when something is searched or written."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embedder import Floats

if TYPE_CHECKING:
    import faiss

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Beyond this many passages a graph is searched, as an exact search takes more than a few milliseconds.
LARGEST_EXACT = 100_000
GRAPH = "HNSW32,SQfp16"
WIDTH_BUILDING = 80
WIDTH_SEARCHING = 160
AT_ONCE = 10_000  # vectors added to the graph


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The passages nearest to each of m queries, best first: ids [m, k], -1 where there are fewer, and scores [m, k].

    A higher score is nearer, in both kinds of search; it is 0 where the id is -1.
    """

    ids: Ints
    scores: Floats


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A graph that ``write_graph`` wrote, and the SHA-256 that it must have: faiss trusts whatever it reads."""

    path: Path
    sha256: str


class DenseIndex:
    """Search by inner product, which is the cosine as the vectors have unit length.

    It is exact, straight over the vectors, which may be a map of a file; where there is a sound graph over them, that is
    searched instead, which finds nearly all of the same in a fraction of the time.
    """

    def __init__(self, vectors: Floats, graph: GraphFile | None = None) -> None:
        self.vectors = vectors
        self._graph_file = graph
        self._opening = threading.Lock()
        self._graph: faiss.Index | None = None
        self._numbers: Ints | None = None

    @property
    def kind(self) -> str:
        """How it is searched: exact, or the graph by faiss's name for it."""
        return "exact" if self._graph_file is None else GRAPH

    def among(self, wanted: Mask) -> DenseIndex:
        """This index, searched exactly and only in the passages wanted: a truth value each. Ids stay as they are."""
        numbers = np.flatnonzero(wanted)
        narrowed = DenseIndex(self.vectors[numbers])
        narrowed._numbers = numbers if self._numbers is None else self._numbers[numbers]
        return narrowed

    def search(self, vectors: Floats, k: int) -> Neighbours:
        """The k passages with the highest cosine to each of the vectors [m, d]."""
        queries = np.ascontiguousarray(vectors, dtype=np.float32)
        if queries.ndim != 2 or queries.shape[1] != self.vectors.shape[1]:
            raise ValueError(f"queries of shape {queries.shape} in an index of {self.vectors.shape[1]} dimensions")
        if k < 1:
            raise ValueError(f"k must be positive, not {k}")
        ids, scores = np.full((len(queries), k), -1, np.int64), np.zeros((len(queries), k), np.float32)
        found = min(k, len(self.vectors))
        if len(queries) and found:
            ids[:, :found], scores[:, :found] = self._nearest(queries, found)
            scores[ids < 0] = 0
        if self._numbers is not None:
            ids[ids >= 0] = self._numbers[ids[ids >= 0]]
        return Neighbours(ids, scores)

    def _nearest(self, queries: Floats, k: int) -> tuple[Ints, Floats]:
        import faiss

        graph = self._opened_graph()
        if graph is not None:
            width = faiss.SearchParametersHNSW(efSearch=max(WIDTH_SEARCHING, 2 * k))  # type: ignore[attr-defined,unused-ignore]
            scores, ids = graph.search(queries, k, params=width)
        else:
            scores, ids = faiss.knn(queries, self.vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
        return ids, scores

    def _opened_graph(self) -> faiss.Index | None:
        """The graph; where its bytes are not those that were written, there is none and the search is exact."""
        with self._opening:
            if self._graph is None and self._graph_file is not None:
                self._graph = _read(self._graph_file)
                if self._graph is None:
                    self._graph_file = None
            return self._graph


def write_graph(vectors: Floats, path: Path) -> None:
    """Build a graph over the vectors and write it; raises OSError where it cannot be written."""
    import faiss

    graph = faiss.index_factory(vectors.shape[1], GRAPH, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = WIDTH_BUILDING  # type: ignore[attr-defined,unused-ignore]
    graph.train(np.ascontiguousarray(vectors[:AT_ONCE]))
    for start in range(0, len(vectors), AT_ONCE):
        graph.add(np.ascontiguousarray(vectors[start : start + AT_ONCE]))
    try:
        faiss.write_index(graph, str(path))
    except RuntimeError as error:
        raise OSError(None, "not all of it could be written", str(path)) from error


def _read(graph: GraphFile) -> faiss.Index | None:
    import faiss

    try:
        with graph.path.open("rb") as file:
            sound = hashlib.file_digest(file, "sha256").hexdigest() == graph.sha256
        return faiss.read_index(str(graph.path)) if sound else None
    except (OSError, RuntimeError):
        return None
