"""A store in PostgreSQL brought in step with folders, by one writer and by several, as an index in a folder is."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")

from postgres_fakes import folder_of, names, texts

from index import builder
from index.builder import index_in_memory
from index.documents import load
from index.folder_index import Duplicate, Index
from index.loaders.text import Content
from index.postgres.builder import Plan, build, plan
from index.postgres.search import Searching
from index.postgres.store import Held, PostgresStore
from index.postgres.writing import CUTTING
from index.update.away import Away
from index.update.report import BuildReport, NothingToIndex, Renamed
from qa.retrieval.hybrid import HybridRetriever

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


def test_a_folder_that_is_away_keeps_its_documents(
    articles: Path, tmp_path: Path, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    build([articles], store, embedder, load=load)
    articles.rename(tmp_path / "elsewhere")
    report = build([articles], store, embedder, load=load)
    assert (len(store.documents), report.removed) == (2, ())
    assert report.away == (Away(str(articles), "it is not there", 2),)
    (tmp_path / "elsewhere").rename(articles)
    (articles / "a.txt").unlink()
    report = build([articles], store, embedder, load=load)
    assert (len(store.documents), names(report.removed), report.away) == (1, ["a.txt"], ())


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
        retriever = HybridRetriever(PostgresStore.open(url), FakeEmbedder())
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
