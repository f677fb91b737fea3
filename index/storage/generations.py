"""Immutable generations in a folder: one writer, a manifest with checksums, and a pointer that is swapped atomically.

    CURRENT          the name of the generation to read, and the start of that name's SHA-256
    LOCK             held by the writer; the kernel releases it however the writer ends
    gen-00000042/    never changed once CURRENT names it
        manifest.json    format, settings, and the size and SHA-256 of every other file
        pages.crc32      checksums of their pages, for checking what is read when it is read

A generation survives a crash once ``commit`` has returned: it flushes files, then folders, then the pointer.
"""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import shutil
import stat
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from index.files import digest, digest_of, flush, flush_below, naming, read_regular, replace_file
from index.storage.page_sums import SUMS, PageSums, write_sums

FORMAT, INCOMPLETE = 5, 6  # with all vectors, and while some are still to be made
MANIFEST = "manifest.json"
POINTER = "CURRENT"
LOCK = "LOCK"
DROPPED = "dropped-"
NONE_YET = "gen-00000000"  # CURRENT names this until the first generation is finished
# Bytes. Generations up to this size are checked whenever they are opened, which takes up to 0.04 s; of larger ones, what is
# read is checked when it is read.
CHEAP_TO_CHECK = 64 * 1024 * 1024

LOOK_EVERY = 0.02  # seconds: whoever waits comes before a watcher that writes again and again

_AGAIN = "run `pincite index` to build it again"


class IndexProblem(Exception):
    """An index that cannot be used; the message names its folder and what to do."""


class IndexMissing(IndexProblem):
    """The folder holds no index."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: there is no index here; run `pincite index` to make one")


class IndexDamaged(IndexProblem):
    """A file of the index is not as it was written; ``file`` is its path below the folder."""

    def __init__(self, folder: Path, file: str) -> None:
        super().__init__(f"{folder}: {file} is damaged; {_AGAIN}")
        self.file = file


class IndexTooNew(IndexProblem):
    """The index was written by a later version."""

    def __init__(self, folder: Path, found: int) -> None:
        super().__init__(
            f"{folder}: the index has format {found} and this version reads {INCOMPLETE}; update Pincite, "
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
        self._folder = folder

    def wait(self, seconds: float) -> None:
        """Wait until nobody writes it, or so many seconds."""
        until = time.monotonic() + seconds
        with suppress(FileNotFoundError), (self._folder / LOCK).open("rb") as file:
            while time.monotonic() < until:
                with suppress(BlockingIOError):
                    return fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                time.sleep(LOOK_EVERY)


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's writer lock; raises IndexLocked naming the holder if another process has it.

    First removes links and special files, which no index has: writing to one could harm another file, or never end.
    """
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # the writer may be at work
            if not stat.S_ISDIR(kind := path.lstat().st_mode) and not stat.S_ISREG(kind):
                path.unlink()
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
    """Return the generation that CURRENT names, NONE_YET before the first is finished, or None if CURRENT is damaged.

    None also means that the generation it names is gone.
    """
    pointer = None
    while (now := _read_pointer(folder)) != pointer:  # a writer may replace CURRENT and drop what it named meanwhile
        pointer = now
        for name in (NONE_YET, *generations(folder)):
            if pointer == _pointer(name):
                return name
    return None


def generations(folder: Path) -> list[str]:
    """List the names of the generations in the folder, oldest first."""
    try:
        return sorted(path.name for path in folder.iterdir() if _number(path.name) and path.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def finished(folder: Path) -> list[str]:
    """List the generations up to the current one; a later one was left unfinished by its writer."""
    while True:
        pointed = current(folder)
        names = [name for name in generations(folder) if pointed is None or name <= pointed]
        if pointed in (None, NONE_YET, *names):  # otherwise a writer dropped it meanwhile: look again
            return names


def looks(folder: Path, generation: str) -> tuple[tuple[str, int, int], ...]:
    """The size and the time of each file of a generation, which nobody is to change; () if it is gone."""
    with suppress(OSError), os.scandir(folder / generation) as files:
        return tuple(sorted((one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in files))
    return ()


def next_generation(folder: Path) -> str:
    """Return a name that no generation in the folder has, finished or not."""
    return f"gen-{max((_number(name) for name in generations(folder)), default=0) + 1:08d}"


def begin(folder: Path) -> None:
    """Write CURRENT before the first generation: otherwise a half-written one looks like an index whose CURRENT was lost."""
    if not generations(folder):
        with suppress(OSError):  # the parent folder may be closed to us
            flush(folder.parent)
        replace_file(folder / POINTER, _pointer(NONE_YET))


def commit(folder: Path, generation: str, settings: dict[str, Any], *, keep: str | None, complete: bool = True) -> None:
    """Make a written generation durable and current, then drop all others except ``keep``.

    complete: whether all vectors are there, as every version reads it then.
    """
    place = folder / generation
    _write_manifest(place, {"format": FORMAT if complete else INCOMPLETE, "generation": generation, **settings})
    flush_below(place)
    flush(folder)
    replace_file(folder / POINTER, _pointer(generation))
    drop(folder, keep={generation, keep or generation})


def drop(folder: Path, keep: set[str]) -> None:
    """Remove all generations except those in ``keep``; open readers are not disturbed.

    Each is renamed first, so that a half-removed one never looks like a generation.
    """
    for name in set(generations(folder)) - keep:
        with suppress(OSError):
            (folder / name).rename(folder / f"{DROPPED}{name}")
    for path in folder.glob(f"{DROPPED}*"):
        shutil.rmtree(path, ignore_errors=True)


def copy(folder: Path, generation: str, place: Path, without: Container[str]) -> None:
    """Copy the files of a generation to a draft, except those ``without``; raises IndexDamaged for one that has changed."""
    for file, expected in read_manifest(folder, generation)["files"].items():
        if file in without:
            continue
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        with naming(place / file):
            shutil.copyfile(folder / generation / file, place / file)
        if digest_of(place / file) != expected["sha256"]:
            raise IndexDamaged(folder, f"{generation}/{file}")


def read_manifest(folder: Path, generation: str) -> dict[str, Any]:
    """Read a manifest and check its bytes, its format and the names in it.

    Raises IndexDamaged, IndexTooNew or IndexTooOld.
    """
    name = f"{generation}/{MANIFEST}"
    try:
        data = read_regular(folder / name)
        manifest = json.loads(data)
        found = manifest["format"]
        if not isinstance(found, int):
            raise TypeError
        if found not in (FORMAT, INCOMPLETE):
            raise (IndexTooNew if found > FORMAT else IndexTooOld)(folder, found)
        sound = (
            data == _written(manifest)
            and manifest["sha256"] == _manifest_digest(manifest)
            and manifest["generation"] == generation
            and all(_inside(file) and _sized(expected) for file, expected in manifest["files"].items())
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise IndexDamaged(folder, name)
    return dict(manifest)


def page_sums(folder: Path, generation: str, manifest: dict[str, Any], *, thorough: bool = False) -> PageSums:
    """Open the checksums of a generation's pages, having compared the sizes of its files.

    Compares all bytes if they are few, or if ``thorough``. Raises IndexDamaged.
    """
    sizes = {file: expected["bytes"] for file, expected in manifest["files"].items()}
    place = folder / generation
    for file, size in sizes.items():
        if _size(place / file) != size:
            raise IndexDamaged(folder, f"{generation}/{file}")
    try:
        if digest_of(place / SUMS) != manifest["files"][SUMS]["sha256"]:
            raise ValueError
        sums = PageSums.open(place, {file: size for file, size in sizes.items() if file != SUMS})
    except (OSError, ValueError, KeyError):
        raise IndexDamaged(folder, f"{generation}/{SUMS}") from None
    if thorough or sum(sizes.values()) <= CHEAP_TO_CHECK:
        for file in sums.damaged():
            raise IndexDamaged(folder, f"{generation}/{file}")
    return sums


def damaged_files(folder: Path, generation: str, manifest: dict[str, Any]) -> Iterator[str]:
    """Yield the files of a generation that are missing, unreadable or changed."""
    for file, expected in manifest["files"].items():
        path = folder / generation / file
        try:
            same = _size(path) == expected["bytes"] and digest_of(path) == expected["sha256"]
        except OSError:
            same = False
        if not same:
            yield f"{generation}/{file}"


def verify(folder: Path) -> list[str]:
    """Check every byte and list the damaged files, relative to the folder; raises IndexMissing."""
    while True:
        pointed = current(folder)
        names = finished(folder)
        if not names:
            raise IndexMissing(folder)
        damaged = [] if pointed else [POINTER]
        damaged += [file for name in names for file in _damage(folder, name)]
        if not damaged or current(folder) == pointed:  # otherwise a writer replaced it meanwhile: check again
            return damaged


def sound(folder: Path) -> list[str]:
    """List the undamaged generations, oldest first; raises IndexTooNew if one has a later format."""
    names = []
    for name in finished(folder):
        try:
            if not _damage(folder, name):
                names.append(name)
        except IndexTooOld:
            continue
    return names


def _damage(folder: Path, generation: str) -> list[str]:
    try:
        return list(damaged_files(folder, generation, read_manifest(folder, generation)))
    except IndexDamaged as error:
        return [error.file]


def _write_manifest(place: Path, settings: dict[str, Any]) -> None:
    write_sums(place, _files(place))
    files = {
        name: {"bytes": (place / name).stat().st_size, "sha256": digest_of(place / name)} for name in _files(place)
    }
    manifest = {**settings, "files": files}
    manifest["sha256"] = _manifest_digest(manifest)
    with naming(place / MANIFEST):
        (place / MANIFEST).write_bytes(_written(manifest))


def _written(manifest: dict[str, Any]) -> bytes:
    """The only bytes that stand for a manifest, so that no flipped bit of it goes unnoticed."""
    return f"{json.dumps(manifest, indent=1)}\n".encode("ascii")


def _inside(file: str) -> bool:
    """Whether a path in a manifest stays inside its folder."""
    path = PurePosixPath(file)
    return not path.is_absolute() and ".." not in path.parts and file == str(path) != "."


def _sized(expected: dict[str, Any]) -> bool:
    return isinstance(expected["bytes"], int) and isinstance(expected["sha256"], str)


def _manifest_digest(manifest: dict[str, Any]) -> str:
    content = {key: value for key, value in manifest.items() if key != "sha256"}
    return digest(json.dumps(content, sort_keys=True).encode("ascii"))


def _files(place: Path) -> list[str]:
    """The paths of the files of a generation below its folder, except the manifest."""
    return sorted(
        path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file() and path.name != MANIFEST
    )


def _size(path: Path) -> int:
    """The size of a regular file in bytes; -1 if it is none, such as a link, or cannot be inspected."""
    try:
        found = path.lstat()
    except OSError:
        return -1
    return found.st_size if stat.S_ISREG(found.st_mode) else -1


def _read_pointer(folder: Path) -> bytes | None:
    try:
        return read_regular(folder / POINTER)
    except OSError:
        return None


def _pointer(generation: str) -> bytes:
    """The contents of CURRENT, with a checksum so that a flipped bit cannot name another generation."""
    return f"{generation} {digest(generation.encode('ascii'))[:16]}\n".encode("ascii")


def _number(name: str) -> int:
    digits = name.removeprefix("gen-")
    return int(digits) if name.startswith("gen-") and len(digits) == 8 and digits.isascii() and digits.isdigit() else 0
