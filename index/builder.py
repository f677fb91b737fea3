"""Bring an index in step with files and folders: what is unchanged is kept, and one bad file never stops the others."""

from __future__ import annotations

import datetime
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.chunker import OVERLAP, WORDS, chunk
from index.documents import Document, Load, UnreadableDocument, find_files, parse_document, read_bytes
from index.embedder import Embedder
from index.folder_index import CANARIES, Duplicate, Index, Making, Settings, Unreadable, commit, draft
from index.sandbox import Sandbox
from index.search.dense import BY_SIZE, SEARCHES
from index.storage import generations
from index.storage.layout import DocumentRecord
from index.storage.writer import Gathering
from index.update.file_stamps import Seen
from index.update.prefetch import Ahead
from index.update.report import BuildReport, NothingToIndex
from index.update.reuse import PASSAGES_AT_ONCE, Cut, Reusable, Vectors
from index.update.vector_log import Journal

Progress = Callable[[int, int, str], None]
Found = Cut | DocumentRecord | None  # a document that was read, one that is as it was, or nothing to add

# Raised whenever loaders, the chunker or ``sparse.terms`` give another result for the same file: documents are then read again.
RECIPE = 5


READ_AHEAD = 2 * PASSAGES_AT_ONCE  # passages: a batch that is embedded lasts while the next one is read


def build(
    paths: Sequence[Path],
    folder: Path,
    embedder: Embedder,
    *,
    without: Sequence[Path] | None = None,
    search: str | None = None,
    progress: Progress | None = None,
    load: Load | None = None,
) -> BuildReport:
    """Make the index in ``folder`` hold exactly what can be read in ``paths``; nothing is written where it does.

    The files in ``without`` are taken out and stay out of every later run: where it is None, those taken out before do, but
    for a file that is one of ``paths`` itself.

    ``search`` is one of SEARCHES, how vectors are searched: where it is None, the one asked for before, or by size.

    ``progress`` is called with the files done, their number, and the name of the last one. ``load`` reads documents; by
    default a process of its own does. Raises FileNotFoundError for a missing path, NothingToIndex, IndexLocked,
    IndexTooNew, or OSError naming the file that cannot be written; the index is then as it was.
    """
    if search not in (None, *SEARCHES):
        raise ValueError(f"{search!r} is no search; there are {', '.join(SEARCHES)}")
    files = find_files(paths)
    folder.mkdir(parents=True, exist_ok=True)
    with generations.writer_lock(folder):
        sound = generations.sound(folder)  # damage is never carried over
        before = Index.open_generation(folder, sound[-1]) if sound else None
        seen, journal = Seen.open(folder), Journal(folder, embedder.fingerprint)
        chosen = _choose(files, paths, before, without)
        wanted = search or (before.settings.search if before else BY_SIZE)
        with draft(folder) as place:
            run = _run(chosen, _Run(embedder.fingerprint, before, seen, embedder, journal, place), progress, load)
            making, report = run.making(paths, chosen.without, wanted), run.report(before, chosen.left_out)
            if (
                before is None
                or before.generation != generations.current(folder)
                or not _in_step(before, making, report)
            ):
                commit(place, run.finish(), making, before=before)
            else:
                generations.drop(folder, keep=set(sound))
        journal.drop()
        seen.save(folder)
        return report


def plan(paths: Sequence[Path], folder: Path, fingerprint: str, *, progress: Progress | None = None) -> BuildReport:
    """What ``build`` would do with an embedder of this fingerprint: documents are read, nothing is embedded or written."""
    sound = generations.sound(folder)
    before = Index.open_generation(folder, sound[-1]) if sound else None
    chosen = _choose(find_files(paths), paths, before)
    return _run(chosen, _Run(fingerprint, before, Seen.open(folder)), progress).report(before, chosen.left_out)


def index_in_memory(
    paths: Sequence[Path], embedder: Embedder, *, progress: Progress | None = None, load: Load | None = None
) -> Index:
    """An index of files and folders that is written nowhere."""
    chosen = _choose(find_files(paths), paths, None)
    run = _run(chosen, _Run(embedder.fingerprint, None, Seen(), embedder), progress, load)
    return Index(run.finish().finish(), run.making(paths))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The files to index and the names of those that stay out: all that do, and those among them that were found."""

    files: Sequence[Path]
    without: tuple[str, ...]
    left_out: tuple[str, ...]


def _choose(
    found: Sequence[Path], paths: Sequence[Path], before: Index | None, without: Sequence[Path] | None = None
) -> _Chosen:
    """What to index of the files found in ``paths``; as in ``build``."""
    if without is None:
        named = {str(path.resolve()) for path in paths}
        out = set(before.settings.without if before else ()) - named
    else:
        out = {str(path.resolve()) for path in without}
    files = [path for path in found if str(path) not in out]
    return _Chosen(files, tuple(sorted(out)), tuple(str(path) for path in found if str(path) in out))


def _run(chosen: _Chosen, run: _Run, progress: Progress | None, load: Load | None = None) -> _Run:
    """Let the run take every file, read ahead of what it embeds, and in another process unless there is a way given."""
    with (
        Sandbox() as sandbox,
        Ahead((run.read(path, load or sandbox.load) for path in chosen.files), _weight, READ_AHEAD) as ahead,
    ):
        try:
            for done, (path, found) in enumerate(zip(chosen.files, ahead, strict=True), start=1):
                run.take(found)
                if progress is not None:
                    progress(done, len(chosen.files), str(path))
        except BaseException:
            sandbox.stop()  # else one would wait for what is being read
            raise
    if not run.taken:
        raise NothingToIndex(run.unreadable, chosen.left_out)
    return run


def _weight(found: Found) -> int:
    return len(found.chunks) if isinstance(found, Cut) else 1


class _Run:
    """One pass over the files. What has not changed waits until something has: often nothing has to be gathered at all.

    Without an embedder it only finds out what there is to do. ``read`` may run in another thread than all else, ahead of it.
    """

    def __init__(
        self,
        fingerprint: str,
        before: Index | None,
        seen: Seen,
        embedder: Embedder | None = None,
        journal: Journal | None = None,
        place: Path | None = None,
    ) -> None:
        self.taken: dict[str, str] = {}  # digest by name
        self.unreadable: list[Unreadable] = []
        self.duplicates: list[Duplicate] = []
        self._fingerprint = fingerprint
        self._seen = seen
        self._embedder = embedder
        self._reuse = Reusable(before, fingerprint, RECIPE)
        self._gathering = Gathering(place, self._reuse.contents)
        self._vectors = Vectors(embedder, self._reuse, journal, self._gathering.embed) if embedder else None
        self._kept: list[DocumentRecord] = []
        self._names: dict[str, str] = {}  # name by digest
        self._passages = 0

    def read(self, path: Path, load: Load) -> Found:
        """The document in a file, or None and a note why there is none to add."""
        try:
            found = self._read(path, load)
        except UnreadableDocument as error:
            self.unreadable.append(Unreadable(error.name, error.reason))
            if not error.lasting:
                self._seen.forget(path)
            return None
        if isinstance(found, Cut):
            self._note(found.document.name, found.document.sha256, len(found.chunks))
        elif found is not None:
            self._note(found.name, found.sha256, found.passages)
        return found

    def take(self, found: Found) -> None:
        """Add what was read, in the order of the files."""
        if isinstance(found, Cut):
            self._add(found)
        elif found is not None:
            self._kept.append(found)

    def finish(self) -> Gathering:
        """Everything taken, with its vectors."""
        assert self._vectors is not None
        self._gather_kept()
        self._vectors.flush()
        return self._gathering

    def _read(self, path: Path, load: Load) -> Found:
        sha256 = self._seen.digest(path)
        if sha256 in self._names:
            self.duplicates.append(Duplicate(str(path), self._names[sha256]))
            return None
        if record := self._reuse.record(str(path), sha256):
            return record
        if (reason := self._reuse.reason(str(path))) and self._seen.unchanged(path):
            raise UnreadableDocument(str(path), reason, lasting=True)
        return cut(parse_document(path, read_bytes(path), load))

    def _add(self, cut: Cut) -> None:
        document = cut.document
        if self._vectors is None:
            return
        self._gather_kept()
        self._reuse.recall(document)
        self._gathering.add(document, cut.chunks)
        self._vectors.make(cut.texts)

    def _gather_kept(self) -> None:
        """Add the unchanged documents that come before what is added next."""
        assert self._vectors is not None
        if self._kept:
            self._vectors.flush()  # those of documents before these
            self._gathering.keep(self._kept)
            self._kept = []

    def _note(self, name: str, sha256: str, passages: int) -> None:
        self.taken[name] = sha256
        self._names[sha256] = name
        self._passages += passages

    def making(self, paths: Sequence[Path], without: tuple[str, ...] = (), search: str = BY_SIZE) -> Making:
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
            version=this_version(),
            built=now(),
            without=without,
            search=search,
        )
        return Making(settings, canaries, tuple(self.unreadable), tuple(self.duplicates))

    def report(self, before: Index | None, left_out: tuple[str, ...] = ()) -> BuildReport:
        """This run against the index before."""
        old = {record.name: record.sha256 for record in before.documents} if before else {}
        return BuildReport.comparing(
            old,
            self.taken,
            duplicates=self.duplicates,
            unreadable=self.unreadable,
            documents=len(self.taken),
            passages=self._passages,
            left_out=left_out,
        )


def cut(document: Document) -> Cut:
    """A document with its passages; UnreadableDocument where it has none."""
    chunks = chunk(document, words=WORDS, overlap=OVERLAP)
    if not chunks:
        raise UnreadableDocument(document.name, "empty: it holds no text besides headings", lasting=True)
    return Cut(document, tuple(chunks))


def this_version() -> str:
    """The version that builds."""
    try:
        return importlib.metadata.version("pincite")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def now() -> str:
    """The time as an index keeps it: an ISO date and time in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _in_step(before: Index, making: Making, report: BuildReport) -> bool:
    if report.differs or before.warnings:
        return False
    return _lasting(before.making) == _lasting(making)


def _lasting(making: Making) -> tuple[object, ...]:
    """Everything that another generation would be written for, were it different."""
    settings = making.settings
    cutting = (settings.embedder, settings.words, settings.overlap, settings.recipe)
    return (*cutting, settings.roots, settings.without, settings.search, making.unreadable, making.duplicates)
