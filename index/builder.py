"""Bring an index in step with files and folders: what is unchanged is kept, and one bad file never stops the others."""

from __future__ import annotations

import datetime
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import generations
from index.chunker import OVERLAP, WORDS, chunk
from index.contents import Contents, DocumentRecord, Gathering
from index.documents import Document, Load, UnreadableDocument, find_files, parse_document, read_bytes
from index.embedder import Embedder, in_context
from index.journal import Journal
from index.reuse import Cut, Reusable, Vectors
from index.sandbox import Sandbox
from index.seen import Seen
from index.store import CANARIES, Duplicate, Index, Making, Settings, Unreadable, commit

Progress = Callable[[int, int, str], None]

# Raised whenever loaders or the chunker give another result for the same file: documents are then read again.
RECIPE = 1


class NothingToIndex(ValueError):
    """The files and folders hold no document that can be read."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A document whose file has another name than before, and the same bytes."""

    name: str
    was: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did, or would do: names of documents, and the size of the index that comes of it."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]
    unreadable: tuple[Unreadable, ...]
    documents: int
    passages: int

    @property
    def differs(self) -> bool:
        """Whether there are other documents than before."""
        return bool(self.added or self.changed or self.renamed or self.removed)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def build(
    paths: Sequence[Path],
    folder: Path,
    embedder: Embedder,
    *,
    progress: Progress | None = None,
    load: Load | None = None,
) -> BuildReport:
    """Make the index in ``folder`` hold exactly what can be read in ``paths``; nothing is written where it does.

    ``progress`` is called with the files done, their number, and the name of the last one. ``load`` reads documents; by
    default a process of its own does. Raises FileNotFoundError for a missing path, NothingToIndex, IndexLocked,
    IndexTooNew, or OSError naming the file that cannot be written; the index is then as it was.
    """
    files = find_files(paths)
    folder.mkdir(parents=True, exist_ok=True)
    with generations.writer_lock(folder):
        sound = generations.sound(folder)  # damage is never carried over
        before = Index.open_generation(folder, sound[-1]) if sound else None
        seen, journal = Seen.open(folder), Journal(folder, embedder.fingerprint)
        run = _run(files, _Run(embedder.fingerprint, before, seen, embedder, journal), progress, load)
        making, report = run.making(paths), run.report(before)
        if before is not None and before.generation == generations.current(folder) and _in_step(before, making, report):
            generations.drop(folder, keep=set(sound))
        else:
            commit(folder, run.finish(), making, keep=before.generation if before else None)
        journal.drop()
        seen.save(folder)
        return report


def plan(paths: Sequence[Path], folder: Path, fingerprint: str, *, progress: Progress | None = None) -> BuildReport:
    """What ``build`` would do with an embedder of this fingerprint: documents are read, nothing is embedded or written."""
    sound = generations.sound(folder)
    before = Index.open_generation(folder, sound[-1]) if sound else None
    return _run(find_files(paths), _Run(fingerprint, before, Seen.open(folder)), progress).report(before)


def index_in_memory(
    paths: Sequence[Path], embedder: Embedder, *, progress: Progress | None = None, load: Load | None = None
) -> Index:
    """An index of files and folders that is written nowhere."""
    run = _run(find_files(paths), _Run(embedder.fingerprint, None, Seen(), embedder), progress, load)
    return Index(run.finish(), run.making(paths))


def _run(files: Sequence[Path], run: _Run, progress: Progress | None, load: Load | None = None) -> _Run:
    """Let the run take every file; documents are read in another process unless there is a way given."""
    with Sandbox() as sandbox:
        for done, path in enumerate(files, start=1):
            run.take(path, load or sandbox.load)
            if progress is not None:
                progress(done, len(files), str(path))
    if not run.taken:
        raise NothingToIndex(_nothing(run.unreadable))
    return run


class _Run:
    """One pass over the files. What has not changed waits until something has: often nothing has to be gathered at all.

    Without an embedder it only finds out what there is to do.
    """

    def __init__(
        self,
        fingerprint: str,
        before: Index | None,
        seen: Seen,
        embedder: Embedder | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.taken: dict[str, str] = {}  # digest by name
        self.unreadable: list[Unreadable] = []
        self.duplicates: list[Duplicate] = []
        self._fingerprint = fingerprint
        self._seen = seen
        self._embedder = embedder
        self._reuse = Reusable(before, fingerprint, RECIPE)
        self._vectors = Vectors(embedder, self._reuse, journal) if embedder else None
        self._gathering = Gathering()
        self._kept: list[DocumentRecord] = []
        self._names: dict[str, str] = {}  # name by digest
        self._passages = 0

    def take(self, path: Path, load: Load) -> None:
        """Add the document in a file, or note why not."""
        try:
            self._take(path, load)
        except UnreadableDocument as error:
            self.unreadable.append(Unreadable(error.name, error.reason))
            if not error.lasting:
                self._seen.forget(path)

    def finish(self) -> Contents:
        """Everything taken, with its vectors and terms."""
        assert self._vectors is not None
        self._gather_kept()
        return self._gathering.finish(self._vectors.finish())

    def _take(self, path: Path, load: Load) -> None:
        sha256 = self._seen.digest(path)
        if sha256 in self._names:
            self.duplicates.append(Duplicate(str(path), self._names[sha256]))
        elif record := self._reuse.record(str(path), sha256):
            self._note(record.name, sha256, record.passages)
            self._kept.append(record)
        elif (reason := self._reuse.reason(str(path))) and self._seen.unchanged(path):
            raise UnreadableDocument(str(path), reason, lasting=True)
        else:
            self._add(_cut(parse_document(path, read_bytes(path), load)))

    def _add(self, cut: Cut) -> None:
        document = cut.document
        self._note(document.name, document.sha256, len(cut.chunks))
        if self._vectors is None:
            return
        self._gather_kept()
        self._gathering.add(document, cut.chunks)
        self._vectors.make([in_context(found.heading, document.text[found.start : found.end]) for found in cut.chunks])

    def _gather_kept(self) -> None:
        """Add the unchanged documents that come before what is added next."""
        assert self._vectors is not None
        for record in self._kept:
            cut = self._reuse.cut(record)
            self._gathering.add(cut.document, cut.chunks)
            self._vectors.keep(self._reuse.vectors(record))
        self._kept = []

    def _note(self, name: str, sha256: str, passages: int) -> None:
        self.taken[name] = sha256
        self._names[sha256] = name
        self._passages += passages

    def making(self, paths: Sequence[Path]) -> Making:
        """How an index of this run is made."""
        assert self._embedder is not None
        canaries = self._reuse.canaries or tuple(tuple(map(float, row)) for row in self._embedder.embed(CANARIES))
        settings = Settings(
            roots=tuple(str(path.resolve()) for path in paths),
            words=WORDS,
            overlap=OVERLAP,
            recipe=RECIPE,
            embedder=self._fingerprint,
            dimension=len(canaries[0]),
            version=_version(),
            built=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        )
        return Making(settings, canaries, tuple(self.unreadable), tuple(self.duplicates))

    def report(self, before: Index | None) -> BuildReport:
        """This run against the index before."""
        old = {record.name: record.sha256 for record in before.documents} if before else {}
        gone = {sha256: name for name, sha256 in old.items() if name not in self.taken}
        renamed = {name: gone[sha256] for name, sha256 in self.taken.items() if name not in old and sha256 in gone}
        left = set(renamed.values())
        return BuildReport(
            added=tuple(name for name in self.taken if name not in old and name not in renamed),
            changed=tuple(name for name in self.taken if name in old and old[name] != self.taken[name]),
            renamed=tuple(Renamed(name, was) for name, was in renamed.items()),
            removed=tuple(name for name in old if name not in self.taken and name not in left),
            unchanged=tuple(name for name in self.taken if old.get(name) == self.taken[name]),
            duplicates=tuple(self.duplicates),
            unreadable=tuple(self.unreadable),
            documents=len(self.taken),
            passages=self._passages,
        )


def _cut(document: Document) -> Cut:
    chunks = chunk(document, words=WORDS, overlap=OVERLAP)
    if not chunks:
        raise UnreadableDocument(document.name, "empty: it holds no text besides headings", lasting=True)
    return Cut(document, tuple(chunks))


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
    if report.differs:
        return False
    return _lasting(before.making) == _lasting(making)


def _lasting(making: Making) -> tuple[object, ...]:
    """Everything that another generation would be written for, were it different."""
    settings = making.settings
    cutting = (settings.embedder, settings.words, settings.overlap, settings.recipe)
    return (*cutting, settings.roots, making.unreadable, making.duplicates)
