"""The SQuAD 1.1 and 2.0 format: questions, each with its passage and every annotator's answer (Rajpurkar et al. 2016, 2018)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

Value = TypeVar("Value", str, list[Any])


@dataclass(frozen=True, slots=True)
class SquadAnswer:
    """An annotator's answer; ``start`` is its offset in the passage, None if its words are not found there."""

    text: str
    start: int | None


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question, its passage, and the number and title of the article that the passage is from; "" without a title.

    ``answers`` holds the answers that have words; it may be empty even if the file calls the question ``answerable``.
    """

    id: str
    article: int
    question: str
    passage: str
    answerable: bool
    answers: tuple[SquadAnswer, ...]
    title: str = ""

    @property
    def placed(self) -> bool:
        """Whether at least one answer is found at its offset."""
        return any(answer.start is not None for answer in self.answers)


def read_questions(path: Path) -> list[SquadQuestion]:
    """The questions of a file; ValueError if it has another format or holds no question."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{path}: not a SQuAD-format file ({error})") from error
    return parse_questions(path, whole)


def parse_questions(path: Path, whole: Any) -> list[SquadQuestion]:
    """The questions of what a file holds as JSON; ValueError, which names ``path``, as ``read_questions`` raises it."""
    try:
        questions = list(_questions(whole))
    except ValueError as error:
        raise ValueError(f"{path}: not a SQuAD-format file ({error})") from None
    if not questions:
        raise ValueError(f"{path}: holds no question")
    return questions


def _questions(whole: Any) -> Iterator[SquadQuestion]:
    number = 0
    for article, one in enumerate(_field(whole, "data", list)):
        for paragraph in _field(one, "paragraphs", list):
            passage, title = _field(paragraph, "context", str), str(one.get("title") or "")
            for row in _field(paragraph, "qas", list):
                yield replace(_question(row, number, article, passage), title=title)
                number += 1


def _question(row: Any, number: int, article: int, passage: str) -> SquadQuestion:
    """A question; without an id, its number is its id."""
    question = _field(row, "question", str)
    given = [] if row.get("is_impossible") or not row.get("answers") else _field(row, "answers", list)
    found = (_answer(passage, answer) for answer in given if isinstance(answer, dict))
    answers = tuple(answer for answer in found if answer.text)
    return SquadQuestion(str(row.get("id", number)), article, question, passage, bool(given), answers)


def _answer(passage: str, row: dict[str, Any]) -> SquadAnswer:
    text, start = str(row.get("text") or ""), row.get("answer_start")
    stands = isinstance(start, int) and start >= 0 and passage.startswith(text, start)
    return SquadAnswer(text, start if stands else None)


def _field(row: Any, key: str, kind: type[Value]) -> Value:
    """A required field; ValueError if it is missing or of another type."""
    value = row.get(key) if isinstance(row, dict) else None
    if not isinstance(value, kind):
        raise ValueError(f"{key!r} is missing or no {'text' if kind is str else 'list'}")
    return value
