"""The data sets, each in a tiny file of its form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from training_fakes import asked, asking

from qa.training.held_back import held_back
from qa.training.sources import (
    SOURCES,
    bundled_sources,
    read_deeds,
    read_parts,
    read_passage_answers,
    read_roles,
    read_sentences,
    sensible,
    write_held_back,
)

DUET = "The song was first sung by Ann Lee in 1999 and by the tenor John Smith in 2004."


def written(folder: Path, *paragraphs: tuple[str, str, list[dict[str, object]]], name: str = "set.json") -> Path:
    """A SQuAD-format file of (title, passage, questions)."""
    data = [{"title": title, "paragraphs": [{"context": text, "qas": rows}]} for title, text, rows in paragraphs]
    path = folder / name
    path.write_text(json.dumps({"version": "x", "data": data}), encoding="utf-8")
    return path


def marked(name: str, question: str, passage: str, *answers: str) -> dict[str, object]:
    return asked(name, *((answer, passage.index(answer)) for answer in answers)) | {"question": question}


def test_overlapping_answers_are_alternatives_and_others_are_parts(tmp_path: Path):
    rows = [
        marked("same", "who sang it in 2004", DUET, "the tenor John Smith", "John Smith"),
        marked("both", "who sang it", DUET, "John Smith", "Ann Lee", "the tenor John Smith"),
    ]
    same, both = read_parts(written(tmp_path, ("Song", DUET, rows))).examples
    assert same.answer == "John Smith" and same.document == "Song"
    assert [DUET[slice(*span)] for span in both.votes] == ["Ann Lee", "the tenor John Smith"]
    assert both.answer == "Ann Lee"


def test_of_passage_answers_the_shortest_counts_most_and_endless_ones_are_dropped(tmp_path: Path):
    text = "She wrote songs and plays for children, and " + "later " * 40 + "she taught."
    rows = [
        marked("q", "What did she write?", text, "songs and plays", "She wrote songs and plays for children"),
        marked("long", "And then?", text, text),
        marked("any", "Are there any other interesting aspects?", text, "she taught"),
        {"id": "no", "question": "Did she sing?", "answers": [], "is_impossible": True},
    ]
    found = read_passage_answers(written(tmp_path, ("quac-0", text, rows))).examples
    assert [(example.id, example.answer) for example in found] == [("q", "songs and plays"), ("no", None)]
    assert found[0].votes.count((found[0].start, found[0].end)) == 3  # type: ignore[arg-type]


def test_a_single_sentence_stands_among_others_of_its_document(tmp_path: Path):
    first, second = "The council met on Monday.", "It closed the bridge because it was old."
    file = written(
        tmp_path,
        ("Wiki1k:wikinews:7:1", first, [marked("a", "When did the council meet?", first, "on Monday")]),
        ("Wiki1k:wikinews:7:2", second, [marked("b", "Why was the bridge closed?", second, "because it was old")]),
    )
    one, two = read_sentences(file).examples
    assert (one.passage, two.passage) == (first, f"{first} {second}")
    assert (one.answer, two.answer) == ("on Monday", "because it was old")


def test_what_someone_did_is_a_source_of_its_own(tmp_path: Path):
    text = "Ann painted the door."
    rows = [
        marked("deed", "What did Ann do?", text, "painted the door"),
        marked("role", "What did Ann paint?", text, "the door"),
    ]
    file = written(tmp_path, ("Wiki1k:wikinews:7:1", text, rows))
    assert [e.id for e in read_deeds(file).examples] == ["deed"]
    assert [e.id for e in read_roles(file).examples] == ["role"]


@pytest.mark.parametrize(
    "question, answer, wanted",
    [
        ("Why did Ann paint the door?", "because it was old", True),
        ("Why did Ann paint the door", "because it was old", False),
        ("What is the reason can't Ann paint the door?", "because it was old", False),
        ("In what manner are doors in the town are painted?", "because it was old", False),
        ("In what manner are doors painted?", "because it was old", True),
        ("Who painted the old door?", "she", False),
        ("What was the old door?", "old", False),
    ],
)
def test_only_sensible_questions_of_templates_are_kept(question: str, answer: str, wanted: bool):
    passage = "Ann and her sister wanted it, and she painted the door because it was old."
    assert sensible(asking(question, passage, answer)) is wanted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All files of the recipe, with forty articles each that name the file and their number."""
    for name in {source.file for source in SOURCES.values()} - {"qamr_sentences.tsv"}:
        paragraphs = []
        for number in range(40):
            text = f"In {name} the town number {number} was founded by Olaf."
            title = "multispan" if name.startswith("multispan") else f"Town {number}"
            paragraphs.append((title, text, [marked(f"{name}-{number}", "Who founded the town?", text, "Olaf")]))
        written(tmp_path, *paragraphs, name=name)
    (tmp_path / "qamr_sentences.tsv").write_text("Wiki1k:x:1:0:0\tOlaf founded it .", encoding="utf-8")
    row = "Wiki1k:x:1:0:0\t0\t1\t0\tOlaf\tWho founded it ?\t0\t1:0\t2:0"
    for half in ("dev", "test"):
        (tmp_path / f"qamr_{half}.tsv").write_text(row, encoding="utf-8")
    return tmp_path


def test_what_is_held_back_is_written_and_never_trained_on(folder: Path, tmp_path: Path):
    counts = write_held_back(folder, tmp_path / "out")
    assert set(counts) == {path.name for path in (tmp_path / "out").iterdir()}
    held = {
        row["id"]
        for path in (tmp_path / "out").iterdir()
        for one in json.loads(path.read_text(encoding="utf-8"))["data"]
        for paragraph in one["paragraphs"]
        for row in paragraph["qas"]
    }
    assert len(held) == sum(counts.values()) > 0
    trained = {example.id for loaded in bundled_sources(folder).values() for example in loaded.examples}
    assert not held & trained
    towns = sum(held_back(f"Town {number}") for number in range(40))
    assert counts["nq_search_questions.json"] == towns
    assert 10 < counts["multispanqa_valid.json"] < 30  # half of the passages, as the file names no articles
    assert sum(id.startswith("nq") for id in trained) == 40 - towns
    assert sum(id.startswith("squadshifts_new_wiki") for id in trained) == 40


def test_a_passage_held_back_in_one_set_is_trained_on_in_no_other(folder: Path):
    held = next(title for number in range(99) if held_back(title := f"Town {number}"))
    text = "A passage that stands in two sets was written by Olaf."
    questions = [marked("shared", "Who wrote it?", text, "Olaf")]
    written(folder, (held, text, questions), name="nq_search_questions.json")
    written(folder, ("Another", text, questions), name="squadshifts_new_wiki.json")
    assert bundled_sources(folder)["new_wiki"].examples == []
