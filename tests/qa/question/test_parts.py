"""Two questions in one message, and comparisons."""

from __future__ import annotations

import pytest

from qa.question.parts import parts_of


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        (
            "When was the pier built and who paid for it?",
            ("When was the pier built?", "Who paid for the pier?"),
        ),
        ("Who owns the ferry? And where does it land?", ("Who owns the ferry?", "Where does the ferry land?")),
        (
            "When was the mill built, how many wheels did it have & who ran it?",
            ("When was the mill built?", "How many wheels did the mill have?", "Who ran the mill?"),
        ),
        ("1. Who met Ann Lind? 2. When did they meet?", ("Who met Ann Lind?", "When did Ann Lind meet?")),
        (
            "Who owns the ferry? I'd also like to know where it lands.",
            ("Who owns the ferry?", "Where the ferry lands?"),
        ),
        ("When and where was Nadia Voss born?", ("When was Nadia Voss born?", "Where was Nadia Voss born?")),
    ],
)
def test_two_questions_in_one(message: str, questions: tuple[str, ...]):
    found = parts_of(message)
    assert found is not None and (found.kind, found.questions) == ("questions", questions)


@pytest.mark.parametrize(
    "message",
    [
        "Who founded the bank and the mill?",
        "When the war ended, what did he do?",
        "What did he say when he left and why?",
        "Who is it? Nobody knows.",
        "Who?",
    ],
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


def test_what_is_beyond_ten_questions_is_counted():
    found = parts_of(" ".join(f"Who owns ship {number}?" for number in range(12)))
    assert found is not None and (len(found.questions), found.left) == (10, 2)


def test_the_noun_after_two_things_is_what_is_compared():
    found = parts_of("Skerrow vs Port Ellam population")
    assert found is not None and found.questions[0] == "What is the population of Skerrow?"
