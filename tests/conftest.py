"""Fakes at the seams of the project."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

from index.arrays import Floats
from qa.reader import BUNDLED

if TYPE_CHECKING:
    from postgres_server import Server

    from index.postgres.store import PostgresStore
    from index.store import Index

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


class FakeEmbedder:
    """Hashed bags of words: texts with the same words have the same vector, texts without a common word are apart."""

    def __init__(self, dimension: int = 64, fingerprint: str = "fake-embedder-1") -> None:
        self.dimension = dimension
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Floats:
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


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of two small files."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("Apples are red.")
    (folder / "b.md").write_text("# Bees\n\nBees make honey.\n")
    return folder


# PostgreSQL: imported where it is asked for, since it is an extra


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The one PostgreSQL server of a run; skips where none can be started."""
    from postgres_server import running_server

    with running_server() as started:
        yield started


@pytest.fixture
def url(server: Server) -> str:
    """An empty database."""
    return server.new_database()


@pytest.fixture
def store(url: str, embedder: FakeEmbedder) -> PostgresStore:
    """An empty store in the database at ``url``."""
    from index.postgres.store import PostgresStore

    return PostgresStore.create(url, embedder)


@pytest.fixture(scope="session")
def corpus(server: Server) -> PostgresStore:
    """The project's articles in a store, embedded by the fake; to be read only."""
    from postgres_fakes import CORPUS, Untied

    from index.postgres.builder import build
    from index.postgres.store import PostgresStore

    encoder = Untied()
    filled = PostgresStore.create(server.new_database(), encoder)
    build([CORPUS], filled, encoder)
    return filled


@pytest.fixture(scope="session")
def corpus_in_memory() -> Index:
    """The same articles and vectors in an index in memory."""
    from postgres_fakes import CORPUS, Untied

    from index.builder import index_in_memory

    return index_in_memory([CORPUS], Untied())
