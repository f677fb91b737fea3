"""Finds nearly all of the nearest vectors quickly, with a graph (HNSW, Malkov and Yashunin 2016) over vectors at 16 bits.

faiss numbers the rows of a graph and never changes one, so an update only adds rows. A file beside the graph tells which passage
is in each row, or -1 if it is gone. Only this module and dense.py import faiss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.arrays import Floats, Ints, Numbers
from index.files import digest_of

if TYPE_CHECKING:
    import faiss

GRAPH_FILE, ROWS_FILE = "search.faiss", "search.rows.npy"
GRAPH = "HNSW32,SQfp16"  # faiss's name for it
# Candidates that faiss keeps while adding a vector, and while searching: more find more of the nearest, and take longer. With
# these, recall@10 is 1.000 for 100,000 passages and 0.977 for a million (eval/bench/speed/scale.py).
WIDTH_BUILDING = 80
WIDTH_SEARCHING = 160
MOST_DEAD = 0.2  # share of rows without a passage from which on a graph is built afresh: they slow down every search
AT_ONCE = 10_000  # vectors added at once: 15 MB of 384 dimensions


@dataclass(frozen=True, slots=True)
class StoredGraph:
    """A graph's files in a folder, and the SHA-256 that each must have, as faiss trusts whatever it reads."""

    folder: Path
    digests: Mapping[str, str]

    def rows(self) -> Numbers | None:
        """Read the passage in each row; None if the file is damaged."""
        if not self._sound(ROWS_FILE):
            return None
        return np.asarray(np.load(self.folder / ROWS_FILE, allow_pickle=False))

    def read(self) -> Graph | None:
        """Read the graph; None if a file is damaged."""
        import faiss

        try:
            rows = self.rows()
            if rows is None or not self._sound(GRAPH_FILE):
                return None
            return Graph(faiss.read_index(str(self.folder / GRAPH_FILE)), rows)
        except (OSError, RuntimeError, ValueError):
            return None

    def _sound(self, file: str) -> bool:
        try:
            return digest_of(self.folder / file) == self.digests.get(file)
        except OSError:
            return False


class Graph:
    """A graph over vectors, and the passage in each of its rows."""

    def __init__(self, index: faiss.Index, rows: Numbers) -> None:
        self._index: Any = index
        self._rows = rows
        self._dead = int((rows < 0).sum())

    @classmethod
    def made(cls, vectors: Floats, passages: Ints) -> Graph:
        """Build a graph over the vectors of these passages."""
        import faiss

        index = faiss.index_factory(vectors.shape[1], GRAPH, faiss.METRIC_INNER_PRODUCT)
        made = cls(index, np.empty(0, np.int32))
        made.add(vectors, passages)
        return made

    @classmethod
    def grown(cls, stored: StoredGraph, vectors: Floats, origins: Numbers, passages: Ints) -> Graph | None:
        """Update a stored graph to these passages; ``origins`` holds the former number of each passage, or -1 for a new one.

        None if the stored graph is damaged or too many of its rows would have no passage.
        """
        rows = stored.rows()
        if rows is None:
            return None
        kept = np.flatnonzero(origins >= 0)
        now = np.full(max(rows.max(initial=-1), origins.max(initial=-1)) + 1, -1, np.int32)
        now[origins[kept]] = kept
        rows = np.where(rows >= 0, now[rows], np.int32(-1))
        new = np.setdiff1d(passages, rows)
        if (rows < 0).sum() > MOST_DEAD * (len(rows) + len(new)):
            return None
        before = stored.read()
        if before is None:
            return None
        grown = cls(before._index, rows)
        grown.add(vectors, new)
        return grown

    def add(self, vectors: Floats, passages: Ints) -> None:
        """Add the vectors of the passages with these numbers."""
        self._index.hnsw.efConstruction = WIDTH_BUILDING
        for start in range(0, len(passages), AT_ONCE):
            self._index.add(np.ascontiguousarray(vectors[passages[start : start + AT_ONCE]]))
        self._rows = np.concatenate([self._rows, passages.astype(np.int32)])

    def write(self, folder: Path) -> None:
        """Write the graph's files; raises OSError if that fails."""
        import faiss

        try:
            faiss.write_index(self._index, str(folder / GRAPH_FILE))
        except RuntimeError as error:
            raise OSError(None, "not all of it could be written", str(folder / GRAPH_FILE)) from error
        np.save(folder / ROWS_FILE, self._rows, allow_pickle=False)

    def search(self, queries: Floats, k: int) -> tuple[Ints, Floats]:
        """Find the k nearest passages and their scores for each query; -1 fills in for missing ones."""
        scores, rows = self._index.search(queries, k, params=self._parameters(k))
        return np.where(rows >= 0, self._rows[rows], -1).astype(np.int64), scores

    def _parameters(self, k: int) -> Any:
        """Search only rows that have a passage, and twice as wide if some have none, as those are in the way."""
        import faiss

        of: Any = faiss  # its type hints lack the keywords
        alive = {"sel": of.IDSelectorBitmap(np.packbits(self._rows >= 0, bitorder="little"))} if self._dead else {}
        width = max(WIDTH_SEARCHING, 2 * k) * (2 if self._dead else 1)
        return of.SearchParametersHNSW(efSearch=width, **alive)
