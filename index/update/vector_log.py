"""A log of the vectors made so far, so that an interrupted run continues where it stopped.

The first line is JSON and names the embedder. Each record is the SHA-256 of a text, its vector, and the start of the SHA-256
of both; reading stops at the first incomplete or damaged record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from index.arrays import Floats
from index.files import naming, replace_file

JOURNAL = "vectors.journal"
KEY, CHECK = 32, 8  # bytes


class Journal:
    """Vectors by the SHA-256 of their text, kept until the index that holds them is committed."""

    def __init__(self, folder: Path, embedder: str) -> None:
        self._path = folder / JOURNAL
        self._embedder = embedder
        self._vectors: dict[bytes, Floats] = {}
        self._begun = False
        self._read()

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

    def _begin(self, dimension: int) -> None:
        """Write the known vectors to a fresh file, as the old one may end in half a record."""
        head = json.dumps({"embedder": self._embedder, "dimension": dimension}).encode() + b"\n"
        replace_file(self._path, head + _records(self._vectors, self._vectors.values()))
        self._begun = True

    def _read(self) -> None:
        try:
            head, _, records = self._path.read_bytes().partition(b"\n")
            said = json.loads(head)
            dimension = int(said["dimension"]) if said["embedder"] == self._embedder else 0
        except (OSError, ValueError, KeyError, TypeError):
            return
        size = KEY + 4 * dimension + CHECK
        for at in range(0, len(records) - size + 1, size) if dimension > 0 else ():
            body = records[at : at + size - CHECK]
            if _check(body) != records[at + size - CHECK : at + size]:
                return
            self._vectors[body[:KEY]] = np.frombuffer(body[KEY:], dtype="<f4")


def _records(keys: Iterable[bytes], vectors: Iterable[Floats]) -> bytes:
    bodies = [key + row.astype("<f4").tobytes() for key, row in zip(keys, vectors, strict=True)]
    return b"".join(body + _check(body) for body in bodies)


def _check(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:CHECK]
