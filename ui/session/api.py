"""Ask and search for programs, over any protocol: the answer object of the contract, and passages."""

from __future__ import annotations

from typing import Any

from qa.answerer import Answerer
from qa.answers import PASSAGES_READ
from ui.jobs.queue import Line
from ui.session.desk import clean_question

MOST_PASSAGES = 100  # per request; more would keep the page's users waiting
FIELDS = ("document", "title", "sha256", "start", "end", "text", "heading", "page")


class Programs:
    """Ask and search, in the same queue as the page's users. Both raise ValueError if the question is invalid."""

    def __init__(self, assistant: Answerer, line: Line) -> None:
        self.assistant, self.line = assistant, line

    def ask(self, question: str, k: int = PASSAGES_READ) -> dict[str, Any]:
        """Answer one question from its k best passages; returns the answer object of the contract."""
        question = clean_question(question)
        with self.line.turn():
            return self.assistant.ask_many([question], _passages(k))[0].as_dict()

    def search(self, question: str, k: int = 10) -> list[dict[str, Any]]:
        """The k passages nearest to a question, best first."""
        question = clean_question(question)
        with self.line.turn():
            hits = self.assistant.retriever.retrieve_many([question], _passages(k))[0]
        return [{name: getattr(hit.passage, name) for name in FIELDS} | {"score": float(hit.score)} for hit in hits]


def _passages(k: int) -> int:
    return min(max(int(k), 1), MOST_PASSAGES)
