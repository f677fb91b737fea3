"""What an index holds - documents, passages, vectors, terms - and its files. Nothing is pickled.

documents.jsonl   one record per line
texts.utf8        the texts of the documents, one after the other
passages.i64      [n, 8]: document, start, end, page (0: none), heading, bytes [first, last) in texts.utf8, number of terms
headings.json     the heading paths that passages share
vectors.f32       [n, dimension]
terms.i32         the terms of all passages in order, as numbers in BM25's vocabulary
terms/            the arrays of BM25
search.*          the graph over the vectors, if there are many

Numbers are little-endian.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from index.arrays import Bytes, Floats, Ints, Numbers
from index.documents import page_at
from index.search.bm25 import SparseIndex
from index.storage.array_file import mapped

DOCUMENTS, TEXTS, PASSAGES, HEADINGS, VECTORS, TERM_IDS, TERMS = (
    "documents.jsonl", "texts.utf8", "passages.i64", "headings.json", "vectors.f32", "terms.i32", "terms",
)  # fmt: skip
COLUMNS = 8  # of the table of passages


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters [start, end) of a document, with the path of headings above them and the page on which they start.

    ``number`` is the passage's row in the vectors and its id in both searches.
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


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document without its text. Its passages are numbered from ``first_passage``, its bytes from ``first_byte``."""

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

    def page_at(self, offset: int) -> int | None:
        """Return the page (from 1) that holds a character offset; None if the format has no pages."""
        return page_at(self.pages, offset)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that is searched and shown; the arrays may be memory-mapped."""

    documents: tuple[DocumentRecord, ...]
    texts: Bytes
    table: Ints
    headings: tuple[str, ...]
    vectors: Floats
    terms: Numbers
    sparse: SparseIndex

    @classmethod
    def open(cls, folder: Path, dimension: int) -> Contents:
        """Map the files of a generation; raises ValueError, OSError or KeyError if they do not fit together."""
        with (folder / DOCUMENTS).open(encoding="ascii") as lines:
            documents = tuple(_record(line) for line in lines)
        table = mapped(folder / PASSAGES, "<i8").reshape(-1, COLUMNS)
        vectors = mapped(folder / VECTORS, "<f4").reshape(-1, dimension)
        if len(table) != len(vectors) or len(table) != sum(document.passages for document in documents):
            raise ValueError("the numbers of passages differ")
        headings = tuple(json.loads((folder / HEADINGS).read_bytes()))
        texts, terms = mapped(folder / TEXTS, "u1"), mapped(folder / TERM_IDS, "<i4")
        return cls(documents, texts, table, headings, vectors, terms, SparseIndex.open(folder / TERMS, len(table)))

    @property
    def lengths(self) -> Ints:
        """The number of terms of each passage."""
        return self.table[:, COLUMNS - 1]

    def document_text(self, document: DocumentRecord) -> str:
        """Return the full text of a document, to which all offsets refer."""
        return self._text(document.first_byte, document.first_byte + document.bytes)

    def passage(self, number: int) -> Passage:
        """Return the passage with this number."""
        place, start, end, page, heading, first_byte, last_byte, _ = map(int, self.table[number])
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
        )

    def _text(self, first_byte: int, last_byte: int) -> str:
        return self.texts[first_byte:last_byte].tobytes().decode("utf-8")


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


def _record(line: str) -> DocumentRecord:
    fields = json.loads(line)
    lists = {name: tuple(fields[name]) for name in ("pages", "warnings", "authors") if name in fields}
    return DocumentRecord(**{**fields, **lists})
