"""Two questions in one message, and comparisons."""

from __future__ import annotations

import pytest

from qa.question.parts import parts_of


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        (
            "When was the pier built and who paid for it?",
            ("When was the pier built?", "Who paid for it?"),
        ),
        ("Who owns the ferry? And where does it land?", ("Who owns the ferry?", "Where does it land?")),
        ("When and where was Nadia Voss born?", ("When was Nadia Voss born?", "Where was Nadia Voss born?")),
    ],
)
def test_two_questions_in_one(message: str, questions: tuple[str, ...]):
    found = parts_of(message)
    assert found is not None and (found.kind, found.questions) == ("questions", questions)


@pytest.mark.parametrize(
    "message",
    ["Who founded the bank and the mill?", "What did he say when he left and why?", "Who is it? Nobody knows.", "Who?"],
)
def test_one_question_stays_whole(message: str):
    assert parts_of(message) is None


def test_a_comparison_asks_for_both_facts():
    found = parts_of("Which town has more inhabitants, Skerrow or Port Ellam?")
    assert found is not None and found.things == ("Skerrow", "Port Ellam") and found.more == "more inhabitants"
    assert found.questions == ("How many inhabitants does Skerrow have?", "How many inhabitants does Port Ellam have?")


@pytest.mark.parametrize(
    "message", ["What is the difference between Skerrow and Port Ellam?", "Skerrow vs. Port Ellam"]
)
def test_a_difference_puts_two_topics_side_by_side(message: str):
    found = parts_of(message)
    assert found is not None and (found.things, found.more) == (("Skerrow", "Port Ellam"), "")


def test_only_ten_questions_are_too_many():
    found = parts_of(" ".join(f"Who owns ship {number}?" for number in range(10)))
    assert found is not None and len(found.questions) == 4
