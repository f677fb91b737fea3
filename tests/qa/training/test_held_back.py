"""Articles held back from training."""

from __future__ import annotations

import pytest

from qa.training.held_back import held_back, opening


def test_about_the_wanted_percentage_of_titles_is_held_back():
    titles = [f"Town {number}" for number in range(2000)]
    assert 150 < sum(map(held_back, titles)) < 250
    assert 900 < sum(held_back(title, 50) for title in titles) < 1100
    assert all(held_back(title, 50) for title in titles if held_back(title))  # a larger part holds the smaller
    assert not any(held_back(title, 0) for title in titles)


@pytest.mark.parametrize(
    "one, other",
    [
        ("/wiki/Rosetta_Stone", "Rosetta Stone"),
        ("Wiki1k:wikinews:1162655:2", "Wiki1k:wikinews:1162655:14"),
        ("Rosetta stone ", "Rosetta Stone"),
    ],
)
def test_titles_of_one_article_fall_on_one_side(one: str, other: str):
    assert [held_back(one, percent) for percent in range(101)] == [held_back(other, percent) for percent in range(101)]


def test_the_split_is_the_same_on_every_machine():
    assert [number for number in range(60) if held_back(f"Town {number}")] == [19, 34, 42, 49]


def test_a_passage_is_known_by_its_opening():
    assert opening("a" * 150) == opening("a" * 120 + "b") != opening("b" * 150)
