"""Conditions on documents: what they hold for, what they refuse, and that as much is found as there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder

from index.builder import index_in_memory
from index.documents import load
from index.filters import parse
from index.folder_index import Index
from qa.retrieval.hybrid import HybridRetriever

FILES = {
    "reports/2023/a.md": "---\ntitle: The Grossi visit\ndate: 2023-05-04\nauthor: Ana Smith\nlang: en-GB\n---\nThe river is wide.",
    "reports/2024/b.md": "---\ntitle: Uranium\ndate: 2024\nauthors: [Bo, Cy SMITHSON]\nlang: FR\n---\nThe river is deep.\n",
    "letters/c.md": "---\ntitle: A letter, and more\ndate: 2023-11-08T09:00:00+01:00\n---\nThe river is cold.\n",
    "letters/d.txt": "The river is old.\n",
}


@pytest.fixture
def index(tmp_path: Path, embedder: FakeEmbedder) -> Index:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return index_in_memory([tmp_path], embedder, load=load)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("date >= 2023-05-04", "abc"),
        ("date > 2023-05-04", "bc"),
        ("date > 2023", "b"),
        ("date = 2023", "ac"),
        ("date < 2023-11", "a"),
        ("date <= 2023-11-08", "ac"),
        ("date != 2023", "b"),
        ("DATE >= 2023-01-01 and date < 2024-01-01", "ac"),
        ("title = uranium", "b"),
        ("title ~ 'LETTER, AND'", "c"),
        ('title ~ "the"', "a"),
        ("title ~ grossi visit", "a"),
        ("title != Uranium", "acd"),
        ("type = txt", "d"),
        ("type != md", "d"),
        ("folder = reports", "ab"),
        ("folder = reports/2023", "a"),
        ("folder = 2023", "a"),
        ("folder != reports", "cd"),
        ("folder = report", ""),
        ("folder = letters and type = md or date = 2024", "bc"),
        ("title = 'or'", ""),
        ('author ~ "smith"', "ab"),
        ("author = ana smith", "a"),
        ("author = smith", ""),
        ("author != Bo", "a"),
        ("language = en", "a"),
        ("language = EN or language = fr", "ab"),
        ("language != en", "b"),
    ],
)
def test_the_documents_for_which_a_condition_holds(index: Index, condition: str, wanted: str) -> None:
    meant = parse(condition)
    assert sorted(Path(one.name).stem for one in index.documents if meant.holds(one)) == sorted(wanted)


def test_a_folder_may_be_given_whole(index: Index, tmp_path: Path) -> None:
    meant = parse(f'folder = "{tmp_path.resolve() / "letters"}"')
    assert sorted(Path(one.name).stem for one in index.documents if meant.holds(one)) == ["c", "d"]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("", "is not a comparison|something is missing"),
        ("date", "'date' is not a comparison"),
        ("size > 3", "'size' is not a field; the fields are date, title, author, language, type, folder"),
        ("date ~ 2023", "date is compared by = != < <= > >=, not by '~'"),
        ("date > yesterday", "'yesterday' is not a valid date"),
        ("type = exe", "'exe' is not a valid type"),
        ("language = english", "'english' is not a valid language; for example: `language = en`"),
        ("author > a", "author is compared by = != ~, not by '>'"),
        ("date > 2023 and", 'something is missing beside "and"'),
        ("or type = pdf", 'something is missing beside "or"'),
        ('title = "unfinished', "cannot be read at '\"unfinished'"),
    ],
)
def test_what_is_no_condition_is_refused(condition: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(condition)


def test_a_narrowed_index_finds_all_there_is_and_nothing_else(index: Index, embedder: FakeEmbedder) -> None:
    narrowed = index.where("type = md and date = 2023")
    numbers = [passage.number for passage in index.passages if Path(passage.document).stem in "ac"]
    dense = narrowed.dense.search(embedder.embed(["the river"]), 4)
    assert sorted(dense.ids[0, :2]) == numbers and dense.ids[0, 2:].tolist() == [-1, -1]
    whole = index.dense.search(embedder.embed(["the river"]), 4)
    scores = dict(zip(whole.ids[0].tolist(), whole.scores[0].tolist(), strict=True))
    assert dense.scores[0, :2] == pytest.approx([scores[number] for number in dense.ids[0, :2].tolist()])
    sparse = narrowed.sparse.search(["river"], 4)
    assert sorted(sparse.ids[0, :2]) == numbers and sparse.ids[0, 2:].tolist() == [-1, -1]
    assert len(index.dense.search(embedder.embed(["river"]), 4).ids[0]) == 4 and narrowed.passages is index.passages


def test_a_narrowed_retriever(index: Index, embedder: FakeEmbedder) -> None:
    retriever = HybridRetriever(index, embedder)
    hits = retriever.where("folder = reports and date < 2024").retrieve("How wide is the river?", 3)
    assert [hit.passage.text for hit in hits] == ["The river is wide."]
    assert retriever.where("folder = nowhere").retrieve("river", 3) == []
    assert len(retriever.retrieve("river", 4)) == 4


def test_narrowing_finds_as_many_as_are_wanted_in_a_large_index() -> None:
    from index.search.dense import DenseIndex

    vectors = np.random.default_rng(0).normal(size=(2_000, 8)).astype(np.float32)
    wanted = np.zeros(2_000, dtype=bool)
    wanted[::199] = True
    query = -vectors[wanted].sum(axis=0, keepdims=True)
    found = DenseIndex(vectors).among(wanted).search(query, 11)
    assert sorted(found.ids[0].tolist()) == np.flatnonzero(wanted).tolist()
    assert (np.diff(found.scores[0]) <= 0).all()
