"""The chat page over a store in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")

from postgres_fakes import MAKE, SLEEP, assistant_over
from postgres_server import Server

from index.documents import load
from index.encoder.embedder import SentenceEmbedder
from index.postgres.builder import build
from index.postgres.store import PostgresStore
from qa.answers import Answer
from ui.app.page import Page, build_app, launch
from ui.html.library import rows_of
from ui.jobs.queue import Line
from ui.server.serving import Models, free_port, opened_by, opener_of
from ui.session.api import Programs
from ui.session.desk import CitationKey
from ui.state.conversations import Chat, ChatTurn
from ui.state.source_files import key_of


def shown(page: Page, question: str) -> tuple[Answer, str]:
    """The answer to a question on the page, and the panel beside it."""
    turn = page.desk.ask(Chat(), ChatTurn(question))
    assert turn.answer is not None
    return turn.answer, str(page.desk.panel(Chat(turns=(turn,)), CitationKey(turn.id)))


def test_the_page_cites_from_a_store_and_sees_what_another_writes(
    articles: Path, url: str, store: PostgresStore, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    build([articles], store, embedder, load=load)
    page = build_app(assistant_over(PostgresStore.open(url)), folder=tmp_path / "home")
    answer, panel = shown(page, MAKE)
    [cited] = answer.citations
    assert (answer.text, cited.document, cited.start) == ("honey", str(articles / "b.md"), 18)
    assert '<mark id="pc-mark">honey</mark>' in panel and "Open the original" in panel and "pc-notice" not in panel
    assert shown(page, SLEEP)[0].text is None
    (articles / "c.txt").write_text("Cats sleep.")
    build([articles], store, embedder, load=load)
    assert shown(page, SLEEP)[0].text == "Cats"
    assert any("articles are in a database" in getattr(one, "html_template", "") for one in page.blocks.values())


def test_programs_ask_and_search_the_page_over_a_store(
    articles: Path, store: PostgresStore, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    from gradio_client import Client

    build([articles], store, embedder, load=load)
    page = build_app(assistant_over(store), folder=tmp_path / "home")
    try:
        client = Client(launch(page, port=free_port("127.0.0.1", 0)), verbose=False)
        answer = client.predict(MAKE, api_name="/ask")
        assert (answer["answer"], answer["citations"][0]["document"]) == ("honey", str(articles / "b.md"))
        assert client.predict(MAKE, 1, api_name="/search")[0]["text"] == "Bees make honey."
    finally:
        page.close(verbose=False)


def test_a_file_is_an_original_only_with_the_bytes_that_were_indexed(
    articles: Path, store: PostgresStore, server: Server, url: str, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    build([articles], store, embedder, load=load)
    page = build_app(assistant_over(store), folder=tmp_path / "home")
    bees = str(articles / "b.md")
    assert page.desk.originals.respond(key_of(bees)).status_code == 200
    (articles / "b.md").write_text("A secret of this machine.")
    assert page.desk.originals.respond(key_of(bees)).status_code == 410
    panel = shown(page, MAKE)[1]
    assert "honey</mark>" in panel and "Open the original" not in panel and "pc-notice" not in panel
    planted = """UPDATE pincite.documents SET record = jsonb_set(record, '{name}', '"/etc/passwd"')"""
    server.execute(planted, url)
    assert page.desk.originals.respond(key_of("/etc/passwd")).status_code == 410


def test_the_articles_of_a_store_are_listed_and_counted(
    articles: Path, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    (articles / "bad.pdf").write_text("this is no PDF")
    (articles / "copy.txt").write_text("Apples are red.")
    build([articles / "bad.pdf", articles / "a.txt", articles / "copy.txt"], store, embedder, load=load)
    before = store.generation
    assert len(assistant_over(store).index.documents) == 1
    build([articles], store, embedder, load=load)
    assert store.generation != before
    assert [(row.status, Path(row.name).name) for row in rows_of(store)] == [
        ("not read", "bad.pdf"),
        ("indexed", "a.txt"),
        ("indexed", "b.md"),
        ("duplicate", "copy.txt"),
    ]


def test_a_store_that_is_gone_is_said_to_be_on_the_page(
    articles: Path, server: Server, url: str, store: PostgresStore, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    build([articles], store, embedder, load=load)
    page = build_app(assistant_over(store), folder=tmp_path / "home")
    turn = page.desk.ask(Chat(), ChatTurn(MAKE))
    server.execute("DROP SCHEMA pincite CASCADE", url)
    assert "does not exist" in str(page.desk.panel(Chat(turns=(turn,)), CitationKey(turn.id)))
    assert "does not exist" in page.act("news", {})["parts"]["banner"]
    last = page.desk.ask(Chat(), ChatTurn(MAKE))
    assert last.state == "failed" and "does not exist" in last.problem


def test_a_server_that_stops_costs_the_page_what_is_asked_meanwhile(
    articles: Path, own_server: Server, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    store = PostgresStore.create(own_server.new_database(), embedder)
    build([articles], store, embedder, load=load)
    page = build_app(assistant_over(store), folder=tmp_path / "home")
    turn = page.desk.ask(Chat(), ChatTurn(MAKE))
    own_server.stop()
    failed = page.desk.ask(Chat(), ChatTurn(MAKE))
    assert failed.state == "failed" and "connection to server on socket" in failed.problem
    assert "connection to server on socket" in page.act("news", {})["parts"]["banner"]
    assert "connection to server on socket" in str(page.desk.panel(Chat(turns=(turn,)), CitationKey(turn.id)))
    own_server.start()
    assert shown(page, MAKE)[0].text == "honey"
    assert "connection to server" not in page.act("news", {})["parts"]["banner"]


def test_what_chat_and_mcp_open_answers_from_a_store(
    url: str, articles: Path, reader_folder: Path, sentence_embedder: SentenceEmbedder
) -> None:
    encoder = sentence_embedder
    build([articles], PostgresStore.create(url, encoder), encoder)
    opener = opener_of(url, Models(str(reader_folder)))
    answer = Programs(opened_by(opener), Line()).ask(MAKE)
    assert (answer["answer"], answer["citations"][0]["document"]) == ("honey", str(articles / "b.md"))
