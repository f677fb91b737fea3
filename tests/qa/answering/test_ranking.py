"""What is known of a candidate besides its scores."""

from __future__ import annotations

import pytest
from reader_fakes import hit

from index.search.bm25 import terms
from qa.answering.ranking import considered, echo
from qa.reader.reader import Reading, Span

WHO = "Which head of state visited Astana?"


@pytest.mark.parametrize(
    ("answer", "expected"), [("Which head of state", 1.0), ("the head of state", 0.0), ("Macron", 0.0), ("Astana", 1.0)]
)
def test_an_answer_is_an_echo_if_all_its_words_stand_in_the_question(answer: str, expected: float) -> None:
    assert echo(set(terms(WHO)), answer) == expected


@pytest.mark.parametrize(
    ("question", "expected"), [(WHO, 1.0), ("Did Macron visit Astana or Osh?", 0.0), ("Did Macron visit Astana?", 0.0)]
)
def test_a_choice_or_a_whole_sentence_may_repeat_the_question(question: str, expected: float) -> None:
    [(_, known)] = considered(question, [hit("Macron visited Astana.")], [Reading((Span(15, 21, 3.0),))])
    assert known.echo == expected
