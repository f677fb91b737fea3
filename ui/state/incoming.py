"""Where uploads arrive before the library takes them: a private folder, emptied as soon as they are taken."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

LARGEST_UPLOAD = 25 * 1024 * 1024  # bytes; limits how fast a visitor fills the disk, while folders have no limit
MOST_WAITING = 4 * LARGEST_UPLOAD  # bytes
ABANDONED = 600.0  # seconds; the page normally takes an upload at once


class Incoming:
    """The folder of one server process, locked while it runs; it holds at most ``most`` bytes."""

    def __init__(self, folder: Path, lock: int, *, most: int = MOST_WAITING) -> None:
        self.folder, self.most, self._lock = folder, most, lock

    @classmethod
    def below(cls, home: Path, *, most: int = MOST_WAITING) -> Incoming:
        """Make a new folder below ``home``, and delete those left by killed servers."""
        place = home / "incoming"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.chmod(0o700)
        with _locked(place):  # so that no folder is ever seen unlocked before its server locks it
            for old in place.iterdir():
                _remove_unless_locked(old)
            folder = Path(tempfile.mkdtemp(dir=place))  # with mode 0700
            return cls(folder.resolve(), _lock(folder, wait=False), most=most)

    @contextmanager
    def taking(self, files: Mapping[str, str]) -> Iterator[dict[Path, str]]:
        """The uploads among ``files`` (paths elsewhere are ignored) with their names; they are deleted at the end."""
        found = {Path(path).resolve(): name for path, name in files.items()}
        arrived = {path: name for path, name in found.items() if self.folder in path.parents}
        try:
            yield arrived
        finally:
            for path in arrived:
                _remove(self.folder / path.relative_to(self.folder).parts[0])
            self.sweep()

    def sweep(self, older_than: float = ABANDONED) -> None:
        """Delete uploads that nobody took for ``older_than`` seconds."""
        before = time.time() - older_than
        for path in self.folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    _remove(path)

    def refusal(self) -> str | None:
        """Why no more uploads may arrive now, or None."""
        self.sweep()
        waiting = 0
        for path in self.folder.rglob("*"):
            with suppress(OSError):
                waiting += path.stat().st_size
        if waiting <= self.most:
            return None
        return f"{waiting // 1024**2} MB of uploads are still being processed; try again in ten minutes"

    def close(self) -> None:
        """Delete the folder with its files."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Wait for a folder's lock and hold it."""
    lock = _lock(folder, wait=True)
    try:
        yield
    finally:
        os.close(lock)


def _lock(folder: Path, *, wait: bool) -> int:
    """Lock a folder until the descriptor is closed or the process ends. Raises BlockingIOError if it is locked."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(path: Path) -> None:
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _remove_unless_locked(folder: Path) -> None:
    """Delete a folder if its server has ended."""
    with suppress(OSError):
        os.close(_lock(folder, wait=False))
        _remove(folder)
