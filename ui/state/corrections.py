"""Corrections: the right words for answers that were wrong, kept as gold questions for the evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.files import digest, replace_file
from index.sentences import find_words
from index.store import Store
from ui.state.conversations import ChatTurn


@dataclass(frozen=True, slots=True)
class FoundWords:
    """Where words stand: the characters from ``start`` of a document."""

    document: str
    start: int
    words: str


class Corrections:
    """A gold file (JSON lines: id, question, answers, document, start, kind) that grows with each correction."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, turn: ChatTurn, words: str | None, index: Store) -> dict[str, Any]:
        """Keep the right words for a turn's question, None for "the articles do not say"; returns the gold question.

        Raises ValueError where the words stand in no document. A later correction of a question replaces the earlier.
        """
        place = find(words, turn, index) if words is not None else None
        row = {
            "id": f"user-{digest(turn.question.encode())[:12]}",
            "question": turn.question,
            "answers": [place.words] if place else [],
            "document": place.document if place else None,
            "start": place.start if place else None,
            "kind": "correction" if place else "unanswerable",
        }
        rows = [one for one in self.rows() if one["id"] != row["id"]] + [row]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows).encode())
        return row

    def rows(self) -> list[dict[str, Any]]:
        """All gold questions so far; a line that does not parse is left out."""
        if not self.path.is_file():
            return []
        return list(_rows(self.path.read_text(encoding="utf-8")))


def find(words: str, turn: ChatTurn, index: Store) -> FoundWords:
    """Where the words stand, the turn's own sources first; white space may differ, and the document's own words count.

    Raises ValueError where they stand nowhere.
    """
    if not words.strip():
        raise ValueError("Paste the right words first.")
    cited = [one.document for one in turn.answer.citations] if turn.answer else []
    known = {record.name for record in index.documents}
    for name in dict.fromkeys([*(one for one in cited if one in known), *(record.name for record in index.documents)]):
        if match := find_words(words, index.document_text(name)):
            return FoundWords(name, match.start(), match.group())
    raise ValueError("These words stand in no indexed document. Paste them exactly as a document has them.")


def _rows(text: str) -> Iterator[dict[str, Any]]:
    """The well-formed lines of a gold file."""
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "id" in row and "question" in row:
            yield row
