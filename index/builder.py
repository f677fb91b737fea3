"""Update an index from files and folders. Unchanged documents are copied, and one bad file never stops the others."""

from __future__ import annotations

import datetime
import importlib.metadata
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from index.arrays import Numbers
from index.chunker import OVERLAP, WORDS, chunk
from index.documents import (
    LARGEST_FILE,
    Document,
    Load,
    UnreadableDocument,
    parse_document,
    read_bytes,
)
from index.encoder.embedder import Embedder
from index.files import naming
from index.folder_index import CANARIES, Duplicate, Index, IndexDamaged, Making, Settings, Unreadable, commit, draft
from index.sandbox import Sandbox
from index.search.dense import BY_SIZE, SEARCHES
from index.storage import generations
from index.storage.layout import Contents, DocumentRecord
from index.storage.writer import Gathering
from index.update.away import Away, AwayAndNeeded, check_still_there
from index.update.chosen import Chosen, choose
from index.update.embedding import Embedding, embed_rest, filled, make
from index.update.file_stamps import Seen
from index.update.prefetch import Ahead
from index.update.report import BuildReport, Losses, NothingToIndex
from index.update.reuse import Cut, Reusable
from index.update.vector_log import Journal

Progress = Callable[[int, int, str], None]
Found = Cut | list[DocumentRecord]  # a document just read, or records of unchanged ones

# Increase this when loaders, the chunker or ``bm25.terms`` change their result for a file: every document is then read again.
RECIPE = 7
# Characters. Cutting takes up to 1 s for a million, whatever they are, so this is at most a minute. A plain text reaches it only
# with the largest file that is read; what is extracted from a smaller file may be longer.
LARGEST_TEXT = LARGEST_FILE
READ_AHEAD = 512  # passages: while some are written, the next are read
FEW = 512  # passages: up to so many are embedded before the index is published, which takes a few seconds


def build(
    paths: Sequence[Path],
    folder: Path,
    embedder: Embedder,
    *,
    without: Sequence[Path] | None = None,
    search: str | None = None,
    progress: Progress | None = None,
    embedding: Embedding | None = None,
    load: Load | None = None,
) -> BuildReport:
    """Do all that ``begin`` and then ``embed_rest`` do, and raise what they raise."""
    report = begin(paths, folder, embedder, without=without, search=search, progress=progress, load=load)
    if report.without_vector:
        embed_rest(folder, embedder, embedding=embedding)
    return replace(report, without_vector=0)


def begin(
    paths: Sequence[Path],
    folder: Path,
    embedder: Embedder,
    *,
    without: Sequence[Path] | None = None,
    only: Path | None = None,
    search: str | None = None,
    progress: Progress | None = None,
    load: Load | None = None,
) -> BuildReport:
    """Make the index in ``folder`` hold exactly the readable documents in ``paths``; write nothing if it already does.

    If vectors of more than FEW passages have to be made, the index is published without those: it can be asked at once, and
    ``embed_rest`` makes them.

    The documents of a path that is missing or suddenly empty stay, and so do those of a folder that cannot be listed.

    without: files to exclude, now and later. None keeps the stored exclusions, except files named in ``paths``.
    only: one of ``paths``; the documents of the others stay as they are, without a look at their files.
    search: one of SEARCHES. None keeps the stored setting, or chooses by size in a new index.
    progress: called with the number of files done, the number of files, and the name of the last one.
    load: reads documents. None reads them in a sandboxed process.

    Raises FileNotFoundError for a missing path of which no document is known, AwayAndNeeded, WentAway, NothingToIndex, IndexLocked,
    IndexTooNew, or OSError naming the file that cannot be written. The index is unchanged after any error.
    """
    if search not in (None, *SEARCHES):
        raise ValueError(f"{search!r} is no search; there are {', '.join(SEARCHES)}")
    folder.mkdir(parents=True, exist_ok=True)
    with generations.writer_lock(folder):
        sound = generations.sound(folder)  # never reuse anything from a damaged one
        before = _opened(folder, sound)
        if before is not None and before.foreign:  # what others wrote could claim words that no file holds
            Journal(folder, embedder.fingerprint).drop()
        seen, journal = _notes(folder, before), Journal(folder, embedder.fingerprint)
        chosen = choose(paths, before, without, only)
        wanted = search or (before.settings.search if before else BY_SIZE)
        with draft(folder) as place:
            held, looked_at = [record.name for record in before.documents] if before else [], [only] if only else paths
            try:
                run = _run(chosen, _Run(embedder.fingerprint, before, seen, embedder, place), progress, load)
            except NothingToIndex:
                check_still_there(looked_at, held, chosen.away)  # the better reason
                raise
            check_still_there(looked_at, [*run.taken, *held], chosen.away)
            making, report = run.making(paths, chosen.without, wanted), run.report(before, chosen)
            if (
                before is None
                or before.generation != generations.current(folder)
                or not _in_step(before, making, report)
            ):
                with naming(place):
                    contents = run.finish()
                if len(contents.missing) <= FEW:
                    contents = filled(contents, make(contents, embedder, journal), place)
                commit(place, contents, making, before=before, origins=run.origins)
            else:
                contents = before.contents
                generations.drop(folder, keep=set(sound))
        if not len(contents.missing):
            journal.drop()
        seen.save(folder)
        return replace(report, without_vector=len(contents.missing))


def plan(paths: Sequence[Path], folder: Path, fingerprint: str, *, progress: Progress | None = None) -> BuildReport:
    """Report what ``build`` would do with an embedder of this fingerprint; reads documents, embeds and writes nothing."""
    before = _opened(folder, generations.sound(folder))
    chosen = choose(paths, before)
    return _run(chosen, _Run(fingerprint, before, _notes(folder, before)), progress).report(before, chosen)


def _opened(folder: Path, sound: Sequence[str]) -> Index | None:
    """The newest of these generations that makes an index: others may have written right checksums of what makes none."""
    for name in reversed(sound):
        with suppress(IndexDamaged):
            return Index.open_generation(folder, name)
    return None


def _notes(folder: Path, before: Index | None) -> Seen:
    return Seen() if before is not None and before.foreign else Seen.open(folder)


def index_in_memory(
    paths: Sequence[Path], embedder: Embedder, *, progress: Progress | None = None, load: Load | None = None
) -> Index:
    """Build an index of files and folders in memory; raises as ``build`` does."""
    chosen = choose(paths, None)
    run = _run(chosen, _Run(embedder.fingerprint, None, Seen(), embedder), progress, load)
    contents = run.finish()
    return Index(filled(contents, make(contents, embedder)), run.making(paths))


def _run(chosen: Chosen, run: _Run, progress: Progress | None, load: Load | None = None) -> _Run:
    """Read files in a thread (and in a sandbox unless ``load`` is given) while the caller's thread embeds and adds them."""
    with (
        Sandbox() as sandbox,
        Ahead((run.read(path, load or sandbox.load, chosen) for path in chosen.files), _weight, READ_AHEAD) as ahead,
    ):
        try:
            for done, (path, found) in enumerate(zip(chosen.files, ahead, strict=True), start=1):
                run.take(found)
                if progress is not None:
                    progress(done, len(chosen.files), str(path))
        except BaseException:
            sandbox.stop()  # otherwise leaving the ``with`` would wait for the document being read
            raise
    if not run.taken:
        raise NothingToIndex(run.unreadable, chosen.left_out)
    return run


def _weight(found: Found) -> int:
    return len(found.chunks if isinstance(found, Cut) else found)


class _Run:
    """One pass over the files. Without an embedder it only finds out what has changed.

    Unchanged documents are not copied until one that changed follows, so a run without changes copies nothing. ``read``
    may run ahead in a thread of its own; all else runs in one thread.
    """

    def __init__(
        self,
        fingerprint: str,
        before: Index | None,
        seen: Seen,
        embedder: Embedder | None = None,
        place: Path | None = None,
    ) -> None:
        self.taken: dict[str, str] = {}  # digest by name
        self.unreadable: list[Unreadable] = []
        self.duplicates: list[Duplicate] = []
        self._fingerprint = fingerprint
        self._seen = seen
        self._embedder, self._place = embedder, place
        self._reuse = Reusable(before, fingerprint, RECIPE)
        self._kept: list[DocumentRecord] = []
        self._names: dict[str, str] = {}  # name by digest
        self._passages = 0
        self._losses = Losses()

    def read(self, path: Path, load: Load, chosen: Chosen) -> Found:
        """Read the document in a file; [] for a duplicate or an unreadable file, which is noted with the reason.

        For a place that is away, return the documents that it had.
        """
        gone = next((one for one in chosen.away if one.name == str(path)), None)
        if gone is not None:
            return self._keep(gone, {*chosen.without})
        try:
            found = self._read(path, load, chosen.kept.get(str(path)))
        except UnreadableDocument as error:
            self.unreadable.append(Unreadable(error.name, error.reason))
            if not error.lasting:
                self._seen.forget(path)
            return []
        if isinstance(found, Cut):
            self._losses.note(found.document)
            self._note(found.document.name, found.document.sha256, len(found.chunks))
        for record in [] if isinstance(found, Cut) else found:
            self._note(record.name, record.sha256, record.passages)
        return found

    def _keep(self, gone: Away, without: Set[str]) -> list[DocumentRecord]:
        """The documents of a place that is away, except excluded ones and those that are found elsewhere."""
        held = self._reuse.below(gone.name)
        if held is None:
            raise AwayAndNeeded(gone)
        kept = []
        for record in held:
            if record.name in without or record.name in self.taken:
                continue
            self._seen.keep(record.name)
            if record.sha256 in self._names:
                self.duplicates.append(Duplicate(record.name, self._names[record.sha256]))
                continue
            self._note(record.name, record.sha256, record.passages)
            kept.append(record)
        return kept

    def take(self, found: Found) -> None:
        """Add what ``read`` returned; call it in the order of the files."""
        if isinstance(found, Cut):
            self._add(found)
        else:
            self._kept += found

    def finish(self) -> Contents:
        """Return everything taken, with the vectors that the index before had."""
        self._gather_kept()
        return self._gathering.finish()

    @property
    def origins(self) -> Numbers:
        """For each passage, its number in the index before, or -1."""
        return self._gathering.origins

    @cached_property
    def _canaries(self) -> tuple[tuple[float, ...], ...]:
        assert self._embedder is not None
        return self._reuse.canaries or tuple(tuple(map(float, row)) for row in self._embedder.embed(CANARIES))

    @cached_property
    def _gathering(self) -> Gathering:
        """Made when it is needed, as the model has to be loaded for a first index."""
        return Gathering(len(self._canaries[0]), self._place, self._reuse.contents)

    def _read(self, path: Path, load: Load, kept: str | None) -> Found:
        if kept is not None:
            self._seen.keep(str(path))
        sha256 = kept or self._seen.digest(path)
        if sha256 in self._names:
            self.duplicates.append(Duplicate(str(path), self._names[sha256]))
            return []
        if record := self._reuse.record(str(path), sha256):
            return [record]
        if (reason := self._reuse.reason(str(path))) and self._seen.unchanged(path):
            raise UnreadableDocument(str(path), reason, lasting=True)
        return cut(parse_document(path, read_bytes(path), load))

    def _add(self, cut: Cut) -> None:
        if self._embedder is None:
            return
        self._gather_kept()
        self._gathering.add(cut.document, cut.chunks, self._reuse.vectors(cut.document, cut.texts))

    def _gather_kept(self) -> None:
        if self._kept:
            self._gathering.keep(self._kept)
            self._kept = []

    def _note(self, name: str, sha256: str, passages: int) -> None:
        self.taken[name] = sha256
        self._names[sha256] = name
        self._passages += passages

    def making(self, paths: Sequence[Path], without: tuple[str, ...] = (), search: str = BY_SIZE) -> Making:
        """Return how the index of this run was made."""
        settings = Settings(
            roots=tuple(str(path.resolve()) for path in paths),
            words=WORDS,
            overlap=OVERLAP,
            recipe=RECIPE,
            embedder=self._fingerprint,
            dimension=len(self._canaries[0]),
            version=this_version(),
            built=now(),
            without=without,
            search=search,
        )
        return Making(settings, self._canaries, tuple(self.unreadable), tuple(self.duplicates))

    def report(self, before: Index | None, chosen: Chosen) -> BuildReport:
        """Compare this run with the index before it."""
        old = {record.name: record.sha256 for record in before.documents} if before else {}
        return BuildReport.comparing(
            old,
            self.taken,
            duplicates=self.duplicates,
            unreadable=self.unreadable,
            documents=len(self.taken),
            passages=self._passages,
            left_out=chosen.left_out,
            away=chosen.away,
            losses=self._losses,
        )


def cut(document: Document) -> Cut:
    """Cut a document into passages; raises UnreadableDocument if there are none, or if its text is too long."""
    if len(document.text) > LARGEST_TEXT:
        reason = f"its text is longer than {LARGEST_TEXT / 1e6:.0f} million characters"
        raise UnreadableDocument(document.name, reason, lasting=True)
    chunks = chunk(document, words=WORDS, overlap=OVERLAP)
    if not chunks:
        raise UnreadableDocument(document.name, "empty: it holds no text besides headings", lasting=True)
    return Cut(document, tuple(chunks))


def this_version() -> str:
    """Return the installed version of Pincite, or "unknown" in a source tree."""
    try:
        return importlib.metadata.version("pincite")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def now() -> str:
    """Return the ISO date and time in UTC, as indexes store it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _in_step(before: Index, making: Making, report: BuildReport) -> bool:
    return not (report.differs or before.warnings or before.foreign) and _lasting(before.making) == _lasting(making)


def _lasting(making: Making) -> tuple[object, ...]:
    """What requires a new generation if it differs, even if every document is the same."""
    settings = making.settings
    cutting = (settings.embedder, settings.words, settings.overlap, settings.recipe)
    return (*cutting, settings.roots, settings.without, settings.search, making.unreadable, making.duplicates)
