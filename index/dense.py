"""Vectors and their nearest neighbours. The only importer of faiss, and only when something is searched."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embedder import Floats

if TYPE_CHECKING:
    import faiss

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The passages nearest to each of m queries, best first: ids [m, k], -1 where there are fewer, and scores [m, k].

    A higher score is nearer, in both kinds of search; it is 0 where the id is -1.
    """

    ids: Ints
    scores: Floats


class DenseIndex:
    """Exact search by inner product, which is the cosine as the vectors have unit length.

    The search structure is derived from the vectors and kept in memory alone; an approximate one for millions of
    passages would be chosen by their number here.
    """

    def __init__(self, vectors: Floats) -> None:
        self.vectors = vectors
        self._building = threading.Lock()
        self._built: faiss.IndexFlatIP | None = None

    def search(self, vectors: Floats, k: int) -> Neighbours:
        """The k passages with the highest cosine to each of the vectors [m, d]."""
        queries = np.ascontiguousarray(vectors, dtype=np.float32)
        if queries.ndim != 2 or queries.shape[1] != self.vectors.shape[1]:
            raise ValueError(f"queries of shape {queries.shape} in an index of {self.vectors.shape[1]} dimensions")
        if k < 1:
            raise ValueError(f"k must be positive, not {k}")
        if not len(queries):
            return Neighbours(np.zeros((0, k), np.int64), np.zeros((0, k), np.float32))
        scores, ids = self._structure().search(queries, k)
        return Neighbours(ids, np.where(ids < 0, np.float32(0), scores))

    def _structure(self) -> faiss.IndexFlatIP:
        import faiss

        with self._building:
            if self._built is None:
                built = faiss.IndexFlatIP(self.vectors.shape[1])
                built.add(np.ascontiguousarray(self.vectors))
                self._built = built
            return self._built
