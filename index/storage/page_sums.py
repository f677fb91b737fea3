"""Checksums of the pages of every file of a generation, so that what is read is checked when it is read, at any size.

SHA-256 tells whether a whole file is as it was written, at 0.2 GB/s. A CRC-32 for every page finds any flipped bit and any
other damage to 32 neighbouring bits (Peterson and Brown 1961), at 1.5 GB/s, and only for the pages that are wanted.
"""

from __future__ import annotations

import mmap
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

SUMS = "pages.crc32"  # the sums of all files, in the order of the manifest
# Bytes. Smaller pages take more room and more steps, larger ones more time for a short passage: 16 kB take 0.01 ms and 4 bytes.
PAGE = 16 * 1024


def write_sums(place: Path, files: Iterable[str]) -> None:
    """Write the sums of these files of a generation's folder."""
    (place / SUMS).write_bytes(_little(array("I", _sums(place, files))).tobytes())


def _little(sums: array[int]) -> array[int]:
    """The sums with the lowest byte first on any processor."""
    if sys.byteorder == "big":
        sums.byteswap()
    return sums


def _sums(place: Path, files: Iterable[str]) -> Iterator[int]:
    for name in files:
        with (place / name).open("rb") as file:
            yield from map(zlib.crc32, iter(partial(file.read, PAGE), b""))


class PageSums:
    """Checks the pages of files before they are read, each page once."""

    def __init__(self, place: Path, sizes: Mapping[str, int], sums: Sequence[int]) -> None:
        """``sizes`` in bytes of all files in the order of their ``sums``; raises OSError, or ValueError if they do not fit."""
        self._sizes, self._sums = dict(sizes), sums
        self._first: dict[str, int] = {}
        pages = 0
        for name, size in self._sizes.items():
            self._first[name] = pages
            pages += -(-size // PAGE)
        if pages != len(sums):
            raise ValueError(f"{len(sums)} sums of {pages} pages")
        self._checked = bytearray(pages)
        # Mapped at once, as a writer may remove the files while they are read.
        self._data = {name: _mapped(place / name) for name in self._sizes}

    def __contains__(self, name: str) -> bool:
        """Whether there are sums of a file."""
        return name in self._sizes

    @classmethod
    def open(cls, place: Path, sizes: Mapping[str, int]) -> PageSums:
        """Read the sums of files of these sizes; raises OSError, or ValueError if the sums do not fit the files."""
        sums = array("I")
        sums.frombytes((place / SUMS).read_bytes())
        return cls(place, sizes, _little(sums))

    def damaged(self) -> Iterator[str]:
        """Yield the files that are not as they were written, reading all of them."""
        for name, size in self._sizes.items():
            if not self.sound(name, 0, size):
                yield name
            _let_go(self._data[name])

    def sound(self, name: str, first: int, last: int) -> bool:
        """Whether bytes [first, last) of a file are as they were written; raises KeyError for a file without sums."""
        if not 0 <= first <= last <= self._sizes[name]:
            return False
        before = self._first[name]
        pages = range(before + first // PAGE, before + -(-last // PAGE))
        return all(self._checked[page] or self._same(name, page) for page in pages)

    def _same(self, name: str, page: int) -> bool:
        at = (page - self._first[name]) * PAGE
        same = zlib.crc32(self._data[name][at : at + PAGE]) == self._sums[page]
        self._checked[page] = same
        return same


def _let_go(data: memoryview) -> None:
    """Give back the memory that the bytes of a file take in this process; they are read again when they are wanted."""
    if isinstance(data.obj, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.obj.madvise(mmap.MADV_DONTNEED)


def _mapped(path: Path) -> memoryview:
    """The bytes of a file, read when they are wanted."""
    if path.stat().st_size == 0:  # mmap refuses an empty file
        return memoryview(b"")
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
