"""The file of invented conflicts, and what counts as naming one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.conflicts import Article, Conflict, judged, read_conflicts
from qa.answers import Agreement, Alternative, Answer

MILL = Conflict(
    "c1",
    "figure",
    "How many work there?",
    (Article("2021-01-01", "23 do.", "23"), Article("2019-01-01", "40.", "forty")),
)


def test_the_file_is_as_it_says():
    conflicts = read_conflicts()
    assert Counter(one.kind for one in conflicts) == {"figure": 20, "date": 20, "name": 20}
    assert sum(len(one.articles) == 3 for one in conflicts) == 10
    assert all(article.answer in article.text for one in conflicts for article in one.articles)
    assert len({one.id for one in conflicts}) == len({one.question for one in conflicts}) == 60


def test_the_later_side_or_that_of_two_comes_first():
    assert MILL.first == "23"
    two = (*MILL.articles, Article("2018-01-01", "40 men.", "40"))
    assert Conflict("c2", "figure", "How many?", two).first in ("forty", "40")


def answer(text: str | None, other: str, *, conflict: bool = True) -> Answer:
    return Answer("", text, 0.9, (), (Alternative(other, 0.5, ()),), agreement=Agreement(1, 1, conflict))


@pytest.mark.parametrize(
    ("given", "named", "in_order"),
    [
        (answer("twenty-three", "40"), True, True),
        (answer("40", "23"), True, False),
        (answer("23", "40", conflict=False), False, False),
        (answer("23", "7"), False, False),
        (answer("23", "twenty-three"), False, False),
        (answer(None, "40"), False, False),
    ],
)
def test_a_conflict_is_named_if_both_sides_are_shown(given: Answer, named: bool, in_order: bool):
    told = judged(MILL, given)
    assert (told.named, told.in_order) == (named, in_order)


def test_a_file_of_something_else_is_named(tmp_path: Path):
    (tmp_path / "other.jsonl").write_text('{"id": 1}')
    with pytest.raises(ValueError, match=r"other\.jsonl"):
        read_conflicts(tmp_path / "other.jsonl")
