"""Corrections of the last question, and how it is asked again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from qa.question.corrections import Correction, correction_in
from qa.question.follow_ups import readings


@dataclass(frozen=True)
class Asked:
    question: str
    answer: str | None = None


@pytest.mark.parametrize(
    ("message", "correction"),
    [
        ("No, I meant Port Ellam.", Correction("Port Ellam")),
        ("not Skerrow but Port Ellam", Correction("Port Ellam", "Skerrow")),
        ("not the pier, the quay", Correction("the quay", "the pier")),
        ("Sorry, Port Ellam", Correction("Port Ellam")),
        ("Port Ellam, not Skerrow", Correction("Port Ellam", "Skerrow")),
        ("I meant the pier", Correction("the pier")),
    ],
)
def test_what_is_corrected(message: str, correction: Correction):
    assert correction_in(message) == correction


@pytest.mark.parametrize(
    "message", ["No", "Which ship is not painted but tarred?", "Not in 2019?", "Who owns the ferry?"]
)
def test_other_messages_correct_nothing(message: str):
    assert correction_in(message) is None


@pytest.mark.parametrize(
    ("last", "message", "first"),
    [
        ("How many inhabitants has Skerrow?", "No, I meant Port Ellam.", "How many inhabitants has Port Ellam?"),
        ("When was the ferry built?", "Sorry, the pier", "When was the pier built?"),
        ("When was the ferry built?", "No, who built it?", "Who built it?"),
        ("How fast is the Tern 12?", "And the Tern 15?", "How fast is the Tern 15?"),
        ("What is the longest pier in Skerrow?", "And its lamp?", "What is the lamp in Skerrow?"),
    ],
)
def test_the_last_question_is_asked_with_it(last: str, message: str, first: str):
    assert readings(message, [Asked(last)])[0] == first
