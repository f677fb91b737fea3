"""What an index holds - documents, passages, vectors, terms - and how it lies in files. Nothing here is pickled.

documents.jsonl   a record a line
texts.utf8        the texts of the documents, one after the other
passages.npy      int64 [n, 7]: document, start, end, page (0: none), heading, first and last byte in texts.utf8
headings.json     the heading paths that passages share
vectors.f32       little-endian float32 [n, dimension]
terms/            the arrays of BM25
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from index import dense
from index.chunker import Chunk
from index.dense import Ints
from index.documents import Document, page_at
from index.embedder import Floats, embedding_text
from index.sparse import SparseIndex

Bytes = NDArray[np.uint8]

DOCUMENTS, TEXTS, PASSAGES, HEADINGS, VECTORS, GRAPH, TERMS = (
    "documents.jsonl", "texts.utf8", "passages.npy", "headings.json", "vectors.f32", "graph.faiss", "terms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document: its characters [start, end), under a path of headings, on the page where it starts.

    ``number`` is its row among the vectors and its id in both searches.
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
    """A document as indexed, without its text; its passages are those from ``first_passage`` on."""

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
        """The page that holds the offset, from 1."""
        return page_at(self.pages, offset)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that is searched and shown; the arrays may be maps of files."""

    documents: tuple[DocumentRecord, ...]
    texts: Bytes
    table: Ints
    headings: tuple[str, ...]
    vectors: Floats
    sparse: SparseIndex

    @classmethod
    def open(cls, folder: Path, dimension: int) -> Contents:
        """Map the files that ``save`` wrote; what does not fit together raises ValueError, OSError or KeyError."""
        with (folder / DOCUMENTS).open(encoding="ascii") as lines:
            documents = tuple(_record(line) for line in lines)
        table = np.load(folder / PASSAGES, mmap_mode="r", allow_pickle=False)
        vectors = np.asarray(np.memmap(folder / VECTORS, dtype="<f4", mode="r")).reshape(-1, dimension)
        if len(table) != len(vectors) or len(table) != sum(document.passages for document in documents):
            raise ValueError("the numbers of passages differ")
        headings = tuple(json.loads((folder / HEADINGS).read_bytes()))
        texts = np.memmap(folder / TEXTS, dtype=np.uint8, mode="r")
        return cls(documents, texts, table, headings, vectors, SparseIndex.open(folder / TERMS, len(table)))

    def save(self, folder: Path) -> None:
        """Write the files into the folder."""
        with (folder / DOCUMENTS).open("w", encoding="ascii") as lines:
            lines.writelines(json.dumps(asdict(document)) + "\n" for document in self.documents)
        (folder / TEXTS).write_bytes(self.texts.data)
        np.save(folder / PASSAGES, self.table, allow_pickle=False)
        (folder / HEADINGS).write_text(json.dumps(self.headings), encoding="ascii")
        (folder / VECTORS).write_bytes(np.ascontiguousarray(self.vectors, dtype="<f4").data)
        if len(self.vectors) > dense.LARGEST_EXACT:
            dense.write_graph(self.vectors, folder / GRAPH)
        self.sparse.save(folder / TERMS)

    def document_text(self, document: DocumentRecord) -> str:
        """The whole text that the offsets of a document count in."""
        return self._text(document.first_byte, document.first_byte + document.bytes)

    def document(self, record: DocumentRecord) -> Document:
        """The document as it was read, without its headings: they have done their work in the passages."""
        return Document(
            name=record.name,
            title=record.title,
            text=self.document_text(record),
            sha256=record.sha256,
            kind=record.kind,
            date=record.date,
            body=record.body,
            headings=(),
            pages=record.pages,
            warnings=record.warnings,
            authors=record.authors,
            language=record.language,
        )

    def passage(self, number: int) -> Passage:
        """The passage in a row of the table."""
        place, start, end, page, heading, first_byte, last_byte = map(int, self.table[number])
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
    """All passages by number, each made when it is asked for."""

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


class Gathering:
    """Contents in the making: documents are added with their passages, vectors come last."""

    def __init__(self) -> None:
        self._documents: list[DocumentRecord] = []
        self._texts: list[bytes] = []
        self._length = 0
        self._rows: list[tuple[int, ...]] = []
        self._headings: dict[str, int] = {}

    def add(self, document: Document, chunks: Sequence[Chunk]) -> None:
        """Add a document that was read and cut."""
        text = document.text.encode("utf-8")
        bounds = _byte_bounds(document.text, chunks)
        for found, (first_byte, last_byte) in zip(chunks, bounds, strict=True):
            heading = self._headings.setdefault(found.heading, len(self._headings))
            row = (
                found.start,
                found.end,
                found.page or 0,
                heading,
                self._length + first_byte,
                self._length + last_byte,
            )
            self._rows.append((len(self._documents), *row))
        self._documents.append(self._placed(document, len(chunks), len(text)))
        self._texts.append(text)
        self._length += len(text)

    def finish(self, vectors: Floats) -> Contents:
        """The contents, with a vector a passage in the order in which they were added."""
        table = np.array(self._rows, dtype=np.int64).reshape(-1, 7)
        texts = np.frombuffer(b"".join(self._texts), dtype=np.uint8)
        headings = tuple(self._headings)
        bare = Contents(tuple(self._documents), texts, table, headings, vectors, SparseIndex(None, len(table)))
        sparse = SparseIndex.build([embedding_text(passage) for passage in Passages(bare)])
        return Contents(bare.documents, texts, table, headings, vectors, sparse)

    def _placed(self, document: Document, passages: int, size: int) -> DocumentRecord:
        return DocumentRecord(
            name=document.name,
            title=document.title,
            sha256=document.sha256,
            kind=document.kind,
            date=document.date,
            body=document.body,
            characters=len(document.text),
            pages=document.pages,
            warnings=document.warnings,
            first_passage=len(self._rows) - passages,
            passages=passages,
            first_byte=self._length,
            bytes=size,
            authors=document.authors,
            language=document.language,
        )


def _byte_bounds(text: str, chunks: Iterable[Chunk]) -> Iterator[tuple[int, int]]:
    """The bounds of each chunk as bytes of the encoded text; starts only increase, so one pass is enough."""
    seen = first_byte = 0
    for found in chunks:
        first_byte += len(text[seen : found.start].encode("utf-8"))
        seen = found.start
        yield first_byte, first_byte + len(text[found.start : found.end].encode("utf-8"))


def _record(line: str) -> DocumentRecord:
    fields = json.loads(line)
    lists = {name: tuple(fields[name]) for name in ("pages", "warnings", "authors") if name in fields}
    return DocumentRecord(**{**fields, **lists})
