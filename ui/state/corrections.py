"""Corrections: the right words for wrong answers, stored as gold questions for the evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.files import digest, replace_file
from index.sentences import find_words
from index.store import Store
from ui.state.conversations import ChatTurn


@dataclass(frozen=True, slots=True)
class FoundWords:
    """Words found in a document; ``start`` is their first character."""

    document: str
    start: int
    words: str


class Corrections:
    """A gold file (JSON lines: id, question, answers, document, start, kind) that grows with each correction."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, turn: ChatTurn, words: str | None, index: Store) -> dict[str, Any]:
        """Store the right words for a turn, None for "the articles do not say"; returns the gold question.

        Raises ValueError if no document contains the words. A later correction of the same question replaces this one.
        """
        place = find(words, turn, index) if words is not None else None
        question = turn.answer.understood or turn.question if turn.answer else turn.question
        row = {
            "id": f"user-{digest(question.encode())[:12]}",
            "question": question,
            "answers": [place.words] if place else [],
            "document": place.document if place else None,
            "start": place.start if place else None,
            "kind": "correction" if place else "unanswerable",
        }
        self._write([*(one for one in self.rows() if one["id"] != row["id"]), row])
        return row

    def remove(self, id: str) -> None:
        """Take a correction back."""
        self._write([one for one in self.rows() if one["id"] != id])

    def rows(self) -> list[dict[str, Any]]:
        """All gold questions so far; malformed lines are skipped."""
        if not self.path.is_file():
            return []
        return list(_rows(self.path.read_text(encoding="utf-8")))

    def _write(self, rows: Iterable[dict[str, Any]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows).encode())


def find(words: str, turn: ChatTurn, index: Store) -> FoundWords:
    """Find words in the documents, ignoring differences in white space: near the turn's citations first.

    Returns them as the document spells them. Raises ValueError if no document contains them.
    """
    if not words.strip():
        raise ValueError("Paste the right words first.")
    answers = [turn.answer, *turn.answer.parts] if turn.answer else []
    near: dict[str, int] = {}
    for citation in (one for answer in answers for one in answer.citations):
        near.setdefault(citation.document, citation.start)
    known = {record.name for record in index.documents}
    for name in dict.fromkeys([*(one for one in near if one in known), *(record.name for record in index.documents)]):
        if match := find_words(words, index.document_text(name), near.get(name, 0)):
            return FoundWords(name, match.start(), match.group())
    raise ValueError("No indexed document contains these words. Copy them from the document itself.")


def _rows(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "id" in row and "question" in row:
            yield row
