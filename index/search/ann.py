"""Structures that find nearly all of the nearest vectors quickly: made, grown, written, read. Only here and in dense.py is faiss.

    HNSW32,SQfp16                   a graph over the vectors at half precision
    PCAR384,IVF8192,PQ96x4fsr       vectors turned, compressed to 48 bytes, in cells; what is found is scored again by the vectors

A structure numbers its rows by itself and never changes one. Which passage is in each row stands in a file beside it, -1 where
that is gone: so that an index that grows only adds to its structure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.arrays import Floats, Ints, Numbers
from index.files import digest_of

if TYPE_CHECKING:
    import faiss


STRUCTURE_FILE, ROWS_FILE = "search.faiss", "search.rows.npy"
GRAPH = "HNSW32,SQfp16"
WIDTH_BUILDING = 80
WIDTH_SEARCHING = 160
CELLS_SEARCHED = 64
SCORED_AGAIN = 10  # passages for each one wanted, where vectors are compressed
FEWEST_COMPRESSED = 10_000  # with less there is nothing to learn the compression from
SAMPLE = 40  # vectors a cell to learn from
MOST_DEAD = 0.2  # share of rows without a passage up to which a structure is grown
AT_ONCE = 10_000  # vectors added


@dataclass(frozen=True, slots=True)
class Stored:
    """The files of a structure in a folder, and the SHA-256 that each must have: faiss trusts whatever it reads."""

    folder: Path
    name: str
    digests: Mapping[str, str]

    def rows(self) -> Numbers | None:
        """The passage in each row; None where the file is not as it was written."""
        if not self._sound(ROWS_FILE):
            return None
        return np.asarray(np.load(self.folder / ROWS_FILE, allow_pickle=False))

    def read(self) -> Structure | None:
        """The structure; None where a file is not as it was written."""
        import faiss

        try:
            rows = self.rows()
            if rows is None or not self._sound(STRUCTURE_FILE):
                return None
            return Structure(faiss.read_index(str(self.folder / STRUCTURE_FILE)), rows, self.name)
        except (OSError, RuntimeError, ValueError):
            return None

    def _sound(self, file: str) -> bool:
        try:
            return digest_of(self.folder / file) == self.digests.get(file)
        except OSError:
            return False


class Structure:
    """A structure over vectors, by faiss's name for it, with the passage in each of its rows."""

    def __init__(self, index: faiss.Index, rows: Numbers, name: str) -> None:
        self._index: Any = index
        self._rows = rows
        self._name = name
        self._dead = int((rows < 0).sum())

    @classmethod
    def made(cls, vectors: Floats, name: str) -> Structure:
        """A structure over all vectors."""
        import faiss

        index = faiss.index_factory(vectors.shape[1], name, faiss.METRIC_INNER_PRODUCT)
        if name != GRAPH:
            faiss.extract_index_ivf(index).cp.min_points_per_centroid = 1  # else it says on stdout that it has few
        index.train(_sample(vectors, name))
        made = cls(index, np.empty(0, np.int32), name)
        made.add(vectors, np.arange(len(vectors)))
        return made

    @classmethod
    def grown(cls, stored: Stored, vectors: Floats, name: str, origins: Numbers) -> Structure | None:
        """The stored structure brought in step: ``origins`` is the passage that each passage was before, -1 where it is new.

        None where it is another one, is damaged, or would have too many rows without a passage.
        """
        rows = stored.rows() if stored.name == name else None
        if rows is None:
            return None
        kept, new = np.flatnonzero(origins >= 0), np.flatnonzero(origins < 0)
        now = np.full(max(rows.max(initial=-1), origins.max(initial=-1)) + 1, -1, np.int32)
        now[origins[kept]] = kept
        rows = np.where(rows >= 0, now[rows], np.int32(-1))
        if (rows < 0).sum() > MOST_DEAD * (len(rows) + len(new)) or (rows >= 0).sum() != len(kept):
            return None
        before = stored.read()
        if before is None:
            return None
        grown = cls(before._index, rows, name)
        grown.add(vectors, new)
        return grown

    def add(self, vectors: Floats, passages: Ints) -> None:
        """Add the vectors of some passages."""
        if self._name == GRAPH:
            self._index.hnsw.efConstruction = WIDTH_BUILDING
        for start in range(0, len(passages), AT_ONCE):
            self._index.add(np.ascontiguousarray(vectors[passages[start : start + AT_ONCE]]))
        self._rows = np.concatenate([self._rows, passages.astype(np.int32)])

    def write(self, folder: Path) -> None:
        """Write the files of the structure; raises OSError where not all of it could be."""
        import faiss

        try:
            faiss.write_index(self._index, str(folder / STRUCTURE_FILE))
        except RuntimeError as error:
            raise OSError(None, "not all of it could be written", str(folder / STRUCTURE_FILE)) from error
        np.save(folder / ROWS_FILE, self._rows, allow_pickle=False)

    def search(self, queries: Floats, k: int, vectors: Floats) -> tuple[Ints, Floats]:
        """The k passages nearest to each query and their scores; -1 where fewer were found."""
        wanted = k if self._name == GRAPH else k * SCORED_AGAIN
        scores, rows = self._index.search(queries, wanted, params=self._parameters(wanted))
        passages = np.where(rows >= 0, self._rows[rows], -1).astype(np.int64)
        return (passages, scores) if self._name == GRAPH else _scored_again(queries, passages, vectors, k)

    def _parameters(self, wanted: int) -> Any:
        """How far to search: only among the rows that have a passage, and further where others are in the way."""
        import faiss

        of: Any = faiss  # its types know of no keywords
        alive = {"sel": of.IDSelectorBitmap(np.packbits(self._rows >= 0, bitorder="little"))} if self._dead else {}
        if self._name == GRAPH:
            width = max(WIDTH_SEARCHING, 2 * wanted) * (2 if self._dead else 1)
            return of.SearchParametersHNSW(efSearch=width, **alive)
        return of.SearchParametersPreTransform(index_params=of.SearchParametersIVF(nprobe=CELLS_SEARCHED, **alive))


def name_of(kind: str, passages: int, dimension: int) -> str:
    """Faiss's name for the structure of a kind, ``graph`` or ``compressed``, that suits so many vectors of a dimension."""
    parts = min(96, dimension // 4) // 2 * 2
    if kind != "compressed" or passages < FEWEST_COMPRESSED or not parts:
        return GRAPH
    cells = 2 ** round(math.log2(4 * math.sqrt(passages)))
    return f"PCAR{4 * parts},IVF{cells},PQ{parts}x4fsr"


def _sample(vectors: Floats, name: str) -> Floats:
    """Vectors to learn from, the same whenever they are drawn; a graph has nothing to learn."""
    cells = 1 if name == GRAPH else int(name.split("IVF")[1].split(",")[0])
    number = min(len(vectors), max(SAMPLE * cells, AT_ONCE))
    drawn = np.sort(np.random.default_rng(0).choice(len(vectors), number, replace=False))
    return np.ascontiguousarray(vectors[drawn])


def _scored_again(queries: Floats, candidates: Ints, vectors: Floats, k: int) -> tuple[Ints, Floats]:
    """The best k of the candidates [m, n] by the vectors themselves."""
    ids, scores = np.full((len(queries), k), -1, np.int64), np.zeros((len(queries), k), np.float32)
    for row, found in enumerate(candidates):
        passages = np.sort(found[found >= 0])  # as they lie in the file
        exact = vectors[passages] @ queries[row]
        best = np.argsort(-exact, kind="stable")[:k]
        ids[row, : len(best)], scores[row, : len(best)] = passages[best], exact[best]
    return ids, scores
