"""Which bytes a file held when it last looked as it does now, so that an unchanged file is not read again.

A file looks the same where its size, its time of modification and the time of its last change of any kind are the same.
These notes are beside the index and no part of it: without them every file is read once more.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from index.documents import read_bytes
from index.files import digest, replace_file

NOTES = "seen.json"
SETTLED = 2_000_000_000  # nanoseconds; a file changed later than this before it is read may change unseen once more


class Seen:
    """Notes of name, looks and SHA-256 of files: those from before, and those made since."""

    def __init__(self, notes: dict[str, list[str]] | None = None) -> None:
        self._before = notes or {}
        self._notes: dict[str, list[str]] = {}

    @classmethod
    def open(cls, folder: Path) -> Seen:
        """The notes kept in a folder; none where they are missing or not as they were written."""
        try:
            expected, _, notes = (folder / NOTES).read_bytes().partition(b"\n")
        except OSError:
            return cls()
        return cls(json.loads(notes)) if expected.decode("latin-1") == digest(notes) else cls()

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file, read only where it looks changed; raises UnreadableDocument."""
        looks, began = _looks(path), time.time_ns()
        known = looks is not None and self.unchanged(path, looks)
        sha256 = self._before[str(path)][1] if known else digest(read_bytes(path))
        if looks is not None and _changed(looks) < began - SETTLED:
            self._notes[str(path)] = [looks, sha256]
        return sha256

    def unchanged(self, path: Path, looks: str | None = None) -> bool:
        """Whether a file looks as it did when the notes from before were made."""
        noted = self._before.get(str(path))
        return noted is not None and noted[0] == (looks or _looks(path))

    def forget(self, path: Path) -> None:
        """Make sure that the file is read again next time."""
        self._notes.pop(str(path), None)

    def save(self, folder: Path) -> None:
        """Keep the notes made; they are not worth an error."""
        if self._notes == self._before:
            return
        notes = json.dumps(self._notes).encode("ascii")
        with suppress(OSError):
            replace_file(folder / NOTES, digest(notes).encode("ascii") + b"\n" + notes)


def _looks(path: Path) -> str | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _changed(looks: str) -> int:
    """When a file of these looks was last changed, in nanoseconds since 1970."""
    return max(map(int, looks.split()[1:]))
