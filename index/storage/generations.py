"""Immutable generations in a folder: one writer, a manifest with checksums, a pointer swapped as one step.

    CURRENT          the name of the generation to read, and the beginning of the digest of that name
    LOCK             held by the writer, released by the kernel when it ends in whatever way
    gen-00000042/    never changed once CURRENT names it
        manifest.json    format, settings, and bytes and SHA-256 of every other file

What ``commit`` has returned from survives a crash: files, folders and the pointer are flushed in that order.
"""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from index.files import digest, digest_of, flush, flush_below, naming, replace_file

FORMAT = 3
MANIFEST = "manifest.json"
POINTER = "CURRENT"
LOCK = "LOCK"
DROPPED = "dropped-"
NONE_YET = "gen-00000000"  # what CURRENT names until the first generation is finished
# Smaller generations are checked byte for byte whenever they are opened; larger ones by their sizes and by ``verify``.
CHEAP_TO_CHECK = 32 * 1024 * 1024

_AGAIN = "run `pincite index` to build it again"


class IndexProblem(Exception):
    """An index that cannot be used; the message names its folder and what to do."""


class IndexMissing(IndexProblem):
    """There is no index in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: there is no index here; run `pincite index` to make one")


class IndexDamaged(IndexProblem):
    """A file of the index is not as it was written; ``file`` is its name below the folder."""

    def __init__(self, folder: Path, file: str) -> None:
        super().__init__(f"{folder}: {file} is damaged; {_AGAIN}")
        self.file = file


class IndexTooNew(IndexProblem):
    """The index was written by a later version."""

    def __init__(self, folder: Path, found: int) -> None:
        super().__init__(
            f"{folder}: the index has format {found} and this version reads {FORMAT}; update Pincite, "
            "or run `pincite index` with another --index"
        )


class IndexTooOld(IndexProblem):
    """The index was written by a version whose format is no longer read."""

    def __init__(self, folder: Path, found: int) -> None:
        super().__init__(f"{folder}: the index has format {found} and this version reads {FORMAT}; {_AGAIN}")


class OtherEmbedder(IndexProblem):
    """The vectors of the index come from another embedding model."""

    def __init__(self, place: str, difference: str) -> None:
        super().__init__(f"{place}: its vectors come from another embedding model ({difference}); {_AGAIN}")


class IndexLocked(IndexProblem):
    """Another process is writing the index."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"{folder}: the index is being written {holder}; wait for it, then run `pincite index` again")


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Be the one writer of the folder, or raise IndexLocked with who is."""
    with (folder / LOCK).open("a+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise IndexLocked(folder, file.read().decode("utf-8", "replace").strip() or "by another process") from None
        now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        with naming(folder / LOCK):
            file.truncate(0)
            file.write(f"by process {os.getpid()} since {now}\n".encode("ascii"))
        yield


def current(folder: Path) -> str | None:
    """The name of the generation that CURRENT names, None where it is damaged or there is no such generation.

    It is NONE_YET where the first generation has been begun and not finished.
    """
    pointer = None
    while (now := _read_pointer(folder)) != pointer:  # the generation that it named may be gone by the time one looks
        pointer = now
        for name in (NONE_YET, *generations(folder)):
            if pointer == _pointer(name):
                return name
    return None


def generations(folder: Path) -> list[str]:
    """The names of the generations in the folder, the oldest first."""
    try:
        return sorted(path.name for path in folder.iterdir() if _number(path.name) and path.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def finished(folder: Path) -> list[str]:
    """The generations up to the current one: a later one was begun by a writer that did not finish."""
    while True:
        pointed = current(folder)
        names = [name for name in generations(folder) if pointed is None or name <= pointed]
        if pointed in (None, NONE_YET, *names):  # else a writer has moved on and dropped it
            return names


def next_generation(folder: Path) -> str:
    """A name that no generation has had, as even the unfinished ones count."""
    return f"gen-{max((_number(name) for name in generations(folder)), default=0) + 1:08d}"


def begin(folder: Path) -> None:
    """Say that there is no generation yet, so that one half written is not taken for an index whose CURRENT was lost."""
    if not generations(folder):
        with suppress(OSError):  # the folder around it may not be ours to open
            flush(folder.parent)
        replace_file(folder / POINTER, _pointer(NONE_YET))


def commit(folder: Path, generation: str, settings: dict[str, Any], *, keep: str | None) -> None:
    """Make what was written into the generation durable and current, then drop all others but the one to keep."""
    place = folder / generation
    _write_manifest(place, settings)
    flush_below(place)
    flush(folder)
    replace_file(folder / POINTER, _pointer(generation))
    drop(folder, keep={generation, keep or generation})


def drop(folder: Path, keep: set[str]) -> None:
    """Remove the generations not to be kept; a reader that has one open goes on reading it.

    Each loses its name first, so that one half removed is never taken for a generation.
    """
    for name in set(generations(folder)) - keep:
        with suppress(OSError):
            (folder / name).rename(folder / f"{DROPPED}{name}")
    for path in folder.glob(f"{DROPPED}*"):
        shutil.rmtree(path, ignore_errors=True)


def read_manifest(folder: Path, generation: str) -> dict[str, Any]:
    """The manifest of a generation, after checking its format, its own digest and the sizes of the files it lists."""
    name = f"{generation}/{MANIFEST}"
    try:
        manifest = json.loads((folder / name).read_bytes())
        found = manifest["format"]
        if not isinstance(found, int):
            raise TypeError
    except (OSError, ValueError, TypeError, KeyError):
        raise IndexDamaged(folder, name) from None
    if found != FORMAT:
        raise (IndexTooNew if found > FORMAT else IndexTooOld)(folder, found)
    if manifest.get("sha256") != _manifest_digest(manifest) or manifest.get("generation") != generation:
        raise IndexDamaged(folder, name)
    for file, expected in manifest["files"].items():
        if _size(folder / generation / file) != expected["bytes"]:
            raise IndexDamaged(folder, f"{generation}/{file}")
    if sum(expected["bytes"] for expected in manifest["files"].values()) <= CHEAP_TO_CHECK:
        for file in damaged_files(folder, generation, manifest):
            raise IndexDamaged(folder, file)
    return dict(manifest)


def damaged_files(folder: Path, generation: str, manifest: dict[str, Any]) -> Iterator[str]:
    """The files of a generation that cannot be read or whose bytes are not those that were written."""
    for file, expected in manifest["files"].items():
        path = folder / generation / file
        try:
            same = _size(path) == expected["bytes"] and digest_of(path) == expected["sha256"]
        except OSError:
            same = False
        if not same:
            yield f"{generation}/{file}"


def verify(folder: Path) -> list[str]:
    """The names of the damaged files below the folder, every byte compared; empty where the index is sound."""
    while True:
        pointed = current(folder)
        names = finished(folder)
        if not names:
            raise IndexMissing(folder)
        damaged = [] if pointed else [POINTER]
        damaged += [file for name in names for file in _damage(folder, name)]
        if not damaged or current(folder) == pointed:  # else a writer has moved on while this was reading
            return damaged


def sound(folder: Path) -> list[str]:
    """The generations without any damage, the oldest first; raises IndexTooNew where one is of a later version."""
    names = []
    for name in finished(folder):
        try:
            if not _damage(folder, name):
                names.append(name)
        except IndexTooOld:
            continue
    return names


def _damage(folder: Path, generation: str) -> list[str]:
    """The names of the damaged files of one generation, every byte compared."""
    try:
        return list(damaged_files(folder, generation, read_manifest(folder, generation)))
    except IndexDamaged as error:
        if error.file.endswith(MANIFEST):
            return [error.file]
        try:
            manifest = json.loads((folder / generation / MANIFEST).read_bytes())
        except OSError:  # dropped by a writer meanwhile
            return [error.file]
        return list(damaged_files(folder, generation, manifest))


def _write_manifest(place: Path, settings: dict[str, Any]) -> None:
    files = {
        path.relative_to(place).as_posix(): {"bytes": path.stat().st_size, "sha256": digest_of(path)}
        for path in _files(place)
    }
    manifest = {"format": FORMAT, "generation": place.name, **settings, "files": files}
    manifest["sha256"] = _manifest_digest(manifest)
    with naming(place / MANIFEST):
        (place / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="ascii")


def _manifest_digest(manifest: dict[str, Any]) -> str:
    content = {key: value for key, value in manifest.items() if key != "sha256"}
    return digest(json.dumps(content, sort_keys=True).encode("ascii"))


def _files(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file() and path.name != MANIFEST)


def _size(path: Path) -> int:
    """Bytes of a regular file, -1 where there is none that can be looked at."""
    try:
        return path.stat().st_size if path.is_file() else -1
    except OSError:
        return -1


def _read_pointer(folder: Path) -> bytes | None:
    try:
        return (folder / POINTER).read_bytes()
    except OSError:
        return None


def _pointer(generation: str) -> bytes:
    """What CURRENT holds: a single changed bit never makes it the name of another generation."""
    return f"{generation} {digest(generation.encode('ascii'))[:16]}\n".encode("ascii")


def _number(name: str) -> int:
    digits = name.removeprefix("gen-")
    return int(digits) if name.startswith("gen-") and len(digits) == 8 and digits.isascii() and digits.isdigit() else 0
