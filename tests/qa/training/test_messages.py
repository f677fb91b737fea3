"""Messages that are no question."""

from __future__ import annotations

import random

from qa.training.messages import MESSAGES, messages


def test_messages_come_with_passages_and_without_answers():
    made = messages(["It rains.", "It snows."], 400, random.Random(1))
    assert len({e.group for e in made}) == 400
    assert all(e.answer is None and e.question.strip() for e in made)
    assert {e.passage for e in made} == {"It rains.", "It snows."}


def test_about_half_of_them_are_written_in_another_way():
    varied = sum(e.question not in MESSAGES for e in messages(["It rains."], 400, random.Random(1)))
    assert 130 < varied < 230
