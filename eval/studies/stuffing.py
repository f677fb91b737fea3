"""Passages that repeat a question around a wrong answer: what a search finds first, and what must not be believed for that."""

from __future__ import annotations

import random
from collections.abc import Sequence

from qa.question.content_words import content
from qa.squad import SquadQuestion

WAYS = (
    "{question} {question} {question} {wrong}.",
    "{question} {wrong}! {question} {wrong}!",
    "{question} It is {wrong}.",
    "{question} " * 15 + "{wrong}.",
    "{words} " * 8 + "{wrong}.",
)


def stuffed(questions: Sequence[SquadQuestion], count: int) -> list[tuple[SquadQuestion, str]]:
    """So many of the questions that have an answer, each with a passage that gives it that of one about another article."""
    pick = random.Random(0)
    answerable = [question for question in questions if question.answers]
    found: list[tuple[SquadQuestion, str]] = []
    for number, one in enumerate(pick.sample(answerable, min(count, len(answerable)))):
        others = [other.answers[0].text for other in answerable if other.article != one.article]
        if others:
            asked, wanted = one.question.strip(), content(one.question)
            words = " ".join(word for word in asked.strip("?").split() if content(word) & wanted)
            way = WAYS[number % len(WAYS)]
            found.append((one, way.format(question=asked, words=words, wrong=pick.choice(others))))
    return found
