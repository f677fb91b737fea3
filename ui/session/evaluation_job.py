"""Evaluations begun on the page: a gold file asked in the background, its report the one that the page shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from index.folder_index import Passage
from qa.answerer import Answerer
from qa.answers import PASSAGES_READ, Answer
from ui.html.documents_table import Wording
from ui.session.lazy_assistant import opened
from ui.session.queue import Line
from ui.state.background import Background, Job, Progress
from ui.state.corrections import Corrections

PLUGINS = "pincite.evaluation"
EVALUATING = Wording("Asking", "questions", "Opening the questions.", "Evaluated", "The evaluation failed")

# Asks a gold file (None: the bundled questions), writes the report, says the main figures.
Evaluate = Callable[[Path | None, "Patient", Path, Callable[[int, int], None]], str]


class Patient:
    """An assistant whose every batch of questions stands in line behind those of the page's users."""

    def __init__(self, assistant: Answerer, line: Line) -> None:
        self._assistant, self._line = assistant, line
        self.index, self.retriever = assistant.index, assistant.retriever

    def ask_many(self, questions: Sequence[str], k: int = PASSAGES_READ) -> list[Answer]:
        """Answer questions that are independent of each other."""
        with self._line.turn(patient=True):
            return self._assistant.ask_many(questions, k)

    def read_passages(self, question: str, passages: Sequence[Passage]) -> Answer:
        """Answer from the given passages alone."""
        with self._line.turn(patient=True):
            return self._assistant.read_passages(question, passages)


class Measuring:
    """Runs evaluations, one at a time; ``evaluate`` is the installed one by default, None where there is none."""

    def __init__(
        self, assistant: Answerer, line: Line, corrections: Corrections, report: Path, evaluate: Evaluate | None = None
    ) -> None:
        self.assistant, self.line, self.corrections, self.report = assistant, line, corrections, report
        self.evaluate = evaluate or installed()
        self._background = Background("evaluation", "An evaluation is already under way; wait or stop it.")
        self._stop = threading.Event()

    @property
    def job(self) -> Job | None:
        """The evaluation that is under way or was last."""
        return self._background.job

    def bundled(self) -> None:
        """Begin with the bundled questions; ValueError where that is not possible."""
        self._start(None)

    def corrected(self) -> None:
        """Begin with the questions that users corrected; ValueError where there are none."""
        if not self.corrections.rows():
            raise ValueError("No answer has been corrected yet.")
        self._start(self.corrections.path)

    def stop(self) -> None:
        """End the evaluation that is under way: what it has asked is reported."""
        self._stop.set()

    def _start(self, file: Path | None) -> None:
        """Begin in the background."""
        evaluate = self.evaluate
        if evaluate is None:
            raise ValueError("The evaluation is not installed; install the whole of pincite.")

        def work(progress: Progress) -> str:
            self._stop.clear()

            def asked(done: int, total: int) -> None:
                progress(done, total, "")
                if self._stop.is_set():
                    raise KeyboardInterrupt

            return evaluate(file, Patient(opened(self.assistant), self.line), self.report, asked)

        self._background.start(work)


def installed() -> Evaluate | None:
    """The evaluation that is installed, found by name: the page itself knows nothing of it."""
    found = next(iter(entry_points(group=PLUGINS)), None)

    def evaluate(file: Path | None, assistant: Patient, report: Path, progress: Callable[[int, int], None]) -> str:
        assert found is not None
        return str(found.load()(file, assistant, report, progress))  # loaded in the job: it is slow to import

    return evaluate if found else None
