from __future__ import annotations

import pytest

from qa.question.answer_type import AnswerType, type_wanted


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many employees does the fund have?", "figure"),
        ("How far is it from Oskerby?", "figure"),
        ("What does the repair of the mill cost?", "figure"),
        ("What is the population of Langwater?", "figure"),
        ("At what speed does it go?", "figure"),
        ("What percentage of them came?", "figure"),
        ("What age was she?", "figure"),
        ("Approximately how many came?", "figure"),
        ("In what age groups is it found?", None),
        ("When it burst, what was lost?", None),
        ("When was it built?", "date"),
        ("In which year was it built?", "date"),
        ("Who is the director?", "name"),
        ("To whom was it sold?", "name"),
        ("Which city is the capital?", "name"),
        ("What is the name of the lake?", "name"),
        ("Why was it sold?", None),
        ("What did he say?", None),
        ("How did it begin?", None),
        ("Which countries border Dravia?", None),
    ],
)
def test_the_type_that_a_question_asks_for(question: str, expected: AnswerType | None):
    assert type_wanted(question) == expected
