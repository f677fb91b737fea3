"""The store in PostgreSQL against a real server: the same documents, rankings and answers as an index in a folder."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from conftest import FakeEmbedder
from langchain_core.embeddings import Embeddings
from typer.testing import CliRunner

pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")

from postgres_server import Server, running_server
from reader_fakes import FakeReader
from sqlalchemy import text

from eval.command import evaluate as eval_command
from eval.evaluation import Choice, evaluate
from eval.examples import load as load_questions
from eval.records import Record
from index import builder
from index.builder import index_in_memory
from index.contents import Passage
from index.documents import load
from index.embedder import Floats, SentenceEmbedder
from index.loaders import Content
from index.outcome import BuildReport, NothingToIndex, Renamed
from index.postgres.builder import Plan, build, plan
from index.postgres.database import Database, StoreProblem
from index.postgres.search import Searching
from index.postgres.store import Held, PostgresStore
from index.postgres.writing import CUTTING
from index.store import Duplicate, Index
from qa.answers import Answer
from qa.assistant import Assistant
from qa.cli import app
from qa.confidence import unfitted
from qa.langchain import StoreRetriever
from qa.postgres import PostgresRetriever, open_store, vector_store
from qa.postgres_status import describe_store
from qa.retriever import Hit, HybridRetriever, Retriever
from qa.status import describe
from ui.app import Page, build_app, launch
from ui.app_articles import SHARED
from ui.app_ask import head_of
from ui.command import chat, mcp
from ui.conversations import Conversation
from ui.desk import Session
from ui.line import Line
from ui.originals import key_of
from ui.programs import Programs
from ui.render import note
from ui.serving import Models, free_port, opened_by, opener_of
from ui.shelf import rows_of

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
GOLD = ROOT / "eval" / "gold"
MAKE, SLEEP = "What do bees make?", "Who sleeps?"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as started:
        yield started


@pytest.fixture
def url(server: Server) -> str:
    return server.new_database()


@pytest.fixture
def store(url: str, embedder: FakeEmbedder) -> PostgresStore:
    return PostgresStore.create(url, embedder)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "articles", {"a.txt": "Apples are red.", "b.md": "# Bees\n\nBees make honey.\n"})


class Untied(FakeEmbedder):
    """The fake embedder with a little of each text's own, so that no two cosines differ by rounding alone."""

    def embed(self, texts: Sequence[str]) -> Floats:
        own = [np.random.default_rng(list(said.encode())).normal(size=self.dimension) for said in texts]
        vectors = super().embed(texts) + 0.02 * np.array(own, dtype=np.float32).reshape(-1, self.dimension)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def corpus(server: Server) -> PostgresStore:
    """The project's articles, embedded by the fake."""
    encoder = Untied()
    filled = PostgresStore.create(server.new_database(), encoder)
    build([CORPUS], filled, encoder)
    return filled


@pytest.fixture(scope="module")
def corpus_in_memory() -> Index:
    return index_in_memory([CORPUS], Untied())


def folder_of(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, said in files.items():
        (folder / name).write_text(said)
    return folder


def names(paths: tuple[str, ...]) -> list[str]:
    return [Path(path).name for path in paths]


def texts(store: PostgresStore) -> list[str]:
    return [passage.text for passage in PostgresRetriever(store, FakeEmbedder()).sample(1000)]


def questions(count: int) -> list[str]:
    """Every so many of the gold questions on the articles."""
    lines = [json.loads(line) for file in sorted(GOLD.glob("*.jsonl")) for line in file.read_text().splitlines()]
    asked = [line["question"] for line in lines if "question" in line]
    return asked[:: max(1, len(asked) // count)][:count]


# What is to be done


def test_a_plan_keeps_writes_and_leaves_out() -> None:
    held = {
        "/f/same": Held("1", CUTTING),
        "/f/old": Held("2", CUTTING),
        "/f/cut": Held("3", "other"),
        "/g/x": Held("4", CUTTING),
    }
    files = {"/f/same": "1", "/f/new": "2", "/f/cut": "3", "/f/copy": "1", "/f/theirs": "4", "/f/added": "5"}
    assert plan(files, held, frozenset({"/f/same", "/f/old", "/f/cut"})) == Plan(
        write={"/f/new": "/f/old", "/f/cut": None, "/f/added": None},
        kept=frozenset({"/f/same"}),
        duplicates=(Duplicate("/f/copy", "/f/same"), Duplicate("/f/theirs", "/g/x")),
    )


def test_files_that_changed_places_take_each_others() -> None:
    held = {"a": Held("1", CUTTING), "b": Held("2", CUTTING)}
    assert plan({"a": "2", "b": "1"}, held, frozenset(held)).write == {"a": "b", "b": "a"}


# Building


def test_a_history_gives_the_reports_of_an_index_in_a_folder(
    articles: Path, tmp_path: Path, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    def both() -> BuildReport:
        expected = builder.build([articles], tmp_path / "index", FakeEmbedder(), load=load)
        report = build([articles], store, embedder, load=load)
        assert report == expected
        assert texts(store) == [passage.text for passage in Index.open(tmp_path / "index").passages]
        return report

    assert names(both().added) == ["a.txt", "b.md"]
    embedder.embedded.clear()
    assert names(both().unchanged) == ["a.txt", "b.md"] and embedder.embedded == []
    (articles / "a.txt").write_text("Apples are green.")
    (articles / "bad.pdf").write_text("this is no PDF")
    (articles / "copy.md").write_bytes((articles / "b.md").read_bytes())
    report = both()
    assert (names(report.changed), len(report.unreadable)) == (["a.txt"], 1)
    assert report.duplicates == (Duplicate(str(articles / "copy.md"), str(articles / "b.md")),)
    (articles / "copy.md").unlink()
    (articles / "b.md").rename(articles / "bees.md")
    embedder.embedded.clear()
    assert both().renamed == (Renamed(str(articles / "bees.md"), str(articles / "b.md")),)
    assert embedder.embedded == []  # its title is its heading, so its vectors are taken over
    (articles / "a.txt").unlink()
    assert names(both().removed) == ["a.txt"]


def test_only_what_changed_of_a_document_is_embedded(
    tmp_path: Path, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    folder = folder_of(tmp_path / "f", {"a.md": "# One\n\nFirst words.\n\n# Two\n\nSecond words.\n"})
    build([folder], store, embedder, load=load)
    embedder.embedded.clear()
    (folder / "a.md").write_text("# One\n\nFirst words.\n\n# Two\n\nOther words.\n")
    build([folder], store, embedder, load=load)
    assert [said.partition("\n")[2] for said in embedder.embedded] == ["Other words."]


def test_files_that_change_places_are_both_there(tmp_path: Path, store: PostgresStore, embedder: FakeEmbedder) -> None:
    folder = folder_of(tmp_path / "f", {"a.txt": "Apples are red.", "b.txt": "Bees make honey."})
    build([folder], store, embedder, load=load)
    (folder / "a.txt").write_text("Bees make honey.")
    (folder / "b.txt").write_text("Apples are red.")
    assert names(build([folder], store, embedder, load=load).changed) == ["a.txt", "b.txt"]
    assert texts(store) == ["Bees make honey.", "Apples are red."]


def test_nothing_to_index_leaves_the_store_as_it_was(
    articles: Path, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    build([articles], store, embedder, load=load)
    for file in articles.iterdir():
        file.write_bytes(b"")
    with pytest.raises(NothingToIndex, match=r"a\.txt: empty"):
        build([articles], store, embedder, load=load)
    assert texts(store) == ["Apples are red.", "Bees make honey."]


def test_what_postgresql_cannot_hold_is_listed_and_a_word_without_end_is_found(
    tmp_path: Path, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    word = "a" * 400
    folder = folder_of(tmp_path / "f", {"good.txt": f"Short and {word} and short.", "nul.txt": "x"})

    def loaded(kind: str, data: bytes) -> Content:
        return Content("half \0 and half") if data == b"x" else load(kind, data)

    [bad] = build([folder], store, embedder, load=loaded).unreadable
    assert Path(bad.name).name == "nul.txt" and bad.reason.startswith("PostgreSQL cannot hold it: ")
    assert store.unreadable == (bad,)
    with store.database.snapshot() as connection:
        assert len(Searching(connection).by_terms(word, 5)) == 1


# Several writers, several readers


def test_writers_leave_each_others_folders_alone(tmp_path: Path, url: str, embedder: FakeEmbedder) -> None:
    one = folder_of(tmp_path / "one", {"a.txt": "Apples are red.", "b.txt": "Bees make honey."})
    two = folder_of(tmp_path / "two", {"c.txt": "Cats sleep.", "same.txt": "Apples are red."})
    first, second = PostgresStore.create(url, embedder), PostgresStore.create(url, embedder)
    build([one], first, embedder, load=load)
    report = build([two], second, embedder, load=load)
    assert report.duplicates == (Duplicate(str(two / "same.txt"), str(one / "a.txt")),)
    (one / "a.txt").unlink()
    report = build([one], first, embedder, load=load)
    assert (names(report.removed), report.documents) == (["a.txt"], 2)
    assert names(build([two], second, embedder, load=load).added) == ["same.txt"]  # nobody else has its bytes any more
    assert first.settings.roots == (str(one), str(two)) or first.settings.roots == (str(two), str(one))


def test_writers_at_once_write_every_document_once(tmp_path: Path, url: str) -> None:
    shared = {f"shared{n}.txt": f"Document {n} of both writers. " * 40 for n in range(12)}
    folders = [
        folder_of(tmp_path / part, {f"{part}{n}.txt": f"Document {n} of {part}." for n in range(12)} | shared)
        for part in ("one", "two")
    ]
    common = folder_of(tmp_path / "common", {f"c{n}.txt": f"Common document {n}. " * 60 for n in range(12)})
    start = threading.Barrier(4)

    def write(folder: Path) -> None:
        encoder = FakeEmbedder()
        start.wait()
        build([folder], PostgresStore.create(url, encoder), encoder, load=load)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [*folders, common, common]))
    store = PostgresStore.open(url)
    expected = index_in_memory([*folders, common], FakeEmbedder(), load=load)
    assert len(store.documents) == len(expected.documents) == 48
    assert sorted(texts(store)) == sorted(passage.text for passage in expected.passages)


def test_writers_of_one_document_come_one_after_the_other(tmp_path: Path, url: str, embedder: FakeEmbedder) -> None:
    folder = folder_of(tmp_path / "f", {"a.txt": "Version 0."})
    stores = [PostgresStore.create(url, embedder) for _ in range(3)]

    def write(number: int) -> None:
        (tmp_path / f"{number}.txt").write_text(f"Version {number}. " * 30)
        (tmp_path / f"{number}.txt").replace(folder / "a.txt")
        build([folder], stores[number % 3], FakeEmbedder(), load=load)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(12)))
    write(12)
    assert len(stores[0].documents) == 1
    assert {word for said in texts(stores[0]) for word in said.split()} == {"Version", "12."}


def test_readers_see_whole_documents_while_they_are_written(tmp_path: Path, url: str, embedder: FakeEmbedder) -> None:
    folder = folder_of(tmp_path / "f", {"a.txt": "Other words stand here.", "b.txt": "Colour zero. " * 400})
    store = PostgresStore.create(url, embedder)
    build([folder], store, embedder, load=load)
    stop, seen = threading.Event(), set[str]()

    def read() -> None:
        retriever = PostgresRetriever(PostgresStore.open(url), FakeEmbedder())
        while not stop.is_set():
            found = [hit.passage for hit in retriever.retrieve("colour", 50) if hit.passage.document.endswith("b.txt")]
            assert len({passage.sha256 for passage in found}) == 1
            [colour] = {word for passage in found for word in passage.text.replace(".", "").split()} - {"Colour"}
            assert sum(passage.text.count("Colour") for passage in found) >= 400  # none is missing, some overlap
            seen.add(colour)

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for number in range(15):
            (folder / "b.txt").write_text(f"Colour number{number}. " * 400)
            build([folder], store, embedder, load=load)
        stop.set()
        for reader in readers:
            reader.result()
    assert len(seen) > 1


# The same rankings


def ranks(hits: list[Hit]) -> list[tuple[object, ...]]:
    return [(hit.passage.document, hit.passage.start, hit.term_rank, hit.vector_rank) for hit in hits]


def test_both_searches_and_their_fusion_rank_as_an_index_in_a_folder(
    corpus: PostgresStore, corpus_in_memory: Index
) -> None:
    encoder = Untied()
    asked = questions(60)
    expected = HybridRetriever(corpus_in_memory, encoder).retrieve_many(asked, 20)
    found = PostgresRetriever(corpus, encoder).retrieve_many(asked, 20)
    assert len(asked) == 60
    for ours, theirs in zip(found, expected, strict=True):
        assert ranks(ours) == ranks(theirs)
        assert [hit.term_score for hit in ours] == [hit.term_score for hit in theirs]
        assert [hit.similarity for hit in ours] == pytest.approx([hit.similarity for hit in theirs], abs=1e-6)
        for one, other in zip(ours, theirs, strict=True):
            assert (one.passage.text, one.passage.end, one.passage.heading, one.passage.sha256) == (
                other.passage.text, other.passage.end, other.passage.heading, other.passage.sha256,
            )  # fmt: skip


def test_scores_by_terms_are_those_of_the_index(corpus: PostgresStore, corpus_in_memory: Index) -> None:
    question = "Who met the president of the president's country in 2022?"  # words that stand in it twice count twice
    expected = corpus_in_memory.sparse.search([question], 60)
    with corpus.database.snapshot() as connection:
        found = Searching(connection).by_terms(question, 60)
    assert [one.score for one in found] == [float(score) for score in expected.scores[0] if score > 0]


def test_equal_passages_come_in_the_same_order(tmp_path: Path, store: PostgresStore, embedder: FakeEmbedder) -> None:
    said = "Bees make honey."
    files = {name: f"# {name[:5]}\n\n## Same\n\n{said}\n" for name in ("one-1.md", "one-2.md", "one-3.md", "one-4.md")}
    folder = folder_of(
        tmp_path / "f",
        {name: body.replace("# one-", "# one ") + " " * n for n, (name, body) in enumerate(files.items())},
    )
    (folder / "one").mkdir()  # its place among its neighbours depends on how paths are compared
    (folder / "one" / "z.md").write_text("# one 9\n\n## Same\n\nBees make honey.\n")
    build([folder / "one-3.md"], store, embedder, load=load)  # not written in the order of their names
    build([folder], store, embedder, load=load)
    expected = HybridRetriever(index_in_memory([folder], embedder, load=load), embedder)
    assert ranks(PostgresRetriever(store, embedder).retrieve("bees honey", 3)) == ranks(
        expected.retrieve("bees honey", 3)
    )
    assert ranks(PostgresRetriever(store, embedder).retrieve("bees", 9)) == ranks(expected.retrieve("bees", 9))


def test_conditions_narrow_both_searches(corpus: PostgresStore, corpus_in_memory: Index) -> None:
    encoder = Untied()
    condition = 'title ~ "putin" or folder != elsewhere and title ~ "energy"'
    expected = HybridRetriever(corpus_in_memory, encoder).where(condition).retrieve("gas and oil prices", 12)
    found = PostgresRetriever(corpus, encoder).where(condition).retrieve("gas and oil prices", 12)
    assert ranks(found) == ranks(expected) and found
    with pytest.raises(ValueError, match="no field"):
        PostgresRetriever(corpus, encoder).where("colour = red")


def test_many_passages_are_searched_by_a_graph(articles: Path, store: PostgresStore, embedder: FakeEmbedder) -> None:
    question = "bees honey"
    build([articles], store, embedder, load=load, largest_exact=2)
    exact = PostgresRetriever(store, embedder).retrieve(question, 2)
    assert store.vector_search == "exact"
    (articles / "c.txt").write_text("Cats sleep.")
    build([articles], store, embedder, load=load, largest_exact=2)
    found = PostgresRetriever(store, embedder).retrieve(question, 2)
    assert store.vector_search == "HNSW,halfvec"
    assert ranks(found)[0] == ranks(exact)[0] and found[0].similarity == exact[0].similarity
    (articles / "c.txt").unlink()
    build([articles], store, embedder, load=load, largest_exact=2)
    assert store.vector_search == "exact"


def test_the_graph_is_what_answers(server: Server, url: str, embedder: FakeEmbedder, articles: Path) -> None:
    store = PostgresStore.create(url, embedder)
    build([articles], store, embedder, load=load, largest_exact=1)
    with store.database.snapshot() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        vector = f"[{', '.join(['0.125'] * 64)}]"
        lines = connection.scalars(
            text(
                "EXPLAIN SELECT id FROM pincite.passages ORDER BY CAST(embedding AS halfvec(64)) <#>"
                f" CAST('{vector}' AS halfvec(64)) LIMIT 2"
            )
        )
        assert "passages_graph" in "\n".join(lines)


# What is shown and measured


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


def test_an_evaluation_gives_the_figures_of_an_index_in_a_folder(
    corpus: PostgresStore, corpus_in_memory: Index
) -> None:
    asked = Choice(size=24).of(load_questions(GOLD / "corpus.jsonl"))
    known = {one.question: {phrase: 9.0 for phrase in one.answers[:1]} for one in asked.questions[:16]}

    def figures(retriever: Retriever, index: Index | PostgresStore) -> list[Record]:
        assistant = Assistant(retriever, FakeReader(known), unfitted("fake"), index=index)
        run = evaluate(asked, assistant, k=8).run
        assert run.complaints == ()
        return [replace(one, milliseconds={}) for one in run.records]

    found = figures(PostgresRetriever(corpus, Untied()), corpus)
    expected = figures(HybridRetriever(corpus_in_memory, Untied()), corpus_in_memory)
    assert found == expected
    assert len({one.outcome for one in expected}) > 1 and sum(one.em for one in expected) > 0


def assistant_over(store: PostgresStore) -> Assistant:
    """An assistant whose reader knows two answers."""
    reader = FakeReader({MAKE: {"honey": 9.0}, SLEEP: {"Cats": 9.0}})
    return Assistant(PostgresRetriever(store, FakeEmbedder()), reader, unfitted("fake"), index=store)


def shown(page: Page, question: str) -> tuple[Answer, str]:
    """The answer to a question on the page, and the panel beside it."""
    now = page.desk.answered(page.desk.reading(Session(Conversation()), question))
    answer = now.conversation.turns[-1].answer
    assert answer is not None
    return answer, page.desk.panel(now)


def test_the_page_cites_from_a_store_and_sees_what_another_writes(
    articles: Path, url: str, store: PostgresStore, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    build([articles], store, embedder, load=load)
    page = build_app(assistant_over(PostgresStore.open(url)), folder=tmp_path / "home", shared=True)
    answer, panel = shown(page, MAKE)
    [cited] = answer.citations
    assert (answer.text, cited.document, cited.start) == ("honey", str(articles / "b.md"), 18)
    assert '<mark id="pc-mark">honey</mark>' in panel and "Open the original" in panel and "pc-notice" not in panel
    assert shown(page, SLEEP)[0].text is None
    (articles / "c.txt").write_text("Cats sleep.")
    build([articles], store, embedder, load=load)
    assert shown(page, SLEEP)[0].text == "Cats"
    assert note(SHARED) in [getattr(block, "value", None) for block in page.blocks.values()]


def test_programs_ask_and_search_the_page_over_a_store(
    articles: Path, store: PostgresStore, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    from gradio_client import Client

    build([articles], store, embedder, load=load)
    page = build_app(assistant_over(store), folder=tmp_path / "home", shared=True)
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
    page = build_app(assistant_over(store), folder=tmp_path / "home", shared=True)
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
    assert "1 document, 1 passage" in head_of(assistant_over(store))
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
    page = build_app(assistant_over(store), folder=tmp_path / "home", shared=True)
    now = page.desk.answered(page.desk.reading(Session(Conversation()), MAKE))
    server.execute("DROP SCHEMA pincite CASCADE", url)
    assert "does not exist" in page.desk.panel(now) and "does not exist" in head_of(page.desk.assistant)
    last = page.desk.answered(page.desk.reading(now, MAKE)).conversation.turns[-1]
    assert last.state == "failed" and "does not exist" in last.problem


# Embedders, status, LangChain


class OtherWeights(FakeEmbedder):
    def embed(self, texts: Sequence[str]) -> Floats:
        return np.ascontiguousarray(super().embed(texts)[:, ::-1])


@pytest.mark.parametrize("other", [FakeEmbedder(fingerprint="another"), OtherWeights()])
def test_another_embedder_is_refused(store: PostgresStore, url: str, other: FakeEmbedder) -> None:
    with pytest.raises(StoreProblem, match="another embedding model"):
        PostgresStore.create(url, other)
    with pytest.raises(StoreProblem, match="another embedding model"):
        PostgresRetriever(PostgresStore.open(url), other)


def test_status_tells_what_it_tells_of_an_index(articles: Path, store: PostgresStore, embedder: FakeEmbedder) -> None:
    (articles / "bad.pdf").write_text("this is no PDF")
    build([articles], store, embedder, load=load)
    index = index_in_memory([articles], embedder, load=load)
    told, expected = describe_store(store), describe(index, Path("x"))
    assert told.keys() == expected.keys()
    for part in ("documents", "passages", "vector_search", "reader", "warnings", "unreadable", "files"):
        assert told[part] == expected[part], part
    differing = {name for name, value in told["settings"].items() if value != expected["settings"][name]}
    assert differing <= {"built"}
    assert describe_store(store, "b.md")["files"] == [one for one in expected["files"] if one["name"].endswith("b.md")]
    assert store.document_text(str(articles / "a.txt")) == "Apples are red."


class FakeEmbeddings(Embeddings):
    """The fake embedder as LangChain knows embedders."""

    def embed_query(self, text: str) -> list[float]:
        return [float(number) for number in FakeEmbedder().embed([text])[0]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(said) for said in texts]


def test_langchain_reads_the_same_passages(
    articles: Path, store: PostgresStore, url: str, embedder: FakeEmbedder
) -> None:
    build([articles], store, embedder, load=load)
    opened = vector_store(url, FakeEmbeddings())
    [best] = opened.similarity_search("honey of bees", k=1)
    assert (best.page_content, best.metadata["source"]) == ("Bees make honey.", str(articles / "b.md"))
    [[hit]] = StoreRetriever(opened).retrieve_many(["honey of bees"], 1)
    said = store.document_text(hit.passage.document)
    assert said[hit.passage.start : hit.passage.end] == hit.passage.text == "Bees make honey."


def test_an_assistant_answers_and_cites_from_a_store(
    articles: Path, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    build([articles], store, embedder, load=load)
    asked = "What do bees make?"
    assistant = Assistant(PostgresRetriever(store, embedder), FakeReader({asked: {"honey": 9.0}}), unfitted("fake"))
    answer = assistant.ask(asked)
    cited = answer.citations[0]
    assert (answer.text, cited.document) == ("honey", str(articles / "b.md"))
    assert (articles / "b.md").read_text()[cited.start : cited.end] == "honey"
    assert assistant.where('title ~ "apple"').ask(asked).text is None
    assert assistant.warnings == ()


# What is said where it cannot be


commands = typer.Typer()
commands.registered_commands += app.registered_commands
commands.command("chat")(chat)
commands.command("mcp")(mcp)
commands.command("eval")(eval_command)


def said_by(*arguments: str) -> str:
    """The one line on stderr of a command that cannot do what it is asked."""
    result = CliRunner().invoke(commands, list(arguments))
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    [line] = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    "command",
    [
        ["index", str(CORPUS)],
        ["ask", "Who?"],
        ["search", "Who?"],
        ["status"],
        ["chat"],
        ["mcp"],
        ["eval", str(GOLD / "corpus.jsonl")],
    ],
)
def test_a_server_that_is_not_there_is_named_without_its_password(command: list[str]) -> None:
    line = said_by(*command, "--store", "postgresql://ann:s3cret@127.0.0.1:1/articles?sslpassword=hidden2")
    assert "postgresql://ann:***@127.0.0.1:1/articles" in line and "refused" in line
    assert "s3cret" not in line and "hidden2" not in line


@pytest.mark.parametrize("url", ["mysql://ann:s3cret@host/articles", "articles", "postgresql://ann:s3cret@host:port/x"])
def test_a_url_that_is_none_is_said_to_be(url: str) -> None:
    line = said_by("search", "Who?", "--store", url)
    assert "the store's URL cannot be read; one reads postgresql://" in line and "s3cret" not in line


def test_a_database_without_an_index_is_said_to_have_none(url: str) -> None:
    assert "there is no index in this database; run `pincite index --store`" in said_by("status", "--store", url)


def test_an_index_of_a_later_version_is_refused(server: Server, store: PostgresStore, url: str) -> None:
    server.execute("UPDATE pincite.making SET format = 99", url)
    with pytest.raises(StoreProblem, match="has format 99 and this version reads 1"):
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


# With the real models


class Remembering:
    """The real embedder, each text embedded once, so that both stores have the very same vectors."""

    def __init__(self) -> None:
        self._embedder = SentenceEmbedder.open()
        self.fingerprint, self.dimension = self._embedder.fingerprint, 384
        self._known: dict[str, Floats] = {}

    def embed(self, texts: list[str]) -> Floats:
        new = [said for said in dict.fromkeys(texts) if said not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.array([self._known[said] for said in texts], dtype=np.float32)


@pytest.mark.slow
def test_the_same_answers_as_an_index_in_a_folder(url: str, reader_folder: Path) -> None:
    encoder, asked = Remembering(), questions(40)
    store = PostgresStore.create(url, encoder)
    build([CORPUS], store, encoder)
    expected = Assistant.over_index(index_in_memory([CORPUS], encoder), encoder, reader_folder).ask_many(asked)
    found = Assistant.over_store(store, encoder, reader_folder).ask_many(asked)
    assert len(asked) == 40 and sum(answer.text is not None for answer in expected) > 20
    for one, other in zip(found, expected, strict=True):
        assert (one.text, one.citations, one.confidence) == (
            other.text,
            other.citations,
            pytest.approx(other.confidence, abs=1e-4),
        )


@pytest.mark.slow
def test_the_command_indexes_searches_and_tells(url: str, articles: Path) -> None:
    def told(*arguments: str) -> dict[str, object]:
        result = CliRunner().invoke(app, [*arguments, "--store", url, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    assert told("index", str(articles))["added"] == [str(articles / "a.txt"), str(articles / "b.md")]
    passages = told("search", "What do bees make?", "-k", "1")["passages"]
    assert isinstance(passages, list) and passages[0]["text"] == "Bees make honey."
    assert (told("status")["documents"], told("status")["passages"]) == (2, 2)


@pytest.mark.slow
def test_the_command_measures_a_store_as_it_does_a_folder(url: str, articles: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "g1", "question": MAKE, "answers": ["honey"], "document": "b.md", "start": 18, "kind": "what"},
        {"id": "g2", "question": "What colour are apples?", "answers": ["red"], "document": "a.txt", "start": 11},
        {"id": "g3", "question": "Who painted the ceiling?", "answers": [], "kind": "unanswerable"},
    ]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(json.dumps(row | {"kind": "what"} | row) + "\n" for row in rows))

    def told(*arguments: str) -> dict[str, Any]:
        result = CliRunner().invoke(commands, [*arguments, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    def figures(*place: str) -> dict[str, Any]:
        told("index", str(articles), *place)
        return {
            name: figure
            for name, figure in told("eval", str(gold), *place)["figures"].items()
            if "milliseconds" not in name
        }

    found, folder = figures("--store", url), figures("--index", str(tmp_path / "index"))
    assert found and found.keys() == folder.keys()
    assert all(figure == pytest.approx(folder[name]) for name, figure in found.items())


@pytest.mark.slow
def test_what_chat_and_mcp_open_answers_from_a_store(url: str, articles: Path, reader_folder: Path) -> None:
    encoder = SentenceEmbedder.open()
    build([articles], PostgresStore.create(url, encoder), encoder)
    opener = opener_of(articles, url, Models(str(reader_folder)))  # a store goes before a folder
    answer = Programs(opened_by(opener), Line()).ask(MAKE)
    assert (answer["answer"], answer["citations"][0]["document"]) == ("honey", str(articles / "b.md"))
