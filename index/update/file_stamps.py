"""Remembers the SHA-256 of each file with its size, mtime and ctime, so that an unchanged file is not read again.

The notes lie beside the index and are not part of it: without them every file is read once more.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from index.documents import read_bytes
from index.files import digest, read_regular, replace_file

NOTES = "seen.json"
# Nanoseconds. A file that changed less than this before it was read is not noted: file systems keep times as coarsely as
# 2 s (FAT), so another change could leave its times as they are.
SETTLED = 2_000_000_000


class Seen:
    """Size, times and SHA-256 of files by name: as noted by the last run, and as noted by this one."""

    def __init__(self, notes: dict[str, list[str]] | None = None) -> None:
        self._before = notes or {}
        self._notes: dict[str, list[str]] = {}

    @classmethod
    def open(cls, folder: Path) -> Seen:
        """Read the notes in a folder; starts without any if they are missing or damaged."""
        notes = _notes(folder)
        return cls(json.loads(notes)) if notes else cls()

    def digest(self, path: Path) -> str:
        """Return the SHA-256 of a file, reading it only if its size or times changed; raises UnreadableDocument."""
        looks, began = _looks(path), time.time_ns()
        known = looks is not None and self.unchanged(path, looks)
        sha256 = self._before[str(path)][1] if known else digest(read_bytes(path))
        if looks is not None and _changed(looks) < began - SETTLED:
            self._notes[str(path)] = [looks, sha256]
        return sha256

    def unchanged(self, path: Path, looks: str | None = None) -> bool:
        """Whether the size and times of a file are as the last run noted them."""
        noted = self._before.get(str(path))
        return noted is not None and noted[0] == (looks or _looks(path))

    def keep(self, name: str) -> None:
        """Keep what the last run noted of a file that cannot be seen now."""
        if name in self._before:
            self._notes[name] = self._before[name]

    def forget(self, path: Path) -> None:
        """Have the next run read the file again."""
        self._notes.pop(str(path), None)

    def save(self, folder: Path) -> None:
        """Write the notes of this run; failing to is not an error, as they only save time."""
        if self._notes == self._before:
            return
        notes = json.dumps(self._notes).encode("ascii")
        with suppress(OSError):
            replace_file(folder / NOTES, digest(notes).encode("ascii") + b"\n" + notes)


def damaged_notes(folder: Path) -> list[str]:
    """Return the name of the notes if they are there and not as they were written."""
    return [NOTES] if (folder / NOTES).exists() and _notes(folder) is None else []


def _notes(folder: Path) -> bytes | None:
    """The notes as JSON; None if they are missing or damaged."""
    try:
        expected, _, notes = read_regular(folder / NOTES).partition(b"\n")
    except OSError:
        return None
    return notes if expected.decode("latin-1") == digest(notes) else None


def _looks(path: Path) -> str | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _changed(looks: str) -> int:
    """The later of mtime and ctime, in nanoseconds since 1970."""
    return max(map(int, looks.split()[1:]))
