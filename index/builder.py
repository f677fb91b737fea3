"""Bring an index in step with files and folders: what is unchanged is kept, and one bad file never stops the others."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index import generations
from index.chunker import OVERLAP, WORDS, Chunk, chunk
from index.contents import Contents, DocumentRecord, Gathering
from index.documents import Document, UnreadableDocument, find_files, parse_document, read_bytes
from index.embedder import Embedder, Floats, embedding_text, in_context
from index.store import CANARIES, Duplicate, Index, Making, Settings, Unreadable, commit

Progress = Callable[[int, int, str], None]

# Raised whenever loaders or the chunker give another result for the same file: documents are then read again.
RECIPE = 1
PASSAGES_AT_ONCE = 256  # enough to fill the embedder's batches with texts of like length


class NothingToIndex(ValueError):
    """The files and folders hold no document that can be read."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did: names of documents, and the size of the index that there is now."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]
    unreadable: tuple[Unreadable, ...]
    documents: int
    passages: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def build(paths: Sequence[Path], folder: Path, embedder: Embedder, *, progress: Progress | None = None) -> BuildReport:
    """Make the index in ``folder`` hold exactly what can be read in ``paths``; nothing is written where it does.

    ``progress`` is called with the files done, their number, and the name of the last one. Raises FileNotFoundError for
    a missing path, NothingToIndex, IndexLocked or IndexTooNew; the index is then as it was.
    """
    files = find_files(paths)
    folder.mkdir(parents=True, exist_ok=True)
    with generations.writer_lock(folder):
        sound = generations.sound(folder)  # damage is never carried over
        before = Index.open_generation(folder, sound[-1]) if sound else None
        run = _run(files, embedder, before, progress)
        making = run.making(paths)
        report = run.report(before)
        if before is not None and before.generation == generations.current(folder) and _in_step(before, making, report):
            generations.drop(folder, keep=set(sound))
        else:
            commit(folder, run.finish(), making, keep=before.generation if before else None)
        return report


def index_in_memory(paths: Sequence[Path], embedder: Embedder, *, progress: Progress | None = None) -> Index:
    """An index of files and folders that is written nowhere."""
    run = _run(find_files(paths), embedder, None, progress)
    return Index(run.finish(), run.making(paths))


def _run(files: Sequence[Path], embedder: Embedder, before: Index | None, progress: Progress | None) -> _Run:
    """Take every file; loaders that hang or crash would be kept in worker processes here."""
    run = _Run(embedder, _Reusable(before, embedder.fingerprint))
    for done, path in enumerate(files, start=1):
        run.take(path)
        if progress is not None:
            progress(done, len(files), str(path))
    if not run.taken:
        raise NothingToIndex(_nothing(run.unreadable))
    return run


class _Run:
    """One pass over the files: documents are gathered, texts wait until there are enough to embed together."""

    def __init__(self, embedder: Embedder, reuse: _Reusable) -> None:
        self.taken: dict[str, str] = {}  # digest by name
        self.unreadable: list[Unreadable] = []
        self.duplicates: list[Duplicate] = []
        self._embedder = embedder
        self._reuse = reuse
        self._gathering = Gathering()
        self._names: dict[str, str] = {}  # name by digest
        self._vectors: list[Floats] = []
        self._waiting: list[str] = []
        self._passages = 0

    def take(self, path: Path) -> None:
        """Add the document in a file, or note why not."""
        try:
            data = read_bytes(path)
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 in self._names:
                self.duplicates.append(Duplicate(str(path), self._names[sha256]))
                return
            self._add(self._reuse.cut(str(path), sha256) or _cut(parse_document(path, data)))
        except UnreadableDocument as error:
            self.unreadable.append(Unreadable(error.name, error.reason))

    def finish(self) -> Contents:
        """Everything taken, with its vectors and terms."""
        self._embed()
        return self._gathering.finish(np.concatenate(self._vectors))

    def making(self, paths: Sequence[Path]) -> Making:
        """How an index of this run is made."""
        canaries = self._reuse.canaries or tuple(tuple(map(float, row)) for row in self._embedder.embed(CANARIES))
        settings = Settings(
            roots=tuple(str(path.resolve()) for path in paths),
            words=WORDS,
            overlap=OVERLAP,
            recipe=RECIPE,
            embedder=self._embedder.fingerprint,
            dimension=len(canaries[0]),
            version=_version(),
            built=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        )
        return Making(settings, canaries, tuple(self.unreadable), tuple(self.duplicates))

    def report(self, before: Index | None) -> BuildReport:
        """This run against the index before."""
        old = {record.name: record.sha256 for record in before.documents} if before else {}
        return BuildReport(
            added=tuple(name for name in self.taken if name not in old),
            changed=tuple(name for name in self.taken if name in old and old[name] != self.taken[name]),
            removed=tuple(name for name in old if name not in self.taken),
            unchanged=tuple(name for name in self.taken if old.get(name) == self.taken[name]),
            duplicates=tuple(self.duplicates),
            unreadable=tuple(self.unreadable),
            documents=len(self.taken),
            passages=self._passages,
        )

    def _add(self, cut: _Cut) -> None:
        document = cut.document
        self._gathering.add(document, cut.chunks)
        self.taken[document.name] = document.sha256
        self._names[document.sha256] = document.name
        self._passages += len(cut.chunks)
        if cut.vectors is not None:
            self._embed()
            self._vectors.append(cut.vectors)
            return
        self._waiting += [in_context(found.heading, document.text[found.start : found.end]) for found in cut.chunks]
        if len(self._waiting) >= PASSAGES_AT_ONCE:
            self._embed()

    def _embed(self) -> None:
        if not self._waiting:
            return
        known = [self._reuse.vector(text) for text in self._waiting]
        new = [text for text, vector in zip(self._waiting, known, strict=True) if vector is None]
        made = iter(self._embedder.embed(new) if new else ())
        vectors = np.array([next(made) if vector is None else vector for vector in known], dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise ValueError("the embedder made vectors that are not finite")
        self._vectors.append(vectors)
        self._waiting = []


@dataclass(frozen=True, slots=True)
class _Cut:
    """A document with its passages, and with their vectors where they are known."""

    document: Document
    chunks: tuple[Chunk, ...]
    vectors: Floats | None = None


class _Reusable:
    """The index before as a source of documents that have not changed and of vectors of texts that have not."""

    def __init__(self, index: Index | None, embedder: str) -> None:
        self._index = index if index is not None and index.settings.embedder == embedder else None

    @property
    def canaries(self) -> tuple[tuple[float, ...], ...]:
        """Those of the index before, as the embedder is the same."""
        return self._index.making.canaries if self._index else ()

    def cut(self, name: str, sha256: str) -> _Cut | None:
        """The document as indexed before, where it has the same name and bytes and would be cut the same way."""
        if self._index is None or (record := self._records.get(name)) is None or record.sha256 != sha256:
            return None
        settings = self._index.settings
        if (settings.words, settings.overlap, settings.recipe) != (WORDS, OVERLAP, RECIPE):
            return None
        rows = slice(record.first_passage, record.first_passage + record.passages)
        chunks = (Chunk(p.start, p.end, p.heading, p.page) for p in self._index.passages[rows])
        return _Cut(self._index.contents.document(record), tuple(chunks), self._index.contents.vectors[rows])

    def vector(self, text: str) -> Floats | None:
        """The vector that the text was given before."""
        row = self._rows.get(_key(text))
        return None if row is None or self._index is None else self._index.contents.vectors[row]

    @cached_property
    def _records(self) -> dict[str, DocumentRecord]:
        return {record.name: record for record in self._index.documents} if self._index else {}

    @cached_property
    def _rows(self) -> dict[bytes, int]:
        return {_key(embedding_text(p)): p.number for p in self._index.passages} if self._index else {}


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8")).digest()


def _cut(document: Document) -> _Cut:
    chunks = chunk(document, words=WORDS, overlap=OVERLAP)
    if not chunks:
        raise UnreadableDocument(document.name, "empty: it holds no text besides headings")
    return _Cut(document, tuple(chunks))


def _nothing(unreadable: Sequence[Unreadable]) -> str:
    if not unreadable:
        return "no document can be read: there are no files"
    reasons = "; ".join(f"{file.name}: {file.reason}" for file in unreadable[:3])
    return f"no document can be read: {reasons}" + (f"; and {len(unreadable) - 3} more" if len(unreadable) > 3 else "")


def _version() -> str:
    try:
        return importlib.metadata.version("pincite")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def _in_step(before: Index, making: Making, report: BuildReport) -> bool:
    if report.added or report.changed or report.removed:
        return False
    return _lasting(before.making) == _lasting(making)


def _lasting(making: Making) -> tuple[object, ...]:
    """Everything that another generation would be written for, were it different."""
    settings = making.settings
    cutting = (settings.embedder, settings.words, settings.overlap, settings.recipe)
    return (*cutting, settings.roots, making.unreadable, making.duplicates)
