"""Evaluations started on the page: they run in the background and write the report that the page shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path

from index.folder_index import Passage
from index.storage.generations import IndexProblem
from qa.answerer import Answerer
from qa.answers import PASSAGES_READ, Answer
from ui.html.library import Wording
from ui.jobs.lazy_assistant import opened, status_of
from ui.jobs.queue import Line
from ui.state.background import Background, Job, Progress
from ui.state.corrections import Corrections
from ui.state.reports import Reports

PLUGINS = "pincite.evaluation"
EVALUATING = Wording(
    "Asking", "questions", "Opening the questions.", "Evaluated:", "The evaluation failed:", "stop-measuring"
)

# Asks a gold file (None: the bundled questions), writes the report, returns the main figures.
Evaluate = Callable[[Path | None, "Patient", Path, Callable[[int, int], None]], str]


class Patient:
    """An assistant that queues each batch behind the questions already waiting, and is never refused."""

    def __init__(self, assistant: Answerer, line: Line) -> None:
        self._assistant, self._line = assistant, line
        self.index, self.retriever = assistant.index, assistant.retriever

    def ask_many(self, questions: Sequence[str], k: int = PASSAGES_READ) -> list[Answer]:
        """Answer independent questions."""
        with self._line.turn(patient=True):
            return self._assistant.ask_many(questions, k)

    def read_passages(self, question: str, passages: Sequence[Passage]) -> Answer:
        """Answer from the given passages only."""
        with self._line.turn(patient=True):
            return self._assistant.read_passages(question, passages)


class Measuring:
    """Runs one evaluation at a time. ``evaluate`` defaults to the installed one; None if none is installed.

    ``samples`` is the folder of the bundled articles, which the bundled questions are about.
    """

    def __init__(
        self,
        assistant: Answerer,
        line: Line,
        corrections: Corrections,
        reports: Reports,
        *,
        samples: Path | None = None,
        evaluate: Evaluate | None = None,
    ) -> None:
        self.assistant, self.line, self.corrections, self.reports = assistant, line, corrections, reports
        self.samples = samples
        self.evaluate = evaluate or installed()
        self._background = Background("evaluation", "An evaluation is already running; wait for it or stop it.")
        self._stop = threading.Event()

    @property
    def job(self) -> Job | None:
        """The current or latest evaluation."""
        return self._background.job

    def bundled(self) -> None:
        """Start with the bundled questions. Raises ValueError if that is impossible."""
        if not self.has_bundled():
            raise ValueError("The bundled questions are about the sample articles, which are not in this index.")
        self._start(None)

    def has_bundled(self) -> bool:
        """Whether the index holds the articles that the bundled questions are about."""
        if self.samples is None or status_of(self.assistant) != "ready":
            return False
        with suppress(IndexProblem):
            return any(self.samples.resolve() in Path(one.name).parents for one in self.assistant.index.documents)
        return False

    def corrected(self) -> None:
        """Start with the corrected questions. Raises ValueError if there are none."""
        if not self.corrections.rows():
            raise ValueError("No answer has been corrected yet. Mark one as wrong first, then paste the right words.")
        self._start(self.corrections.path)

    def stop(self) -> None:
        """Stop the current evaluation; the report covers what it has asked so far."""
        self._stop.set()

    def _start(self, file: Path | None) -> None:
        evaluate = self.evaluate
        if evaluate is None:
            raise ValueError("The evaluation is not installed. Install pincite again, including its package eval.")

        def work(progress: Progress) -> str:
            self._stop.clear()

            def asked(done: int, total: int) -> None:
                progress(done, total, "")
                if self._stop.is_set():
                    raise KeyboardInterrupt

            id = self.reports.new()
            page = self.reports.page(id)
            assert page is not None
            page.parent.mkdir(parents=True, exist_ok=True)
            said = evaluate(file, Patient(opened(self.assistant), self.line), page, asked)
            self.reports.keep(id, said)
            return said

        self._background.start(work)


def installed() -> Evaluate | None:
    """The installed evaluation, found as a plugin, so that the page does not depend on it; None without one."""
    found = next(iter(entry_points(group=PLUGINS)), None)

    def evaluate(file: Path | None, assistant: Patient, report: Path, progress: Callable[[int, int], None]) -> str:
        assert found is not None
        return str(found.load()(file, assistant, report, progress))  # imported in the job because that is slow

    return evaluate if found else None
