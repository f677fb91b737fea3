"""An evaluation for the chat page, which knows nothing of this package but the one name it finds as a plugin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from eval.corpus_run import DIALOGUES, QUESTIONS
from eval.datasets.examples import load
from eval.datasets.questions import Dataset, UnreadableDataset
from eval.evaluation import evaluate
from eval.report.page import page
from index.files import replace_file
from qa.answers import PASSAGES_READ

if TYPE_CHECKING:
    from qa.assistant import Assistant


def run_and_report(file: Path | None, assistant: Assistant, target: Path, progress: Callable[[int, int], None]) -> str:
    """Ask a gold file, or with None the bundled questions and dialogues, write the report, and say the main figures.

    If ``progress`` raises KeyboardInterrupt, the questions asked so far are reported. Raises UnreadableDataset if the file
    cannot be used or the index has none of its documents.
    """
    dataset = bundled() if file is None else load(file)
    run = evaluate(dataset, assistant, k=PASSAGES_READ, progress=progress).run
    if not run.records:
        raise UnreadableDataset(f"{dataset.name}: stopped before the first answer")
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(target, page(run).encode())
    right = sum(record.em if record.answerable else record.given is None for record in run.records)
    stopped = f", stopped after {len(run.records):,} of {run.planned:,}" if run.interrupted else ""
    return f"{dataset.name}: {round(right):,} of {len(run.records):,} questions right to the letter or rightly refused{stopped}."


def bundled() -> Dataset:
    """The gold questions and dialogues that come with the bundled articles."""
    return replace(load(QUESTIONS), dialogues=load(DIALOGUES).dialogues)
