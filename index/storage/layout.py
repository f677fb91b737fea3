"""What an index holds - documents, passages, vectors, terms - and its files. Nothing is pickled.

documents.jsonl   one record per line
texts.utf8        the texts of the documents, one after the other
structures.i32    the structures of the documents, one after the other (see index.blocks)
passages.i64      [n, 10]: document, start, end, page (0: none), heading, bytes [first, last) in texts.utf8, header, main (0 or 1),
                  number of terms
headings.json     the heading paths and the headers of tables that passages share
vectors.f32       [n, dimension]
missing.i32       the numbers of the passages whose vectors are still to be made, rising; their rows are zero. Only if there are any
terms.i32         the terms of all passages in order, as numbers in BM25's vocabulary
terms/            the arrays of BM25
search.*          the graph over the vectors, if there are many

Numbers are little-endian.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, overload

import numpy as np

from index.arrays import Bytes, Floats, Ints, Numbers
from index.blocks import Omission, Structure
from index.documents import Document, page_at
from index.encoder.embedder import in_context
from index.files import read_regular
from index.search.bm25 import SparseIndex
from index.storage.array_file import mapped
from index.storage.generations import IndexDamaged
from index.storage.page_sums import PageSums

DOCUMENTS, TEXTS, STRUCTURES, PASSAGES, HEADINGS, VECTORS, MISSING, TERM_IDS, TERMS = (
    "documents.jsonl", "texts.utf8", "structures.i32", "passages.i64", "headings.json", "vectors.f32", "missing.i32",
    "terms.i32", "terms",
)  # fmt: skip
COLUMNS = 10  # of the table of passages
ROW = 8 * COLUMNS  # bytes


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters [start, end) of a document, with the path of headings above them and the page on which they start.

    ``number`` is the passage's row in the vectors and its id in both searches. ``header`` is the row that names the columns,
    if the passage is a row of a table. ``main`` is false outside the document's main content.
    """

    number: int
    document: str
    title: str
    sha256: str
    start: int
    end: int
    text: str
    heading: str
    page: int | None
    header: str = ""
    main: bool = True

    @property
    def in_context(self) -> str:
        """What is embedded and searched by terms: headings, names of columns, text."""
        return in_context(self.heading, self.header, self.text)


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document without its text and structure.

    Its passages are numbered from ``first_passage``, its bytes from ``first_byte``, and the ``numbers`` of its structure
    from ``first_number``.
    """

    name: str
    title: str
    sha256: str
    kind: str
    date: str | None
    body: int
    characters: int
    pages: tuple[int, ...]
    warnings: tuple[str, ...]
    first_passage: int
    passages: int
    first_byte: int
    bytes: int
    authors: tuple[str, ...] = ()
    language: str | None = None
    publisher: str | None = None
    url: str | None = None
    omitted: tuple[Omission, ...] = ()
    first_number: int = 0
    numbers: int = 0

    def page_at(self, offset: int) -> int | None:
        """Return the page (from 1) that holds a character offset; None if the format has no pages."""
        return page_at(self.pages, offset)

    @property
    def drawable(self) -> int:
        """How many pages ``index.page_image`` can draw; a picture is one."""
        return len(self.pages) if self.kind == "pdf" else int(self.kind == "png")


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that is searched and shown; the arrays may be memory-mapped."""

    documents: tuple[DocumentRecord, ...]
    texts: Bytes
    structures: Numbers
    table: Ints
    headings: tuple[str, ...]
    vectors: Floats
    terms: Numbers
    sparse: SparseIndex
    missing: Numbers = field(default_factory=lambda: np.empty(0, np.int32))  # passages without a vector, rising
    place: Path | None = None
    sums: PageSums | None = None  # None in memory

    @classmethod
    def open(cls, folder: Path, dimension: int, sums: PageSums) -> Contents:
        """Map the files of a generation; raises ValueError, OSError or KeyError if they do not fit together.

        Text and the table of passages are compared with ``sums`` as they are read; IndexDamaged then names the file.
        """
        for file in (DOCUMENTS, HEADINGS):
            _check(folder, sums, file, 0, (folder / file).stat().st_size)
        lines = read_regular(folder / DOCUMENTS).decode("ascii").splitlines()
        documents = tuple(record_of(json.loads(line)) for line in lines)
        table = mapped(folder / PASSAGES, "<i8").reshape(-1, COLUMNS)
        vectors = mapped(folder / VECTORS, "<f4").reshape(-1, dimension)
        if len(table) != len(vectors) or len(table) != sum(document.passages for document in documents):
            raise ValueError("the numbers of passages differ")
        headings = tuple(json.loads(read_regular(folder / HEADINGS)))
        if not all(isinstance(heading, str) for heading in headings):
            raise TypeError("a heading is no text")
        texts, terms = mapped(folder / TEXTS, "u1"), mapped(folder / TERM_IDS, "<i4")
        structures = mapped(folder / STRUCTURES, "<i4")
        if not _follow_one_another(documents, len(texts), len(structures)):
            raise ValueError("the documents do not follow one another")
        sparse = SparseIndex.open(folder / TERMS, len(table))
        missing = _missing(folder, sums, len(table))
        return cls(documents, texts, structures, table, headings, vectors, terms, sparse, missing, folder, sums)

    @property
    def lengths(self) -> Ints:
        """The number of terms of each passage."""
        return self.table[:, COLUMNS - 1]

    def without_vector(self, passages: Sequence[int]) -> list[int]:
        """Return those of these passages whose vectors are still to be made."""
        if not len(self.missing):
            return []
        at = np.searchsorted(self.missing, passages)
        found = self.missing[np.minimum(at, len(self.missing) - 1)]
        left: list[int] = np.asarray(passages)[found == passages].tolist()
        return left

    def document_text(self, document: DocumentRecord) -> str:
        """Return the full text of a document, to which all offsets refer; raises IndexDamaged if it or its structure is damaged."""
        self._check_structure(document)  # whoever falls back then takes both from the same generation
        return self._text(document.first_byte, document.first_byte + document.bytes)

    def structure(self, document: DocumentRecord) -> Structure:
        """Return the blocks, marks and boxes of a document; raises IndexDamaged if they are damaged."""
        self._check_structure(document)
        first, last = document.first_number, document.first_number + document.numbers
        try:
            return Structure.unpack(self.structures[first:last].tobytes())
        except ValueError:
            raise self._damaged(STRUCTURES) from None

    def passage(self, number: int) -> Passage:
        """Return the passage with this number; raises IndexDamaged if what is stored of it is damaged."""
        self._check(PASSAGES, number * ROW, (number + 1) * ROW)
        place, start, end, page, heading, first_byte, last_byte, header, main, _ = map(int, self.table[number])
        if not (
            0 <= place < len(self.documents)
            and 0 <= heading < len(self.headings)
            and 0 <= header < len(self.headings)
            and 0 <= start <= end <= self.documents[place].characters
            and page >= 0
        ):
            raise self._damaged(PASSAGES)
        document = self.documents[place]
        return Passage(
            number=number,
            document=document.name,
            title=document.title,
            sha256=document.sha256,
            start=start,
            end=end,
            text=self._text(first_byte, last_byte),
            heading=self.headings[heading],
            page=page or None,
            header=self.headings[header],
            main=bool(main),
        )

    def places(self) -> Ints:
        """Return the position of each passage's document; raises IndexDamaged if the table of passages is damaged."""
        self._check(PASSAGES, 0, len(self.table) * ROW)
        places: Ints = self.table[:, 0]
        if len(places) and not 0 <= places.min() <= places.max() < len(self.documents):
            raise self._damaged(PASSAGES)
        return places

    def _text(self, first_byte: int, last_byte: int) -> str:
        self._check(TEXTS, first_byte, last_byte)
        try:
            return self.texts[first_byte:last_byte].tobytes().decode("utf-8")
        except UnicodeDecodeError:
            raise self._damaged(PASSAGES) from None

    def _check_structure(self, document: DocumentRecord) -> None:
        self._check(STRUCTURES, 4 * document.first_number, 4 * (document.first_number + document.numbers))

    def _check(self, file: str, first: int, last: int) -> None:
        if self.place is not None and self.sums is not None:
            _check(self.place, self.sums, file, first, last)

    def _damaged(self, file: str) -> IndexDamaged:
        place = self.place or Path()
        return IndexDamaged(place.parent, f"{place.name}/{file}")


def _check(place: Path, sums: PageSums, file: str, first: int, last: int) -> None:
    """Raise IndexDamaged unless bytes [first, last) of a file are as they were written."""
    if not sums.sound(file, first, last):
        raise IndexDamaged(place.parent, f"{place.name}/{file}")


class Passages(Sequence[Passage]):
    """All passages by number, each created on access."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def __len__(self) -> int:
        return len(self._contents.table)

    @overload
    def __getitem__(self, place: int) -> Passage: ...
    @overload
    def __getitem__(self, place: slice) -> list[Passage]: ...
    def __getitem__(self, place: int | slice) -> Passage | list[Passage]:
        numbers = range(len(self))[place]
        if isinstance(numbers, int):
            return self._contents.passage(numbers)
        return [self._contents.passage(number) for number in numbers]


def _missing(folder: Path, sums: PageSums, passages: int) -> Numbers:
    """The list of passages without a vector; raises ValueError if it is none."""
    if MISSING not in sums:
        return np.empty(0, np.int32)
    _check(folder, sums, MISSING, 0, (folder / MISSING).stat().st_size)
    missing = mapped(folder / MISSING, "<i4")
    if not len(missing) or missing[0] < 0 or missing[-1] >= passages or (np.diff(missing) < 1).any():
        raise ValueError("the passages without a vector are no rising numbers of passages")
    return missing


def _follow_one_another(documents: Sequence[DocumentRecord], texts: int, numbers: int) -> bool:
    """Whether each document's parts begin where those of the one before end, and end with the texts and structures."""
    ends = (0, 0, 0)
    for document in documents:
        if (document.first_passage, document.first_byte, document.first_number) != ends:
            return False
        passage, byte, number = ends
        ends = (passage + document.passages, byte + document.bytes, number + document.numbers)
    return ends[1:] == (texts, numbers)


def stated(document: Document) -> dict[str, Any]:
    """Return the fields that a record has from its document as they are, by name."""
    return {one.name: getattr(document, one.name) for one in fields(DocumentRecord) if hasattr(document, one.name)}


def record_of(fields: dict[str, Any]) -> DocumentRecord:
    """Make a record of fields read from JSON; raises TypeError or ValueError if they are of another kind."""
    lists: dict[str, Any] = {name: tuple(fields[name]) for name in ("pages", "warnings", "authors") if name in fields}
    lists["omitted"] = tuple(Omission(**one) for one in fields.get("omitted", ()))
    record = DocumentRecord(**{**fields, **lists})
    omitted = (one.what for one in record.omitted)
    texts = (record.name, record.title, record.sha256, record.kind, *record.warnings, *record.authors, *omitted)
    maybe = (record.date, record.language, record.publisher, record.url)
    places = (
        record.first_passage,
        record.passages,
        record.first_byte,
        record.bytes,
        record.first_number,
        record.numbers,
    )
    numbers = (record.body, record.characters, *places, *record.pages, *(one.count for one in record.omitted))
    if not (
        all(isinstance(text, str) for text in texts)
        and all(text is None or isinstance(text, str) for text in maybe)
        and all(isinstance(number, int) and number >= 0 for number in numbers)
        and "\0" not in record.name
    ):
        raise TypeError("a document has fields of another kind")
    "".join(filter(None, (*texts, *maybe))).encode("utf-8")  # raises ValueError for half a character
    return record
