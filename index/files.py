"""Digests of files, and atomic replacement of files and folders.

A replacement survives a crash once its function has returned. A process killed before that leaves the old contents, and at
most a hidden ``.pincite-*.new`` beside them, which nothing reads.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits; raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_regular(path: Path) -> bytes:
    """Read a regular file; raises OSError for anything else, such as a pipe, without waiting for it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return file.read()


def replace_file(path: Path, data: bytes) -> None:
    """Write a file completely or not at all; raises OSError naming it, and then leaves the old contents.

    Behind a link, the target is replaced and the link stays. Anything but a regular file, such as a pipe, is written to.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    place = path.resolve()  # renaming onto a link would replace the link
    waiting = place.with_name(f".pincite-{secrets.token_hex(8)}.new")
    try:
        with naming(path), waiting.open("xb") as file:
            if place.exists():
                shutil.copymode(place, waiting)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(waiting, place)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):  # gone already if it was renamed
            waiting.unlink()
    flush(place.parent)


def replace_folder(fresh: Path, place: Path) -> None:
    """Replace a folder by a finished one; after a crash, one of them is in place or the old one is ``NAME.old``."""
    flush_below(fresh)
    old = place.with_name(f"{place.name}.old")
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)
        os.replace(place, old)
    os.replace(fresh, place)
    flush(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def flush_below(folder: Path) -> None:
    """Flush all files below a folder to disk, then the folders."""
    paths = sorted(folder.rglob("*"), key=Path.is_dir)
    for path in (*paths, folder):
        flush(path)


def flush(path: Path) -> None:
    """Wait until the contents of a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Add the file's name to an OSError that has none, such as from writing or flushing."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        reason = error.strerror or f"not all of it could be written ({error})"
        raise OSError(error.errno, reason, str(path)) from error
