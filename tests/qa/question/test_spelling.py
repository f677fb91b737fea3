from __future__ import annotations

from dataclasses import replace

import pytest
from reader_fakes import passage

from qa.question.spelling import Speller

TEXT = "The Kazakhstan announcement: Putin and Macron met in Kazakhstan. Mining of uranium is announced by Kazakhstan's ministry."


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(lambda _: [passage(TEXT)], {"with"}.__contains__)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Where does Kazakstan mine uranum?", "Where does Kazakhstan mine uranium?"),
        ("whats mined, and whos Puttin", "what is mined, and who is Putin"),
        ("wich ministrry anounced it", "which ministry announced it"),
        ("When did Puttin meet Makron?", "When did Putin meet Macron?"),
    ],
)
def test_unknown_words_become_the_articles_nearest(speller: Speller, typed: str, meant: str):
    assert speller.corrected(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who paints the ministry?",  # a word of English that the passages lack
        "Who is Zhaparov?",  # no word is near
        "With what?",  # known at the first look
        "why dont they",  # in a hurry
        "Put it on",  # too short to judge
        "What is Uranverein?",  # too far from uranium
        "",
        "😀 \u202e 漢字漢字漢字",
    ],
)
def test_other_words_stay(speller: Speller, question: str):
    assert speller.corrected(question) == question


def test_without_passages_nothing_is_near():
    assert Speller(lambda _: [], {"with"}.__contains__).corrected("Where is Kazakstan") == "Where is Kazakstan"


def test_a_pasted_question_is_left_alone(speller: Speller):
    assert speller.corrected("kazakstn " * 2_000) == "kazakstn " * 2_000


def test_words_of_titles_file_names_and_messages_are_known():
    speller = Speller(
        lambda _: [replace(passage(TEXT), title="Zharkent Quarry", document="/shelf/uranyl-notes.md")],
        set[str]().__contains__,
    )
    assert speller.corrected("Is Zharkent in uranyl notes?") == "Is Zharkent in uranyl notes?"
    assert speller.corrected("sumary of the Zharkant quary") == "summary of the Zharkent Quarry"
