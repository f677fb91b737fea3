"""Streams a new generation to disk, so that memory hardly grows with the number of documents.

What grows: one record per document, 12 bytes per passage, the headings, and the vocabulary.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from index.arrays import Floats, Ints, Numbers
from index.chunker import Chunk
from index.documents import Document
from index.encoder.embedder import in_context
from index.search.bm25 import SparseIndex, number
from index.storage.array_file import Spool
from index.storage.layout import (
    COLUMNS,
    DOCUMENTS,
    HEADINGS,
    PASSAGES,
    STRUCTURES,
    TERM_IDS,
    TERMS,
    TEXTS,
    VECTORS,
    Contents,
    DocumentRecord,
    stated,
)

KEPT_AT_ONCE = 4_096  # passages copied at once: 6 MB of vectors of 384 dimensions
NEW = -1


class Gathering:
    """Collects documents, passages, terms and vectors of ``dimension``, in files below ``folder`` or in memory if it is None.

    ``keep`` copies documents from the contents ``before`` without cutting, tokenizing or embedding them again.
    """

    def __init__(self, dimension: int, folder: Path | None = None, before: Contents | None = None) -> None:
        self._dimension = dimension
        self._folder = folder
        self._before = before
        self._documents: list[DocumentRecord] = []
        self._headings: dict[str, int] = {}
        self._origins, self._missing = array("i"), array("i")
        self._texts, self._table = self._spool(TEXTS, "u1"), self._spool(PASSAGES, "<i8")
        self._structures = self._spool(STRUCTURES, "<i4")
        self._terms, self._vectors = self._spool(TERM_IDS, "<i4"), self._spool(VECTORS, "<f4")

    @property
    def origins(self) -> Numbers:
        """For each passage, its number in the contents before, or NEW."""
        return np.array(self._origins, dtype=np.int32)

    def add(self, document: Document, chunks: Sequence[Chunk], vectors: Sequence[Floats | None]) -> None:
        """Add a document and its passages, each with its vector or None for one that is still to be made."""
        at, rows, terms = self._texts.length, [], array("i")
        for found, (first_byte, last_byte) in zip(chunks, _byte_bounds(document.text, chunks), strict=True):
            words = in_context(found.heading, found.header, document.text[found.start : found.end])
            held = number(words, self._vocabulary)
            where = (
                found.start,
                found.end,
                found.page or 0,
                self._heading(found.heading),
                at + first_byte,
                at + last_byte,
            )
            rows.append((len(self._documents), *where, self._heading(found.header), found.main, len(held)))
            terms.extend(held)
        text = np.frombuffer(document.text.encode("utf-8"), dtype=np.uint8)
        structure = np.frombuffer(document.structure.pack(), dtype="<i4")
        self._documents.append(self._placed(document, len(chunks), len(text), len(structure)))
        self._texts.add(text)
        self._structures.add(structure)
        self._terms.add(np.array(terms, dtype=np.int32))
        self._table.add(np.array(rows, dtype=np.int64))
        self._add_vectors(vectors)
        self._origins.extend([NEW] * len(rows))

    def keep(self, records: Sequence[DocumentRecord]) -> None:
        """Copy documents, with their vectors, from the contents before."""
        for following in _runs(records):
            self._keep(following)

    def finish(self) -> Contents:
        """Write the rest to the folder and return the contents."""
        table = self._table.finish().reshape(-1, COLUMNS)
        terms, headings = self._terms.finish(), tuple(self._headings)
        sparse = SparseIndex.of(terms, table[:, COLUMNS - 1], self._vocabulary, self._folder)
        vectors, missing = self._vectors.finish().reshape(len(table), -1), np.array(self._missing, dtype=np.int32)
        if self._folder is not None:
            with (self._folder / DOCUMENTS).open("w", encoding="ascii") as lines:
                lines.writelines(json.dumps(asdict(document)) + "\n" for document in self._documents)
            (self._folder / HEADINGS).write_text(json.dumps(headings), encoding="ascii")
            sparse.save(self._folder / TERMS)
        texts, structures = self._texts.finish(), self._structures.finish()
        return Contents(tuple(self._documents), texts, structures, table, headings, vectors, terms, sparse, missing)

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return dict(self._before.sparse.vocabulary) if self._before else {}

    @cached_property
    def _bounds(self) -> Ints:
        """The position in the terms of the contents before at which each passage begins."""
        assert self._before is not None
        return np.concatenate(([0], np.cumsum(self._before.lengths)))

    @property
    def _passages(self) -> int:
        return len(self._origins)

    def _spool(self, name: str, dtype: str) -> Spool:
        return Spool(self._folder / name if self._folder else None, dtype)

    def _keep(self, records: Sequence[DocumentRecord]) -> None:
        """Copy documents that are consecutive in the contents before."""
        assert self._before is not None
        first, last = records[0].first_passage, records[-1].first_passage + records[-1].passages
        first_byte, last_byte = records[0].first_byte, records[-1].first_byte + records[-1].bytes
        first_number, last_number = records[0].first_number, records[-1].first_number + records[-1].numbers
        rows, bytes_on = np.array(self._before.table[first:last]), self._texts.length - first_byte
        rows[:, 0] += len(self._documents) - rows[0, 0]
        rows[:, 4], rows[:, 7] = self._moved_headings(rows[:, 4]), self._moved_headings(rows[:, 7])
        rows[:, 5:7] += bytes_on
        passages_on, numbers_on = self._passages - first, self._structures.length - first_number
        self._documents += (
            replace(
                record,
                first_passage=record.first_passage + passages_on,
                first_byte=record.first_byte + bytes_on,
                first_number=record.first_number + numbers_on,
            )
            for record in records
        )
        self._table.add(rows)
        self._texts.add(self._before.texts[first_byte:last_byte])
        self._structures.add(self._before.structures[first_number:last_number])
        self._terms.add(self._before.terms[self._bounds[first] : self._bounds[last]])
        self._vectors.add(self._before.vectors[first:last])
        missing = self._before.missing[slice(*np.searchsorted(self._before.missing, (first, last)))]
        self._missing.extend((missing + passages_on).tolist())
        self._origins.extend(range(first, last))

    def _add_vectors(self, vectors: Sequence[Floats | None]) -> None:
        rows = np.zeros((len(vectors), self._dimension), dtype=np.float32)
        for place, vector in enumerate(vectors):
            if vector is None:
                self._missing.append(self._passages + place)
            else:
                rows[place] = vector
        self._vectors.add(rows)

    def _heading(self, words: str) -> int:
        return self._headings.setdefault(words, len(self._headings))

    def _moved_headings(self, numbers: Ints) -> Ints:
        """Translate heading numbers of the contents before into numbers here."""
        assert self._before is not None
        found, places = np.unique(numbers, return_inverse=True)
        headings = (self._before.headings[heading] for heading in found.tolist())
        return np.array([self._heading(heading) for heading in headings])[places]

    def _placed(self, document: Document, passages: int, size: int, numbers: int) -> DocumentRecord:
        return DocumentRecord(
            **stated(document),
            characters=len(document.text),
            first_passage=self._passages,
            passages=passages,
            first_byte=self._texts.length,
            bytes=size,
            first_number=self._structures.length,
            numbers=numbers,
        )


def _runs(records: Iterable[DocumentRecord]) -> Iterator[list[DocumentRecord]]:
    """Group records that are consecutive in the contents before, up to about KEPT_AT_ONCE passages per group."""
    run: list[DocumentRecord] = []
    for record in records:
        follows = run and record.first_passage == run[-1].first_passage + run[-1].passages
        if run and (not follows or record.first_passage - run[0].first_passage >= KEPT_AT_ONCE):
            yield run
            run = []
        run.append(record)
    if run:
        yield run


def _byte_bounds(text: str, chunks: Iterable[Chunk]) -> Iterator[tuple[int, int]]:
    """Yield each chunk's bounds in bytes of the encoded text, in one pass because starts only increase."""
    seen = first_byte = 0
    for found in chunks:
        first_byte += len(text[seen : found.start].encode("utf-8"))
        seen = found.start
        yield first_byte, first_byte + len(text[found.start : found.end].encode("utf-8"))
