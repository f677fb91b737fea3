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
from ui.jobs.evaluation_job import Measuring
from ui.jobs.queue import Line
from ui.state.background import Job
from ui.state.corrections import Corrections
from ui.state.reports import Reports

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
    measuring = Measuring(answerer(READS), Line(), corrections, Reports(tmp_path / "reports"))
    measuring.corrected()
    job = ended(measuring)
    assert (job.state, job.done, job.total) == ("done", 2, 2)
    assert job.said == "corrections.jsonl: 2 of 2 questions right to the letter or rightly refused."
    (kept,) = measuring.reports.listed()
    page = measuring.reports.page(kept.id)
    assert kept.said == job.said and page and WHERE in page.read_text()


def test_an_evaluation_that_is_stopped_reports_what_was_asked(corrections: Corrections, tmp_path: Path) -> None:
    report = tmp_path / "report.html"

    def stopped(done: int, total: int) -> None:
        raise KeyboardInterrupt

    said = run_and_report(corrections.path, answerer(READS), report, stopped)
    assert said.endswith("1 of 1 questions right to the letter or rightly refused, stopped after 1 of 2.")
    assert report.is_file()


def test_the_bundled_questions_are_asked_of_the_bundled_articles_alone(
    corrections: Corrections, tmp_path: Path
) -> None:
    elsewhere = answerer(READS, texts={"/notes/elsewhere.md": "Nothing of the kind is said here."})
    reports = Reports(tmp_path / "reports")
    for samples in (None, tmp_path / "corpus"):
        measuring = Measuring(elsewhere, Line(), corrections, reports, samples=samples)
        with pytest.raises(ValueError, match="about the sample articles, which are not in this index"):
            measuring.bundled()
        assert measuring.job is None and not reports.listed()


def test_the_bundled_questions_are_all_of_them() -> None:
    assert len(bundled().questions) >= 300 and len(bundled().dialogues) >= 30


def test_without_a_correction_or_an_evaluation_nothing_is_begun(tmp_path: Path) -> None:
    none = Corrections(tmp_path / "none.jsonl")
    samples = {"/samples/elsewhere.md": "Nothing of the kind is said here."}
    measuring = Measuring(
        answerer(READS, texts=samples), Line(), none, Reports(tmp_path / "reports"), samples=Path("/samples")
    )
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
    measuring = Measuring(assistant, line, corrections, Reports(tmp_path / "reports"), evaluate=evaluate)  # type: ignore[arg-type]
    measuring.corrected()
    begun.wait(10)
    with line.turn(patient=True):
        order.append("user")
    assert ended(measuring).said == "done"
    assert order == ["batch 0", "user", "batch 1"]
