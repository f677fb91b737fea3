"""Files that are whole or not there: what they hold as a digest, and one step that replaces a file or a folder.

What a function here has returned from survives a crash. A process that is killed meanwhile leaves what was there before, and
at most a hidden ``.pincite-*.new`` beside it, which nothing reads.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_file(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all; raises OSError naming it, and what was there before is then untouched.

    A link stays and the file behind it is replaced. What is no file, such as a pipe, is written to.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    place = path.resolve()  # a rename would take the place of a link
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
        with suppress(OSError):  # it has the other name by now, if all went well
            waiting.unlink()
    flush(place.parent)


def replace_folder(fresh: Path, place: Path) -> None:
    """Put a finished folder in the place of another: a crash leaves one of them there, or the other as ``NAME.old``."""
    flush_below(fresh)
    old = place.with_name(f"{place.name}.old")
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)
        os.replace(place, old)
    os.replace(fresh, place)
    flush(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def flush_below(folder: Path) -> None:
    """Flush all files below a folder, then the folders that name them."""
    paths = sorted(folder.rglob("*"), key=Path.is_dir)
    for path in (*paths, folder):
        flush(path)


def flush(path: Path) -> None:
    """Wait until what a file holds, or which names a folder holds, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Give the name of the file to an OSError that has none, as those of writing and flushing do not."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        reason = error.strerror or f"not all of it could be written ({error})"
        raise OSError(error.errno, reason, str(path)) from error
