"""A log of the vectors made so far, so that an interrupted run continues where it stopped.

The first line is JSON and names the embedder, with a check. Each record is the SHA-256 of a text, its vector, and the start of
the SHA-256 of both; reading stops at the first incomplete or damaged record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.files import naming, read_regular, replace_file

if TYPE_CHECKING:
    from index.arrays import Floats

JOURNAL = "vectors.journal"
KEY, CHECK = 32, 8  # bytes


class Journal:
    """Vectors by the ``key`` of their text, kept until the index that holds them is committed."""

    def __init__(self, folder: Path, embedder: str) -> None:
        self._path = folder / JOURNAL
        self._embedder = embedder
        self._vectors: dict[bytes, Floats] = {}
        self._begun = False
        self._read()

    @property
    def empty(self) -> bool:
        """Whether an interrupted run left nothing."""
        return not self._vectors

    def vector(self, key: bytes) -> Floats | None:
        """Return the vector logged under a key, if any."""
        return self._vectors.get(key)

    def add(self, keys: Sequence[bytes], vectors: Floats) -> None:
        """Append vectors [n, d], one per key."""
        with naming(self._path):
            if not self._begun:
                self._begin(vectors.shape[1])
            with self._path.open("ab") as file:
                file.write(_records(keys, vectors))

    def drop(self) -> None:
        """Delete the log once the vectors are in the index."""
        self._path.unlink(missing_ok=True)
        self._vectors, self._begun = {}, False

    def _begin(self, dimension: int) -> None:
        """Write the known vectors to a fresh file, as the old one may end in half a record."""
        head = _head(self._embedder, dimension) + b"\n"
        replace_file(self._path, head + _records(self._vectors, self._vectors.values()))
        self._begun = True

    def _read(self) -> None:
        try:
            log = _Log.read(self._path)
        except (OSError, ValueError, KeyError, TypeError):
            return
        if log.embedder == self._embedder:
            import numpy as np  # here, because checking a log needs none

            for body in log.bodies():
                self._vectors[body[:KEY]] = np.frombuffer(body[KEY:], dtype="<f4")


@dataclass(frozen=True, slots=True)
class _Log:
    """The bytes of a log below its first line, and what that says."""

    embedder: str
    size: int  # bytes of a record
    records: bytes

    @classmethod
    def read(cls, path: Path) -> _Log:
        """Read a log; raises OSError, ValueError, KeyError or TypeError if its first line is damaged."""
        head, _, records = read_regular(path).partition(b"\n")
        said = json.loads(head)
        dimension = int(said["dimension"])
        if dimension < 1 or head != _head(said["embedder"], dimension):
            raise ValueError("no dimension")
        return cls(said["embedder"], KEY + 4 * dimension + CHECK, records)

    @property
    def whole(self) -> int:
        """The number of whole records; a run that was killed may leave half of another one."""
        return len(self.records) // self.size

    def bodies(self) -> Iterator[bytes]:
        """Yield each record without its check, up to the first damaged one."""
        for at in range(0, self.whole * self.size, self.size):
            body, check = (
                self.records[at : at + self.size - CHECK],
                self.records[at + self.size - CHECK : at + self.size],
            )
            if _check(body) != check:
                return
            yield body


def key(text: str) -> bytes:
    """Return the key under which a text's vector is stored: its SHA-256."""
    return hashlib.sha256(text.encode("utf-8")).digest()


def damaged_log(folder: Path) -> list[str]:
    """Return the name of the log if it is there and holds a damaged record."""
    try:
        log = _Log.read(folder / JOURNAL)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        return [JOURNAL]
    return [] if sum(1 for _ in log.bodies()) == log.whole else [JOURNAL]


def _head(embedder: str, dimension: int) -> bytes:
    said = {"embedder": embedder, "dimension": dimension}
    return json.dumps(said | {"check": _check(json.dumps(said).encode()).hex()}).encode()


def _records(keys: Iterable[bytes], vectors: Iterable[Floats]) -> bytes:
    bodies = [key + row.astype("<f4").tobytes() for key, row in zip(keys, vectors, strict=True)]
    return b"".join(body + _check(body) for body in bodies)


def _check(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:CHECK]
