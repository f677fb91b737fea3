"""What is held out of a user's own questions, and how readers are compared on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from training_fakes import example

from qa.commands.own_questions import set_apart
from qa.training.examples import TrainingExample

DATA = Path("mine.json")


def of_documents(count: int, documents: int) -> list[TrainingExample]:
    return [replace(example(n), document=f"Town {n % documents}") for n in range(count)]


def test_a_fifth_is_held_out_as_whole_documents():
    apart = set_apart(of_documents(100, 20), DATA, seed=0)
    asked = {e.id: e for e in apart.held_out if e.answer}
    assert 10 <= len(asked) <= 25 and len(asked) + len(apart.train) == 100
    assert not {e.document for e in asked.values()} & {e.document for e in apart.train}


@pytest.mark.parametrize("documents", [1, 3])
def test_of_few_documents_questions_are_held_out(documents: int):
    apart = set_apart(of_documents(100, documents), DATA, seed=0)
    assert len(apart.train) == 80 and sum(e.answer is not None for e in apart.held_out) == 20


def test_at_most_200_questions_are_held_out():
    apart = set_apart(of_documents(2000, 1), DATA, seed=0)
    assert sum(e.answer is not None for e in apart.held_out) == 200


def test_a_passage_without_the_answer_stands_beside_each_question():
    apart = set_apart(of_documents(100, 20), DATA, seed=0)
    lacking = [e for e in apart.held_out if e.answer is None]
    assert len(lacking) == len(apart.held_out) / 2
    assert all(e.id.removesuffix("-retrieved") not in {t.id for t in apart.train} for e in lacking)


def test_too_few_questions_are_named():
    with pytest.raises(ValueError, match=r"mine\.json: 19 questions are too few"):
        set_apart(of_documents(19, 5), DATA, seed=0)
