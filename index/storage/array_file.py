"""Numbers that come bit by bit: in a file as they come, or in memory where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.arrays import Array
from index.files import naming

AT_ONCE = 1024 * 1024  # bytes


class Spool:
    """A growing array of one dimension. Its file, and the folder of that, are made when something is first written there."""

    def __init__(self, path: Path | None, dtype: str) -> None:
        self.length = 0
        self._path = path
        self._dtype = np.dtype(dtype)
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._begun = False

    def add(self, numbers: Array) -> None:
        """Append the numbers, row after row; raises OSError naming the file."""
        flat = np.ascontiguousarray(numbers, dtype=self._dtype).reshape(-1)
        self._waiting.append(flat.tobytes())
        self._bytes += flat.nbytes
        self.length += len(flat)
        if self._path is not None and self._bytes >= AT_ONCE:
            self._write(self._path)

    def finish(self) -> Array:
        """All of them, in a map of the file where there is one."""
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
    """A map of a file of numbers; raises OSError or, where bytes are left over, ValueError."""
    if path.stat().st_size == 0:  # which cannot be mapped
        return np.empty(0, dtype=dtype)
    return np.asarray(np.memmap(path, dtype=dtype, mode="r"))
