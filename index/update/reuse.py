"""What a run reuses from the index before: unchanged documents, and the vectors of unchanged texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.arrays import Floats
from index.chunker import OVERLAP, WORDS, Chunk
from index.documents import Document
from index.embedder import Embedder, embedding_text, in_context
from index.folder_index import Index
from index.storage.layout import Contents, DocumentRecord
from index.update.away import below
from index.update.vector_log import Journal

PASSAGES_AT_ONCE = 256  # eight of the embedder's batches: enough to fill each with texts of similar length


class Vectors:
    """Embeds a run's texts in large batches and passes their vectors to ``give`` in order."""

    def __init__(
        self, embedder: Embedder, reuse: Reusable, journal: Journal | None, give: Callable[[Floats], None]
    ) -> None:
        self._embedder = embedder
        self._reuse = reuse
        self._journal = journal
        self._give = give
        self._waiting: list[str] = []

    def make(self, texts: Sequence[str]) -> None:
        """Queue texts for embedding; those whose vector is known are not embedded again."""
        self._waiting += texts
        if len(self._waiting) >= PASSAGES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Embed the queued texts."""
        if not self._waiting:
            return
        keys = [key(text) for text in self._waiting]
        known = [self._known(key) for key in keys]
        new = [place for place, vector in enumerate(known) if vector is None]
        if new:
            made = embedded([self._waiting[place] for place in new], self._embedder)
            if self._journal is not None:
                self._journal.add([keys[place] for place in new], made)
            for place, vector in zip(new, made, strict=True):
                known[place] = vector
        self._give(np.array(known, dtype=np.float32))
        self._waiting = []
        self._reuse.forget()

    def _known(self, key: bytes) -> Floats | None:
        vector = self._reuse.vector(key)
        return self._journal.vector(key) if vector is None and self._journal is not None else vector


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
        self._rows: dict[bytes, int] = {}

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

    def recall(self, document: Document) -> None:
        """Make ``vector`` know the passages that documents of this name or with these bytes had before."""
        for record in filter(None, (self._records.get(document.name), self._of_bytes.get(document.sha256))):
            assert self._index is not None
            for passage in self._index.passages[record.first_passage : record.first_passage + record.passages]:
                self._rows[key(embedding_text(passage))] = passage.number

    def forget(self) -> None:
        """Forget what was recalled, as remembering a whole index takes much memory."""
        self._rows.clear()

    def vector(self, key: bytes) -> Floats | None:
        """Return the vector of the text with this ``key``, if a recalled document holds the text."""
        row = self._rows.get(key)
        return None if row is None or self._index is None else self._index.contents.vectors[row]

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


def embedded(texts: Sequence[str], embedder: Embedder) -> Floats:
    """Embed texts; raises ValueError if a vector is not finite."""
    made = embedder.embed(texts)
    if not np.isfinite(made).all():
        raise ValueError("the embedder made vectors that are not finite")
    return made


def key(text: str) -> bytes:
    """Return the key under which a text's vector is stored: its SHA-256."""
    return hashlib.sha256(text.encode("utf-8")).digest()
