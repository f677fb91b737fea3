"""Updates a store in PostgreSQL from files and folders, while other writers may be at work."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.arrays import Floats
from index.builder import Progress, cut, now, this_version
from index.documents import Load, UnreadableDocument, find_files, holds_index, parse_document, read_bytes
from index.encoder.embedder import Embedder
from index.files import digest
from index.folder_index import Duplicate, Unreadable
from index.postgres.database import Claims, Unstorable
from index.postgres.store import Held, LastRun, PostgresStore
from index.postgres.writing import CUTTING
from index.sandbox import Sandbox
from index.search.dense import LARGEST_EXACT
from index.update.away import Away, away, below, check_still_there, unlisted
from index.update.embedding import embedded
from index.update.report import BuildReport, Losses, NothingToIndex


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with each file, by name. ``kept`` are unchanged.

    ``write`` maps each file to write to the document with the same bytes that it replaces, or to None.
    """

    write: Mapping[str, str | None]
    kept: frozenset[str]
    duplicates: tuple[Duplicate, ...]


def build(
    paths: Sequence[Path],
    store: PostgresStore,
    embedder: Embedder,
    *,
    progress: Progress | None = None,
    load: Load | None = None,
    largest_exact: int = LARGEST_EXACT,
) -> BuildReport:
    """Make the store hold exactly the readable documents in ``paths``; documents elsewhere are left alone.

    So are those of a path that is missing or suddenly empty, and of a folder that cannot be listed.

    Each document is visible as soon as it is written. ``progress`` is called with the number of files done, the number of
    files, and the name of the last one. Raises FileNotFoundError for a missing path of which no document is known,
    NothingToIndex (the store is then unchanged), WentAway, or StoreProblem.
    """
    held = store.held()
    gone = away(paths, held)
    missing = {one.name for one in gone}
    there = [path for path in paths if str(path.resolve()) not in missing]
    files, roots = find_files(there), [path.resolve() for path in there]
    gone += unlisted((path for path in files if os.path.isdir(path) and not holds_index(path)), held)
    run = _Run(store, embedder, held, roots, gone)
    with Sandbox() as sandbox:
        run.look(files)
        run.take(files, load or sandbox.load, progress)
    if not run.taken and not gone:
        raise NothingToIndex(run.unreadable)
    check_still_there(paths, held, gone)
    return run.finish(largest_exact)


def plan(digests: Mapping[str, str], held: Mapping[str, Held], ours: frozenset[str]) -> Plan:
    """Decide what to do with files, given their digests in order, what the store holds, and which of that is below the roots.

    Of files with the same bytes, the one that the store already holds is kept; otherwise the first is written.
    """
    holders = {one.sha256: name for name, one in held.items()}
    owners: dict[str, str] = {}
    for name, sha256 in digests.items():
        owners.setdefault(sha256, name)
    for sha256 in owners:
        holder = holders.get(sha256)
        if holder is not None and (holder not in ours or digests.get(holder) == sha256):
            owners[sha256] = holder
    own = {name: sha256 for name, sha256 in digests.items() if owners[sha256] == name}
    kept = frozenset(name for name, sha256 in own.items() if held.get(name) == Held(sha256, CUTTING))
    return Plan(
        write={name: _other(holders.get(sha256), name) for name, sha256 in own.items() if name not in kept},
        kept=kept,
        duplicates=tuple(Duplicate(name, owners[sha256]) for name, sha256 in digests.items() if name not in own),
    )


def _other(holder: str | None, name: str) -> str | None:
    return None if holder == name else holder


class _Run:
    """One pass over the files below some roots."""

    def __init__(
        self,
        store: PostgresStore,
        embedder: Embedder,
        held: Mapping[str, Held],
        roots: Sequence[Path],
        gone: tuple[Away, ...],
    ) -> None:
        self.taken: dict[str, str] = {}  # digest by name
        self.unreadable: list[Unreadable] = []
        self._store, self._embedder, self._held, self._roots, self._gone = store, embedder, held, roots, gone
        self._ours = frozenset(name for name in held if self._below(name))
        self._duplicates: list[Duplicate] = []
        self._digests: dict[str, str] = {}
        self._plan = Plan({}, frozenset(), ())
        self._losses = Losses()

    def look(self, files: Sequence[Path]) -> None:
        """Read and hash every file, and plan what to do."""
        for path in files:
            try:
                self._digests[str(path)] = digest(read_bytes(path))
            except UnreadableDocument as error:
                self.unreadable.append(Unreadable(error.name, error.reason))
        self._plan = plan(self._digests, self._held, self._ours)
        self._duplicates += self._plan.duplicates

    def take(self, files: Sequence[Path], load: Load, progress: Progress | None) -> None:
        """Write the documents that the plan says; those that another run is at work on come last."""
        done, busy = 0, list[Path]()
        with self._store.database.claims() as claims:
            for wait, some in ((False, files), (True, busy)):
                for path in some:
                    if not self._take(path, load, claims, wait=wait):
                        busy.append(path)
                        continue
                    done += 1
                    if progress is not None:
                        progress(done, len(files), str(path))

    def _take(self, path: Path, load: Load, claims: Claims, *, wait: bool) -> bool:
        """Do with a file what the plan says; False if another run is at work on it, unless this one is to ``wait``."""
        name = str(path)
        if name in self._plan.kept:
            self.taken[name] = self._digests[name]
        if name not in self._plan.write:
            return True
        with claims.of(name, wait=wait) as mine:
            if mine and self._store.holds(
                name, Held(self._digests[name], CUTTING)
            ):  # as another run has just written it
                self.taken[name] = self._digests[name]
            elif mine:
                self._try_to_write(path, load)
        return mine

    def _try_to_write(self, path: Path, load: Load) -> None:
        """Write the document in a file, or note why it cannot be read or stored."""
        try:
            self._write(path, load)
        except UnreadableDocument as error:
            self.unreadable.append(Unreadable(error.name, error.reason))
        except Unstorable as error:
            self.unreadable.append(Unreadable(str(path), f"PostgreSQL cannot hold it: {error.reason}"))

    def _write(self, path: Path, load: Load) -> None:
        name = str(path)
        found = cut(parse_document(path, read_bytes(path), load))
        replaces = [was] if (was := self._plan.write[name]) is not None else []
        duplicate = self._store.put(found, self._vectors(found.texts, [name, *replaces]), replaces=replaces)
        if duplicate is None:
            self._losses.note(found.document)
            self.taken[name] = found.document.sha256
        else:
            self._duplicates.append(duplicate)

    def _vectors(self, texts: Sequence[str], before: Sequence[str]) -> Floats:
        """One vector per text, reused if one of the documents ``before`` holds the same text."""
        known = self._store.vectors_of([name for name in before if name in self._held])
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embedded(new, self._embedder), strict=True))
        return np.array([known[text] for text in texts], dtype=np.float32)

    def finish(self, largest_exact: int) -> BuildReport:
        """Remove documents that are gone, note the files left out, and report."""
        gone = [name for name in self._ours if name not in self.taken]
        if gone:
            self._store.remove(gone)
        report = self._report()
        if report.differs:
            self._store.settle(largest_exact)
        before = [name for name in self._store.left_out if self._below(name)]
        run = LastRun(tuple(map(str, self._roots)), this_version(), now())
        self._store.note(run, [*self.unreadable, *self._duplicates], before)
        return report

    def _report(self) -> BuildReport:
        return BuildReport.comparing(
            {name: one.sha256 for name, one in self._held.items() if name in self._ours},
            self.taken,
            duplicates=self._duplicates,
            unreadable=self.unreadable,
            documents=len(self._store.held()),
            passages=len(self._store.passages),
            away=self._gone,
            losses=self._losses,
        )

    def _below(self, name: str) -> bool:
        there = any(Path(name).is_relative_to(root) for root in self._roots)
        return there and not any(below(name, one.name) for one in self._gone)
