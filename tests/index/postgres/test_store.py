"""What a store in PostgreSQL holds and tells, and what is said where it cannot be opened."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")

from postgres_fakes import texts
from postgres_server import Server

from index.documents import load
from index.folder_index import Index
from index.postgres.builder import build
from index.postgres.database import Database, StoreProblem
from index.postgres.store import PostgresStore
from index.storage.layout import Passage
from index.store import open_store


def test_all_passages_stand_as_in_an_index_in_a_folder(corpus: PostgresStore, corpus_in_memory: Index) -> None:
    def places(found: Iterable[Passage]) -> list[tuple[str, int, str]]:
        return [(one.document, one.start, one.text) for one in found]

    expected = places(corpus_in_memory.passages)
    assert len(corpus.passages) == len(expected) > 60
    assert places(corpus.passages) == expected
    for some in (slice(3), slice(5, 50), slice(9, 9), slice(-2, None), slice(0, 60, 7), slice(60, 40, -3)):
        assert places(corpus.passages[some]) == expected[some]
    assert places([corpus.passages[-1], corpus.passages[44]]) == [expected[-1], expected[44]]
    with pytest.raises(IndexError):
        corpus.passages[len(expected)]
    assert corpus.documents == corpus_in_memory.documents
    assert [corpus.document(record.name) for record in corpus.documents] == list(corpus.documents)
    with pytest.raises(KeyError):
        corpus.document("/nowhere")


def test_another_embedder_is_refused(store: PostgresStore, url: str) -> None:
    with pytest.raises(StoreProblem, match="another embedding model"):
        PostgresStore.create(url, FakeEmbedder(fingerprint="another"))


def test_an_index_of_a_later_version_is_refused(server: Server, store: PostgresStore, url: str) -> None:
    server.execute("UPDATE pincite.making SET format = 99", url)
    with pytest.raises(StoreProblem, match="has format 99 and this version reads 3; drop the schema pincite"):
        PostgresStore.open(url)


def test_a_server_without_pgvector_is_said_to_lack_it(server: Server, url: str, embedder: FakeEmbedder) -> None:
    database = url.partition("?")[0].rpartition("/")[2]
    server.execute(f"ALTER DATABASE {database} SET extension_control_path = '/nowhere'")
    with pytest.raises(StoreProblem, match="the server has no pgvector"):
        PostgresStore.create(url, embedder)


def test_a_set_up_that_was_interrupted_is_completed(
    server: Server, url: str, embedder: FakeEmbedder, articles: Path
) -> None:
    PostgresStore.create(url, embedder)
    for table in ("making", "left_out", "terms"):
        server.execute(f"DROP TABLE pincite.{table}", url)
    build([articles], PostgresStore.create(url, embedder), embedder, load=load)
    assert texts(PostgresStore.open(url)) == ["Apples are red.", "Bees make honey."]


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("index.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ValueError, match=r"pip install 'pincite\[postgres\]'"):
        open_store("postgresql://host/articles")


def test_a_secret_in_the_query_is_masked_too() -> None:
    assert Database.at("postgres://ann@host/x?password=s3cret").place == "postgresql://ann@host/x?password=hidden"
