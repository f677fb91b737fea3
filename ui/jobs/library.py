"""The articles behind the page: add, remove and update them in a background job that outlives the page."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from pathlib import Path

from index.documents import find_files
from index.files import digest, digest_of, replace_file
from index.storage.generations import IndexLocked, IndexProblem
from index.update.away import away, below
from index.update.embedding import Embedding
from index.update.report import BuildReport
from ui.html.conversation import counted
from ui.html.library import Origin
from ui.jobs.lazy_assistant import Loading
from ui.jobs.vectors_job import VectorsJob
from ui.state.background import Background, Job, Progress
from ui.state.roots import Roots
from ui.state.source_files import key_of

MOST_UPLOADED = 1024**3  # bytes for all uploads together; folders have no limit
UNDO = 600.0  # seconds for which a removal can be undone
LONGEST_NAME = 200  # bytes of an upload's name; file systems take 255
RESULTS_SHOWN = 50  # uploaded files of which the job says what became of each
STOPS = 1.0  # seconds until a stop is noticed meanwhile
Rebuild = Callable[[Roots, Callable[[int, int, str], None]], BuildReport]
Change = Callable[[Roots], Roots]  # from the roots as they are when the index is made to those that it is made from


_STOPPED = "Stopped. The index is as it was, and what was read is kept for the next time."


class StoppedIndexing(Exception):
    """The user stopped the job; what was done so far is kept for the next one."""


class Library:
    """The indexed files. ``rebuild`` updates the index to match the roots and reports what it did; ``embed_rest`` then makes
    the vectors that it lacks.

    If ``by_path`` is false, visitors cannot name folders of the server, because whoever names one can read it. Uploads
    are stored in ``uploads``, each under its own name in a folder named by its content; the choice of files is stored in
    the index itself. ``samples`` is the folder of articles to try.
    """

    def __init__(
        self,
        assistant: Loading,
        rebuild: Rebuild,
        uploads: Path,
        *,
        by_path: bool,
        embed_rest: Callable[[Embedding], None] | None = None,
        most_uploaded: int = MOST_UPLOADED,
        samples: Path | None = None,
    ) -> None:
        self.assistant, self.rebuild, self.by_path, self.samples = assistant, rebuild, by_path, samples
        self.uploads, self.most_uploaded = uploads.resolve(), most_uploaded
        self._background = Background("index", "Indexing is already running; wait until it is done, or stop it.")
        self._vectors = VectorsJob(assistant, embed_rest) if embed_rest is not None else None
        self._stop = threading.Event()
        self._before: Roots | None = None
        self._confirmed: frozenset[Path] = frozenset()
        self._kept: list[Path] = []
        self._twice: list[str] = []
        self._forget_later()

    @property
    def job(self) -> Job | None:
        """The current or latest indexing run."""
        return self._background.job

    @property
    def vectors(self) -> Job | None:
        """The current or latest run that makes vectors."""
        return self._vectors.job if self._vectors is not None else None

    @property
    def roots(self) -> Roots:
        """The files and folders that the index is made from; none without an index."""
        if self.assistant.status != "ready":
            return Roots(())
        try:
            return Roots.of(self.assistant.index.settings)
        except IndexProblem:
            return Roots(())

    def origins(self) -> list[Origin]:
        """The roots with the numbers of their documents."""
        names, paths = [record.name for record in self.assistant.index.documents], self.roots.paths
        gone = {one.name for one in away(paths, names)}
        return [
            Origin(
                root,
                self._named(root),
                sum(below(name, str(root)) for name in names),
                missing=str(root) in gone,
                samples=self.samples is not None and root == self.samples.resolve(),
                uploads=root == self.uploads,
            )
            for root in paths
        ]

    def update(self, key: str | None = None) -> None:
        """Index all changes and the uploads of a job that failed, or the changes in the root of which ``key`` is the address.

        Raises ValueError for an unknown key.
        """
        named = [root for root in self.roots.paths if key in (None, key_of(str(root)))]
        if key is not None and not named:
            raise ValueError("This folder is no longer among the articles.")
        if key is None and self._kept:
            self.add_uploads()
        else:
            self._start(lambda roots: replace(roots, only=named[0] if key is not None else None))

    def stop(self) -> None:
        """Stop what runs; the index stays as it was, or as it is without more vectors."""
        self._stop.set()
        if self._vectors is not None:
            self._vectors.stop()

    def resume(self) -> None:
        """Make the vectors that an interrupted run left, once the index is open."""
        if self._vectors is not None:
            self._vectors.resume()

    def keep(self, files: Mapping[Path, str]) -> None:
        """Store uploaded files under their names, for ``add_uploads``.

        Raises ValueError if all uploads together would be too large.
        """
        self.uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
        together = sum(file.stat().st_size for file in (*self.uploads.rglob("*"), *files) if file.is_file())
        if together > self.most_uploaded:
            raise ValueError(
                f"All uploads together would take {together / 1024**2:,.1f} MB, and at most "
                f"{self.most_uploaded / 1024**2:,.0f} MB are kept: remove some of them, or index a folder."
            )
        for file, name in files.items():
            stored = self._stored(file, name)
            self._kept.append(stored)
            if stored.name != file_name(name):
                self._twice.append(f"{file_name(name)} has the same content as {stored.name}")

    def add_uploads(self) -> None:
        """Index the uploads that were stored and are not indexed yet, after a job that runs now."""
        self._confirm()
        kept, self._kept = [*dict.fromkeys(self._kept)], []
        twice, self._twice = self._twice, []
        if kept:
            self._start(lambda roots: self._with_uploads(roots, kept), results_of=kept, twice=twice, patient=True)

    def _with_uploads(self, roots: Roots, kept: Sequence[Path]) -> Roots:
        """The roots with some uploads. If no upload was indexed, the others there wait to be deleted, and stay out."""
        if self.uploads in roots.paths:
            return Roots(roots.paths, roots.out.difference(kept))
        removed = self.uploads.glob("*/*")
        return Roots((*roots.paths, self.uploads), roots.out.union(removed).difference(kept))

    def add_path(self, words: str) -> None:
        """Index a file or folder of this computer. Raises ValueError if that is not allowed or it does not exist."""
        if not self.by_path:
            raise ValueError(
                "Naming a folder needs --folders or a page for this computer only. Upload the files instead."
            )
        path = Path(words.strip()).expanduser()
        if not words.strip():
            raise ValueError("Type the full path of a folder or file first.")
        if not path.exists():
            raise ValueError(f"{words.strip()}: there is no such file or folder. Type its full path.")
        self._start(lambda roots: roots.added(path.resolve()))

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Index files and folders once the index is open. Raises FileNotFoundError for a path that is not there."""
        for path in paths:
            if not path.exists():
                raise FileNotFoundError(f"{path}: there is no such file or folder")
        if paths:
            self._start(lambda roots: reduce(Roots.added, map(Path.resolve, paths), roots))

    def add_samples(self) -> None:
        """Index the articles to try."""
        if (samples := self.samples) is not None:
            self._start(lambda roots: roots.added(samples.resolve()))

    def remove(self, names: Iterable[str]) -> None:
        """Remove documents from the index; their files stay, but uploads are deleted once that cannot be undone any more.

        Raises ValueError if no document would be left.
        """
        gone = [*map(Path, names)]
        self._leave(lambda roots: reduce(Roots.taken_out, gone, roots))

    def drop(self, key: str) -> None:
        """Remove all documents of a root. ``key`` is its address; an unknown key does nothing."""
        gone = [root for root in self.roots.paths if key_of(str(root)) == key]
        if gone:
            self._leave(lambda roots: roots.without(gone))

    def undo(self) -> None:
        """Bring back what was removed last, if that was less than UNDO seconds ago; after a job that runs now."""
        if (before := self._before) is not None:
            names = [record.name for record in self.assistant.index.documents]
            self._start(lambda roots: roots.restored(before.known(names)), patient=True)
            self._before = None

    def put_back(self, key: str) -> None:
        """Index a removed file again. ``key`` is its address; an unknown key does nothing.

        Raises ValueError if the file is gone.
        """
        path = next((one for one in self.roots.out if key_of(str(one)) == key), None)
        if path is not None and not path.exists():
            raise ValueError(f"{path.name} is no longer there. Add it again.")
        if path is not None:
            self._start(lambda roots: roots.added(path))

    def sweep(self) -> None:
        """Delete the uploads that the index does without: not while a job runs, which may bring some back, and none that
        another page has just stored or is bringing back.
        """
        roots = self.roots
        if self.assistant.status != "ready" or not roots.paths or (self.job and self.job.state == "running"):
            return
        kept = self.uploads in roots.paths
        for file in [*self.uploads.glob("*/*")]:
            with suppress(OSError):
                if time.time() - file.stat().st_mtime < UNDO or file in self._kept:
                    continue
                if not kept or file in roots.out:
                    file.unlink()
                    file.parent.rmdir()

    def _leave(self, change: Change) -> None:
        if not change(self._roots()).hold_files():
            raise ValueError("These are the only articles, and an index needs at least one. Add another first.")
        before = self.roots
        self._start(change)
        self._before = before
        self._forget_later()

    def _forget_later(self) -> None:
        """Delete removed uploads UNDO seconds from now, unless something else is removed meanwhile."""
        before = self._before

        def forget() -> None:
            if self._before is not before:
                return
            if self.job is not None and self.job.state == "running":
                self._forget_later()
                return
            self._before = None
            self.sweep()

        timer = threading.Timer(UNDO, forget)
        timer.daemon = True
        timer.start()

    def _roots(self) -> Roots:
        """The roots of the next index: without those that are gone for good, and without deleted uploads."""
        names = [record.name for record in self.assistant.index.documents] if self.roots.paths else []
        roots = self.roots.known(names)
        return Roots(
            roots.paths, frozenset(one for one in roots.out if self.uploads not in one.parents or one.exists())
        )

    def _confirm(self) -> None:
        """Raise ValueError before the roots of an index that was made elsewhere are read for the first time."""
        theirs = frozenset(self.roots.paths)
        if theirs and self.assistant.index.foreign and not self._confirmed >= theirs:
            self._confirmed = theirs
            raise ValueError(
                f"This index was made elsewhere. Updating it reads {', '.join(map(str, sorted(theirs)))} on this computer. "
                "Do the same again if you want that."
            )

    def _named(self, root: Path) -> str:
        if root == self.uploads:
            return "Uploaded files"
        if self.samples is not None and root == self.samples.resolve():
            return "Sample articles"
        with suppress(ValueError, RuntimeError):
            return f"~/{root.relative_to(Path.home())}"
        return str(root)

    def _stored(self, file: Path, name: str) -> Path:
        """Store an upload under its own name, in a folder of its content; returns the place."""
        data = file.read_bytes()
        place = self.uploads / digest(data)[:16] / file_name(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        there = [
            path for path in sorted(place.parent.iterdir()) if not path.name.startswith(".")
        ]  # none is half written
        if there and digest_of(there[0]) == digest(data):
            os.utime(there[0])  # so that no page deletes it
            return there[0]
        replace_file(place, data)
        return place

    def _start(
        self, change: Change, *, results_of: Sequence[Path] = (), twice: Sequence[str] = (), patient: bool = False
    ) -> None:
        """Rebuild in the background, then switch over; until then the old index answers. Raises ValueError as ``_confirm``."""
        self._confirm()

        def work(progress: Progress) -> str:
            self._stop.clear()
            if self._vectors is not None:
                self._vectors.end()
            try:
                report = self._in_turn(lambda: self._rebuilt(change, progress), progress)
            except BaseException:
                self._kept = [*results_of, *self._kept]  # for the next time
                raise
            self.assistant.reopen()
            if report.without_vector and self._vectors is not None:
                self._vectors.start()
            return "\n".join([told(report), *map(str, report.away), *twice, *results(report, results_of)])

        self._background.start(work, patient=patient)

    def _in_turn(self, rebuilt: Callable[[], BuildReport], progress: Progress) -> BuildReport:
        """Rebuild after another process that writes the index, however long that takes: the job says so, and can be stopped."""
        while True:
            try:
                return rebuilt()
            except IndexLocked as locked:
                progress(0, 0, "Another process is writing the index.")
                locked.wait(STOPS)
            if self._stop.is_set():
                raise StoppedIndexing(_STOPPED)

    def _rebuilt(self, change: Change, progress: Progress) -> BuildReport:
        """Rebuild from what the newest index is made from, changed: another process may have made it meanwhile."""
        with suppress(IndexProblem, ValueError, OSError):
            self.assistant.wait()
            self.assistant.reopen()
        self._confirm()
        roots = change(self._roots())
        for file in self.roots.out - roots.out:
            with suppress(OSError):
                if self.uploads in file.parents:
                    os.utime(file)  # so that no other page deletes what comes back
        sizes: dict[str, int] = {}
        looked = roots.paths if roots.only is None else [roots.only]
        for path in find_files([path for path in looked if os.path.exists(path)]):
            with suppress(OSError):
                sizes[str(path)] = path.stat().st_size
        whole, read = max(1, sum(sizes.values())), 0

        def step(done: int, total: int, name: str) -> None:
            nonlocal read
            if self._stop.is_set():
                raise StoppedIndexing(_STOPPED)
            read += sizes.get(name, 0)
            progress(done, total, Path(name).name, read / whole)

        return self.rebuild(roots, step)


def file_name(name: str) -> str:
    """The name of an upload as a file system takes it: without slashes and control characters, and not too long."""
    words = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff/\\]+", " ", name).rstrip().lstrip(" .") or "upload"
    stem, kind = os.path.splitext(words)
    room = LONGEST_NAME - len(kind.encode())
    return f"{stem.encode()[:room].decode(errors='ignore')}{kind}" if room > 0 else file_name(stem)


def told(report: BuildReport) -> str:
    """A report in words."""
    parts = [(len(getattr(report, name)), name) for name in ("added", "changed", "renamed", "removed")]
    parts += [(len(report.duplicates), "duplicate"), (len(report.unreadable), "not readable")]
    changes = ", ".join(f"{count:,} {name}" for count, name in parts if count) or "nothing has changed"
    return f"{counted(report.documents, 'article')}: {changes}."


def results(report: BuildReport, files: Sequence[Path]) -> list[str]:
    """What became of each of some files, in words, what went wrong first."""
    bad = {one.name: f"was not read ({one.reason})" for one in report.unreadable}
    bad |= {one.name: f"has the same content as {Path(one.same_as).name}" for one in report.duplicates}
    added = {*report.added, *report.changed}
    rows = [
        (file.name, bad.get(str(file)) or ("was added" if str(file) in added else "was there already"))
        for file in files
    ]
    rows.sort(key=lambda row: row[1] in ("was added", "was there already"))
    return [f"{name} {said}" for name, said in rows[:RESULTS_SHOWN]]
