"""Evaluations begun on the page: by the plugin that is installed, in line with everybody's questions."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from eval_fakes import TEXTS, TOUR, answerer, knowing

from eval.commands.page import bundled, run_and_report
from ui.session.evaluation_job import Measuring
from ui.session.queue import Line
from ui.state.background import Job
from ui.state.corrections import Corrections

WHERE = "Where did Macron land?"
READS = knowing({WHERE: [("Kazakhstan", 0.9)]})


@pytest.fixture
def corrections(tmp_path: Path) -> Corrections:
    place = TEXTS[TOUR].index("Kazakhstan")
    rows = [
        {
            "id": "1",
            "question": WHERE,
            "answers": ["Kazakhstan"],
            "document": TOUR,
            "start": place,
            "kind": "correction",
        },
        {"id": "2", "question": "Who is he?", "answers": [], "document": None, "start": None, "kind": "unanswerable"},
    ]
    path = tmp_path / "corrections.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Corrections(path)


def ended(measuring: Measuring) -> Job:
    began = time.monotonic()
    while measuring.job is None or measuring.job.state == "running":
        assert time.monotonic() - began < 120
        time.sleep(0.01)
    return measuring.job


def test_corrected_questions_are_asked_and_their_report_is_the_last(corrections: Corrections, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    measuring = Measuring(answerer(READS), Line(), corrections, report)
    measuring.corrected()
    job = ended(measuring)
    assert (job.state, job.done, job.total) == ("done", 2, 2)
    assert job.said == "corrections.jsonl: 2 of 2 questions right to the letter or rightly refused."
    assert WHERE in report.read_text() and not report.with_suffix(".tmp").exists()


def test_an_evaluation_that_is_stopped_reports_what_was_asked(corrections: Corrections, tmp_path: Path) -> None:
    report = tmp_path / "report.html"

    def stopped(done: int, total: int) -> None:
        raise KeyboardInterrupt

    said = run_and_report(corrections.path, answerer(READS), report, stopped)
    assert said.endswith("1 of 1 questions right to the letter or rightly refused, stopped after 1 of 2.")
    assert report.is_file()


def test_questions_on_other_articles_are_refused_in_words(corrections: Corrections, tmp_path: Path) -> None:
    elsewhere = answerer(READS, texts={"/notes/elsewhere.md": "Nothing of the kind is said here."})
    measuring = Measuring(elsewhere, Line(), corrections, tmp_path / "report.html")
    measuring.bundled()
    job = ended(measuring)
    assert job.state == "failed" and "the index holds none of its" in job.said
    assert not (tmp_path / "report.html").exists()


def test_the_bundled_questions_are_all_of_them() -> None:
    assert len(bundled().questions) >= 300 and len(bundled().dialogues) >= 30


def test_without_a_correction_or_an_evaluation_nothing_is_begun(tmp_path: Path) -> None:
    none = Corrections(tmp_path / "none.jsonl")
    measuring = Measuring(answerer(READS), Line(), none, tmp_path / "report.html")
    with pytest.raises(ValueError, match="No answer has been corrected yet"):
        measuring.corrected()
    measuring.evaluate = None
    with pytest.raises(ValueError, match="not installed"):
        measuring.bundled()
    assert measuring.job is None


def test_users_are_read_between_two_batches(corrections: Corrections, tmp_path: Path) -> None:
    line, begun, order = Line(most=0, together=1), threading.Event(), []

    def evaluate(file: object, asked: object, report: object, progress: object) -> str:
        for batch in range(2):
            asked.ask_many([f"batch {batch}"])  # type: ignore[attr-defined]
        return "done"

    def ask_many(questions: list[str], k: int) -> list[object]:
        order.append(questions[0])
        begun.set()
        while questions == ["batch 0"] and len(line._standing) < 2:
            time.sleep(0.001)
        return []

    assistant = SimpleNamespace(index=None, retriever=None, ask_many=ask_many)
    measuring = Measuring(assistant, line, corrections, tmp_path / "report.html", evaluate)  # type: ignore[arg-type]
    measuring.bundled()
    begun.wait(10)
    with line.turn(patient=True):
        order.append("user")
    assert ended(measuring).said == "done"
    assert order == ["batch 0", "user", "batch 1"]
