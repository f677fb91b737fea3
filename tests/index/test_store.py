"""The seam for stores: an index in a folder and one in PostgreSQL pass the same tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from math import log
from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder
from reader_fakes import FakeReader

from index.arrays import Floats
from index.folder_index import Duplicate
from index.search.bm25 import K1, B
from index.storage.generations import IndexProblem
from index.store import Store, begin, named, open_store
from qa.answering.confidence import unfitted
from qa.assistant import Assistant
from qa.cli import location as chosen
from qa.commands.status import describe, find
from qa.retrieval.hybrid import HybridRetriever
from ui.server.serving import CannotServe, Models, opener_of

FILES = {
    "a.txt": "Apples are red.",
    "b.md": "---\ntitle: On bees\ndate: 2023-05-04\n---\nBees make honey.",
    "bad.pdf": "this is no PDF",
    "copy.txt": "Apples are red.",
    "d.md": "---\ntitle: More on bees\ndate: 2024\n---\nHoney is sweet, and bees sleep.",
}


def articles(parent: Path) -> Path:
    folder = parent / "articles"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return articles(tmp_path_factory.mktemp("read"))


@pytest.fixture(scope="module", params=["folder", pytest.param("database", marks=pytest.mark.database)])
def new_location(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Names a place where there is no index yet."""
    if request.param == "folder":
        return lambda: str(tmp_path_factory.mktemp("index") / "index")
    pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")
    new_database: Callable[[], str] = request.getfixturevalue("server").new_database
    return new_database


@pytest.fixture(scope="module")
def store(folder: Path, new_location: Callable[[], str]) -> Store:
    """To be read only."""
    location = new_location()
    begin([folder], location, FakeEmbedder())
    return open_store(location)


def names(store: Store, places: Sequence[tuple[int, float]], passages: Sequence[object]) -> list[str]:
    return [Path(passages[place].document).stem for place, _ in places]  # type: ignore[attr-defined]


def test_what_was_indexed_is_told(store: Store, folder: Path, embedder: FakeEmbedder) -> None:
    assert [record.name for record in store.documents] == [str(folder / name) for name in ("a.txt", "b.md", "d.md")]
    assert [(record.title, record.date) for record in store.documents][1:] == [
        ("On bees", "2023-05-04"),
        ("More on bees", "2024"),
    ]
    assert [(bad.name, bool(bad.reason)) for bad in store.unreadable] == [(str(folder / "bad.pdf"), True)]
    assert store.duplicates == (Duplicate(str(folder / "copy.txt"), str(folder / "a.txt")),)
    assert (store.warnings, store.vector_search) == ((), "exact")
    settings = store.settings
    assert (settings.roots, settings.embedder, settings.dimension) == ((str(folder),), embedder.fingerprint, 64)
    assert store.generation


def test_passages_and_texts_stand_at_their_places(store: Store, folder: Path) -> None:
    assert [passage.text for passage in store.passages] == [
        "Apples are red.",
        "Bees make honey.",
        "Honey is sweet, and bees sleep.",
    ]
    for record in store.documents:
        [passage] = store.passages[record.first_passage : record.first_passage + record.passages]
        assert store.document_text(record.name)[passage.start : passage.end] == passage.text
        assert (passage.document, passage.sha256) == (record.name, record.sha256)
        assert store.document(record.name) == record
    for look_up in (store.document, store.document_text):
        with pytest.raises(KeyError):
            look_up(str(folder / "nowhere.txt"))


def test_both_rankings_with_their_scores(store: Store, embedder: FakeEmbedder) -> None:
    asked = ["apples are red", "honey"]
    apples, honey = store.rank(asked, embedder.embed(asked), 3)
    assert names(store, apples.vectors, apples.passages)[0] == names(store, apples.terms, apples.passages)[0] == "a"
    assert (apples.vectors[0][1], len(apples.vectors)) == (
        pytest.approx(3 / 12**0.5),
        3,
    )  # of four words, one is the title
    assert names(store, honey.terms, honey.passages) == ["b", "d"]  # the shorter first, and none without the term
    rarity, length, mean = log(1 + (3 - 2 + 0.5) / (2 + 0.5)), 2 + 3, (1 + 3 + 2 + 3 + 3 + 6) / 3  # titles count
    assert honey.terms[0][1] == pytest.approx(rarity / (K1 * (1 - B + B * length / mean) + 1), rel=1e-6)


def test_as_many_are_ranked_as_asked_for_and_as_there_are(store: Store, embedder: FakeEmbedder) -> None:
    [one] = store.rank(["honey"], embedder.embed(["honey"]), 1)
    assert (len(one.vectors), len(one.terms)) == (1, 1)
    [none] = store.rank(["zebra"], embedder.embed(["zebra"]), 9)
    assert (len(none.vectors), list(none.terms)) == (3, [])


def test_conditions_narrow_both_rankings_and_each_other(store: Store, embedder: FakeEmbedder) -> None:
    def found(narrowed: Store) -> tuple[list[str], list[str]]:
        [one] = narrowed.rank(["honey"], embedder.embed(["honey"]), 9)
        return names(store, one.vectors, one.passages), names(store, one.terms, one.passages)

    later = store.where("date >= 2024")
    assert found(later) == (["d"], ["d"]) and len(later.documents) == len(later.passages) == 3
    assert found(later.where('title = "On bees"')) == ([], [])
    assert found(store.where('title ~ "bees"').where("date < 2024")) == (["b"], ["b"])
    assert len(found(store)[0]) == 3
    with pytest.raises(ValueError, match="not a field"):
        store.where("colour = red")


def test_a_sample_is_all_where_there_are_few(store: Store) -> None:
    assert sorted(passage.text for passage in store.sample(100)) == sorted(one.text for one in store.passages)
    assert len(list(store.sample(1))) in (1, 2)


class OtherWeights(FakeEmbedder):
    def embed(self, texts: Sequence[str]) -> Floats:
        return np.ascontiguousarray(super().embed(texts)[:, ::-1])


@pytest.mark.parametrize("other", [FakeEmbedder(fingerprint="another"), OtherWeights()])
def test_another_embedder_is_refused(store: Store, other: FakeEmbedder) -> None:
    with pytest.raises(IndexProblem, match="another embedding model") as refused:
        HybridRetriever(store, other)
    assert store.place in str(refused.value)
    store.check_embedder(FakeEmbedder())


def test_an_assistant_answers_cites_and_is_narrowed(store: Store, folder: Path, embedder: FakeEmbedder) -> None:
    asked = "What do bees make?"
    reader = FakeReader({asked: {"honey": 9.0}})
    assistant = Assistant(HybridRetriever(store, embedder), reader, unfitted("fake"), index=store)
    answer = assistant.ask(asked)
    cited = answer.citations[0]
    assert (answer.text, cited.document) == ("honey", str(folder / "b.md"))
    assert (folder / "b.md").read_text()[cited.start : cited.end] == "honey"
    assert assistant.where('title ~ "apple"').ask(asked).text is None
    assert (assistant.index, assistant.warnings) == (store, ())


def test_status_tells_of_it(store: Store, folder: Path) -> None:
    told = describe(store)
    assert (told["index"], told["documents"], told["passages"]) == (store.place, 3, 3)
    assert told["vector_search"] == "exact"
    assert (told["settings"], told["warnings"]) == (asdict(store.settings), [])
    assert [bad["name"] for bad in told["unreadable"]] == [str(folder / "bad.pdf")]
    assert told["files"] == [asdict(record) for record in store.documents]
    assert describe(store, "b.md")["files"] == [asdict(find(store, "b.md"))] == told["files"][1:2]
    with pytest.raises(ValueError, match="no such document"):
        find(store, "nowhere.txt")


def test_building_again_brings_it_in_step(
    new_location: Callable[[], str], tmp_path: Path, embedder: FakeEmbedder
) -> None:
    folder, location = articles(tmp_path), new_location()
    assert len(begin([folder], location, embedder).added) == 3
    report = begin([folder], location, embedder)
    assert (report.documents, report.passages, report.differs, len(report.unchanged)) == (3, 3, False, 3)
    (folder / "d.md").unlink()
    assert begin([folder], location, embedder).removed == (str(folder / "d.md"),)
    again = open_store(location)
    assert [Path(record.name).name for record in again.documents] == ["a.txt", "b.md"]


def test_where_there_is_no_index_it_is_said_how_to_make_one(new_location: Callable[[], str]) -> None:
    location = new_location()
    with pytest.raises(IndexProblem, match=r"there is no index .*run `pincite index"):
        open_store(location)
    with pytest.raises((IndexProblem, CannotServe), match=r"there is no index .*run `pincite index"):
        opener_of(location, Models())


def test_a_database_goes_before_a_folder() -> None:
    url = "postgresql://ann:s3cret@host/articles"
    assert (chosen(Path("x"), None), chosen(Path("x"), url), chosen(None, url)) == (Path("x"), url, url)
    assert (named("some/folder"), named(Path("x"))) == ("some/folder", "x")
    with pytest.raises(ValueError, match="one reads postgresql://"):
        chosen(Path("x"), "articles")
