"""A growing array of numbers, appended to a file or kept in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.arrays import Array
from index.files import naming

AT_ONCE = 1024 * 1024  # bytes held back per array: few writes, and little memory


class Spool:
    """A growing one-dimensional array, in memory if ``path`` is None. The file and its folder appear at the first write."""

    def __init__(self, path: Path | None, dtype: str) -> None:
        self.length = 0
        self._path = path
        self._dtype = np.dtype(dtype)
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._begun = False

    def add(self, numbers: Array) -> None:
        """Append numbers, flattened row by row; raises OSError naming the file."""
        flat = np.ascontiguousarray(numbers, dtype=self._dtype).reshape(-1)
        self._waiting.append(flat.tobytes())
        self._bytes += flat.nbytes
        self.length += len(flat)
        if self._path is not None and self._bytes >= AT_ONCE:
            self._write(self._path)

    def finish(self) -> Array:
        """Return the whole array, memory-mapped if it is in a file."""
        if self._path is None:
            return np.frombuffer(b"".join(self._waiting), dtype=self._dtype)
        self._write(self._path)
        return mapped(self._path, self._dtype.str)

    def _write(self, path: Path) -> None:
        if not self._begun:
            path.parent.mkdir(exist_ok=True)
            self._begun = True
        with naming(path), path.open("ab") as file:
            file.writelines(self._waiting)
        self._waiting, self._bytes = [], 0


def mapped(path: Path, dtype: str) -> Array:
    """Memory-map a file of numbers; raises OSError, or ValueError if its size is not a whole number of items."""
    if path.stat().st_size == 0:  # mmap refuses an empty file
        return np.empty(0, dtype=dtype)
    return np.asarray(np.memmap(path, dtype=dtype, mode="r"))
