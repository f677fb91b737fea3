from __future__ import annotations

import pytest

from qa.echoes import is_echo


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which one was it?", "Which"),
        ("When did the trams of Astana reach 1,000 riders?", "Astana's tram"),
        ("Who leads the bank?", "the bank"),
    ],
)
def test_an_answer_of_the_questions_own_words(question: str, answer: str):
    assert is_echo(question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Who was it?", "him"), ("When did the trams of Astana reach 1,000 riders?", "Astana's tram reached the river")],
)
def test_an_answer_with_a_word_of_its_own(question: str, answer: str):
    assert not is_echo(question, answer)
