"""Figures, dates and names that say the same, that differ, or that cannot be compared."""

from __future__ import annotations

import pytest

from qa.answering.values import in_unit_asked, same
from qa.question.answer_type import AnswerType

SAME = [
    ("figure", "$500 million", "500 million dollars"),
    ("figure", "1.4 billion euros", "€1.4bn"),
    ("figure", "23", "twenty-three"),
    ("figure", "two hundred and five", "205"),
    ("figure", "24 000", "24,000 people"),
    ("figure", "12 km", "7.5 miles"),
    ("figure", "37 square miles", "96 square kilometres"),
    ("figure", "12 percent", "12%"),
    ("figure", "three days", "72 hours"),
    ("figure", "nearly 24,000", "23,870"),
    ("date", "14 March 2019", "March 14, 2019"),
    ("date", "in 2019", "14 March 2019"),
    ("date", "2020-03-04", "4 March 2020"),
    ("date", "the 3rd of May", "May 3"),
    ("name", "Jonas Veit", "Mr Veit"),
    ("name", "J. Veit", "Jonas Veit"),
    ("name", "President Emmanuel Macron", "Macron"),
    ("name", "US", "United States"),
    ("name", "Oskerby", "Oskerby, Dravia"),
]
OTHER = [
    ("figure", "24,000", "30,000"),
    ("figure", "26,000", "30,000"),
    ("figure", "5.1 million crowns", "4.8 million"),
    ("figure", "41 people", "42 people"),
    ("figure", "6 feet", "3 metres"),
    ("date", "14 March", "16 March 2019"),
    ("date", "Monday", "Tuesday"),
    ("date", "2019", "2021"),
    ("name", "Jonas Veit", "Maria Veit"),
    ("name", "University of Oslo", "University of Bergen"),
]
NEITHER = [
    ("figure", "some", "4"),
    ("figure", "12 km", "12 days"),
    ("date", "May 2020", "Monday"),
    ("date", "the 3rd", "5 May"),
    ("name", "the mayor", "Jonas Veit"),
]


@pytest.mark.parametrize(
    ("kind", "one", "other", "expected"),
    [(*row, True) for row in SAME] + [(*row, False) for row in OTHER] + [(*row, None) for row in NEITHER],
)
def test_two_answers(kind: AnswerType, one: str, other: str, expected: bool | None):
    assert same(kind, one, other) is expected
    assert same(kind, other, one) is expected


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("What is its area in square miles?", "37 square miles", True),
        ("What is its area in square miles?", "96 square kilometres", False),
        ("What did it cost in pounds?", "£40", True),
        ("What did it cost in pounds?", "$40", False),
        ("How far is it in km", "12 kilometres", True),
        ("How far is it?", "12", True),
    ],
)
def test_the_unit_that_is_asked_for(question: str, answer: str, expected: bool):
    assert in_unit_asked(question, answer) is expected
