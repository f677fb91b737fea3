"""A set asked of all its articles, and of those without the one that answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from eval.studies.population import Asked, read_population, squad_kind, write_population


def squad(path: Path) -> Path:
    """Four articles with a question each, the last of which has no answer."""
    towns = {"Orrin": "mill", "Tessaly": "weir", "Dravia": "lock", "Olmia": ""}
    data = [
        {"title": town, "paragraphs": [{"context": f"The {what or 'town'} stands in {town}.", "qas": [{
            "id": town, "question": f"What stands in {town}?", "is_impossible": not what,
            "answers": [{"text": what, "answer_start": 4}] if what else []}]}]}
        for town, what in towns.items()
    ]  # fmt: skip
    path.write_text(json.dumps({"data": data}))
    return path


@pytest.fixture
def population(tmp_path: Path) -> list[Asked]:
    file = squad(tmp_path / "set.json")
    return squad_kind("towns", file, file, FakeEmbedder(), lambda word: True, 10)


def test_each_answerable_question_is_asked_with_and_without_its_article(population: list[Asked]):
    assert [(one.id, one.absence) for one in population] == [
        ("Orrin", ""), ("Tessaly", ""), ("Dravia", ""), ("Olmia", "adversarial"),
        ("Orrin", "article"), ("Dravia", "article"), ("Tessaly", "article")]  # fmt: skip
    for one in population:
        found = {hit.passage.document for hit in one.hits}
        assert (one.holder in found) == (one.absence != "article")
    assert population[0].answers == ("mill",) and population[3].answers == ()
    assert {one.id: one.fold for one in population} == {"Orrin": 0, "Tessaly": 1, "Dravia": 0, "Olmia": 1}


def test_a_population_is_read_as_it_was_written(tmp_path: Path, population: list[Asked]):
    write_population(tmp_path / "population.jsonl", population)
    assert read_population(tmp_path / "population.jsonl") == population
    assert population[0].pairs()[0].question == "What stands in Orrin?"


def test_a_file_that_is_no_population_is_named(tmp_path: Path):
    (tmp_path / "other.jsonl").write_text('{"id": 1}')
    with pytest.raises(ValueError, match=r"other\.jsonl"):
        read_population(tmp_path / "other.jsonl")
