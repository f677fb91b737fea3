from __future__ import annotations

import pytest

from qa.answer_types import suits
from qa.countries import adjectives, names


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which country did she visit after Chile?", "Peru"),
        ("In which Baltic country is the plant?", "northern Estonia"),
        ("How much did it cost?", "$1.4 billion"),
        ("how many plants are there", "three"),
        ("When was it founded?", "in June 2001"),
        ("Since when has it been closed?", "last Tuesday"),
        ("In what year did it open?", "1975"),
        ("Who wrote it?", "the poet Abai"),
        ("By whom was it built?", "Иван Петров"),
    ],
)
def test_an_answer_of_the_type_asked_for(question: str, answer: str):
    assert suits(question, answer) == 1.0


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which country did she visit after Chile?", "Latin America"),
        ("How much did it cost?", "a great deal"),
        ("When was it founded?", "the old town hall"),
        ("Who wrote it?", "on the river"),
    ],
)
def test_an_answer_of_another_type(question: str, answer: str):
    assert suits(question, answer) == -1.0


@pytest.mark.parametrize(
    "question",
    ["What did he say when it rained?", "Why did those who left come back?", "Where is it?", "Which company won?", ""],
)
def test_a_question_that_names_no_type(question: str):
    assert suits(question, "a great deal") == 0.0


def test_a_country_is_known_by_its_adjective_and_by_common_names():
    assert {"Uzbek": "Uzbekistan", "French": "France", "Pakistani": "Pakistan"}.items() <= adjectives().items()
    assert {"Kazakhstan", "United States", "UK", "U.S."} <= names()
    assert not {"Central Asia", "America", ""} & names()
