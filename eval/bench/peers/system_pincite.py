"""Pincite as it comes: ``Assistant.ask``."""

from __future__ import annotations

from eval.bench.peers.worker import SystemJob, serve_system
from qa.answers import Answer
from qa.assistant import Assistant


class PinciteSystem:
    """The assistant over its index."""

    def __init__(self, job: SystemJob) -> None:
        self._assistant = Assistant.open(job.library.index, reader=job.original)
        self._given: Answer | None = None

    def answer(self, question: str) -> str:
        """The answer, empty if it abstains."""
        self._given = self._assistant.ask(question)
        return self._given.text or ""

    def document(self, question: str, answer: str) -> str:
        """The document of the first citation; that of the nearest passage if it abstains."""
        citations = self._given.citations if self._given else ()
        return citations[0].document if citations else ""


if __name__ == "__main__":
    serve_system(PinciteSystem, ["torch", "sentence-transformers"])
