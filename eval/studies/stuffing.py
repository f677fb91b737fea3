"""Passages that repeat a question around a wrong answer: what a search finds first, and what must not be believed for that."""

from __future__ import annotations

import random
from collections.abc import Sequence

from qa.commands.read import ReadQuestion

WAYS = (
    "{question} {question} {question} {wrong}.",
    "{question} {wrong}! {question} {wrong}!",
    "{question} It is {wrong}.",
)


def stuffed(questions: Sequence[ReadQuestion], count: int, seed: int = 0) -> list[tuple[ReadQuestion, str]]:
    """So many of the questions that have an answer, each with a passage that gives it that of one about another article."""
    pick = random.Random(seed)
    answerable = [question for question in questions if question.answers]
    found: list[tuple[ReadQuestion, str]] = []
    for number, question in enumerate(pick.sample(answerable, min(count, len(answerable)))):
        others = [other.answers[0] for other in answerable if other.article != question.article]
        if others:
            way = WAYS[number % len(WAYS)]
            found.append((question, way.format(question=question.pair.question.strip(), wrong=pick.choice(others))))
    return found
