"""Fakes at the seams of the project."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qa.reader import BUNDLED


class FakeEmbedder:
    """Hashed bags of words: texts with the same words have the same vector, texts without a common word are apart."""

    def __init__(self, dimension: int = 64, fingerprint: str = "fake-embedder-1") -> None:
        self.dimension = dimension
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Count each word in the place that its digest names, then normalise."""
        self.embedded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.casefold()) or [""]:
                place = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little")
                vectors[row, place % self.dimension] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if len(texts) else vectors


@pytest.fixture
def embedder() -> FakeEmbedder:
    """A deterministic embedder that needs no model."""
    return FakeEmbedder()


@pytest.fixture(scope="session")
def reader_folder() -> Path:
    """The reader that the command uses: the one PINCITE_READER names, or the bundled one; skips where there is neither."""
    folder = Path(os.environ.get("PINCITE_READER") or BUNDLED)
    if not (folder / "config.json").exists():
        pytest.skip("no bundled reader")
    return folder


@pytest.fixture(scope="session")
def pincite() -> str:
    """The installed command."""
    command = Path(sys.executable).with_name("pincite")
    if not command.exists():
        pytest.skip("the pincite command is not installed beside this python")
    return str(command)
