"""Where uploads arrive before the library takes them: a folder that nobody else may read, emptied as soon as they are taken."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MOST_WAITING = 100 * 1024 * 1024  # bytes: four uploads of the largest size that a request may have
ABANDONED = 600.0  # seconds; the page takes an upload in the moment that it is there


class Incoming:
    """The folder of one server process, which is locked while it runs; ``most`` bytes may wait in it."""

    def __init__(self, folder: Path, lock: int, *, most: int = MOST_WAITING) -> None:
        self.folder, self.most, self._lock = folder, most, lock

    @classmethod
    def below(cls, home: Path, *, most: int = MOST_WAITING) -> Incoming:
        """A new folder below ``home``; those that killed servers left are removed."""
        place = home / "incoming"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.chmod(0o700)
        with _locked(place):  # a folder exists and is locked, or does not exist
            for old in place.iterdir():
                _remove_unless_locked(old)
            folder = Path(tempfile.mkdtemp(dir=place))  # with mode 0700
            return cls(folder.resolve(), _lock(folder, wait=False), most=most)

    @contextmanager
    def taking(self, files: Iterable[str]) -> Iterator[list[Path]]:
        """Uploads for as long as they are looked at: what lies elsewhere is not among them, and afterwards they are gone."""
        arrived = [path for path in map(Path.resolve, map(Path, files)) if self.folder in path.parents]
        try:
            yield arrived
        finally:
            for path in arrived:
                _remove(self.folder / path.relative_to(self.folder).parts[0])
            self.sweep()

    def sweep(self, older_than: float = ABANDONED) -> None:
        """Remove what nobody took."""
        before = time.time() - older_than
        for path in self.folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    _remove(path)

    def refusal(self) -> str | None:
        """Why nothing more may arrive now, None if it may."""
        self.sweep()
        waiting = 0
        for path in self.folder.rglob("*"):
            with suppress(OSError):
                waiting += path.stat().st_size
        if waiting <= self.most:
            return None
        return f"{waiting // 1024**2} MB of uploads are waiting to be taken; try again in ten minutes"

    def close(self) -> None:
        """Remove the folder and all in it."""
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
    """Lock a folder until the descriptor is closed or the process ends; raises BlockingIOError if it is locked."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(path: Path) -> None:
    """Remove a file or folder, if it is there."""
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _remove_unless_locked(folder: Path) -> None:
    """Remove a folder whose server is gone."""
    with suppress(OSError):
        os.close(_lock(folder, wait=False))
        _remove(folder)
