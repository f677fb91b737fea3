"""What a run reuses from the index before: unchanged documents, and the vectors of unchanged texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from index.arrays import Floats
from index.chunker import OVERLAP, WORDS, Chunk
from index.documents import Document
from index.encoder.embedder import in_context
from index.folder_index import Index
from index.storage.layout import Contents, DocumentRecord
from index.update.away import below
from index.update.vector_log import key


@dataclass(frozen=True, slots=True)
class Cut:
    """A document with its passages."""

    document: Document
    chunks: tuple[Chunk, ...]

    @property
    def texts(self) -> list[str]:
        """The text of each passage below its headings, as it is embedded and searched by terms."""
        text = self.document.text
        return [in_context(found.heading, found.header, text[found.start : found.end]) for found in self.chunks]


class Reusable:
    """The index before, as a source of unchanged documents and vectors.

    It gives nothing if the embedder is another, or if the index was made elsewhere.
    """

    def __init__(self, index: Index | None, embedder: str, recipe: int) -> None:
        usable = index is not None and index.settings.embedder == embedder and not index.foreign
        self._index = index if usable else None
        self._recipe = recipe

    @property
    def canaries(self) -> tuple[tuple[float, ...], ...]:
        """The vectors of CANARIES in the index before; () if there is none to reuse."""
        return self._index.making.canaries if self._index else ()

    def record(self, name: str, sha256: str) -> DocumentRecord | None:
        """Return the document of this name if its bytes, and the way it is read and cut, are unchanged."""
        record = self._records.get(name) if self._same_cutting else None
        return record if record is not None and record.sha256 == sha256 else None

    def below(self, root: str) -> list[DocumentRecord] | None:
        """Return the documents below a root; None if documents are now read, cut or embedded in another way."""
        if not self._same_cutting:
            return None
        return [record for record in self._records.values() if below(record.name, root)]

    def reason(self, name: str) -> str | None:
        """Return why the last run could not read this file; None if it could, or files are now read in another way."""
        return self._reasons.get(name) if self._same_cutting else None

    @property
    def contents(self) -> Contents | None:
        """The contents that hold the documents returned by ``record``."""
        return self._index.contents if self._index and self._same_cutting else None

    def vectors(self, document: Document, texts: Sequence[str]) -> list[Floats | None]:
        """Return the vectors of texts that the document of this name, or one with these bytes, had before; None for others."""
        rows: dict[bytes, int] = {}
        for record in filter(None, (self._records.get(document.name), self._of_bytes.get(document.sha256))):
            assert self._index is not None
            numbers = range(record.first_passage, record.first_passage + record.passages)
            for number in {*numbers}.difference(self._index.contents.without_vector(numbers)):
                rows[key(self._index.passages[number].in_context)] = number
        found = [rows.get(key(text)) for text in texts] if rows else [None] * len(texts)
        return [None if row is None or self._index is None else self._index.contents.vectors[row] for row in found]

    @cached_property
    def _same_cutting(self) -> bool:
        if self._index is None:
            return False
        settings = self._index.settings
        return (settings.words, settings.overlap, settings.recipe) == (WORDS, OVERLAP, self._recipe)

    @cached_property
    def _records(self) -> dict[str, DocumentRecord]:
        return {record.name: record for record in self._index.documents} if self._index else {}

    @cached_property
    def _reasons(self) -> dict[str, str]:
        return {file.name: file.reason for file in self._index.unreadable} if self._index else {}

    @cached_property
    def _of_bytes(self) -> dict[str, DocumentRecord]:
        return {record.sha256: record for record in self._index.documents} if self._index else {}
