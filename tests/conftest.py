"""Fakes at the seams of the project."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from embedder_fakes import FakeEmbedder
from hypothesis import settings
from markers import pytest_collection_modifyitems, pytest_runtest_teardown  # noqa: F401

from index.encoder.embedder import SentenceEmbedder
from index.environment import set_environment
from qa.reader.reader import BUNDLED

if TYPE_CHECKING:
    from postgres_server import Server

    from index.folder_index import Index
    from index.postgres.store import PostgresStore

set_environment()
settings.register_profile("any machine", deadline=None)
settings.register_profile("fast", deadline=None, max_examples=20)  # for make test-fast
settings.load_profile("any machine")


@pytest.fixture
def embedder() -> FakeEmbedder:
    """A deterministic embedder that needs no model."""
    return FakeEmbedder()


@pytest.fixture(scope="session")
def sentence_embedder() -> SentenceEmbedder:
    """The bundled embedder."""
    return SentenceEmbedder.open()


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
def own_server() -> Iterator[Server]:
    """A server that a test may stop."""
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
