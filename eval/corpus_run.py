"""The bundled gold questions asked of the bundled articles and tables: what ``pytest eval/`` and the baseline measure."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from eval.datasets.examples import load, validate
from eval.datasets.questions import Dataset, Dialogue, UnreadableDataset
from eval.harness import run
from eval.records import Run

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
GOLD = Path(__file__).with_name("gold")
QUESTIONS, DIALOGUES = GOLD / "corpus.jsonl", GOLD / "dialogues.jsonl"
TABLES, TABLE_QUESTIONS = GOLD / "tables", GOLD / "tables.jsonl"


def check_gold() -> list[str]:
    """What is wrong with the gold files, each answer looked up; UnreadableDataset if a file is absent."""
    return [str(complaint) for file in (QUESTIONS, DIALOGUES) for complaint in validate(file, CORPUS)]


def run_corpus() -> Run:
    """Index the articles, ask every gold question and dialogue, and score the answers.

    UnreadableDataset if a gold file is absent or an answer is not at its offset.
    """
    return _asked(CORPUS, load(QUESTIONS), load(DIALOGUES).dialogues, check_gold())


def run_tables() -> Run:
    """Index the files with tables, ask the questions on them, and score the answers; raises as ``run_corpus`` does."""
    faults = [str(complaint) for complaint in validate(TABLE_QUESTIONS, TABLES)]
    return _asked(TABLES, load(TABLE_QUESTIONS), (), faults)


def _asked(folder: Path, dataset: Dataset, dialogues: Sequence[Dialogue], faults: Sequence[str]) -> Run:
    """Ask the questions and dialogues of an index of a folder; UnreadableDataset if there are faults in them."""
    if faults:
        raise UnreadableDataset(f"{faults[0]} ({len(faults)} such faults in the gold files)")
    from index.builder import build
    from index.encoder.embedder import SentenceEmbedder
    from qa.assistant import Assistant

    with tempfile.TemporaryDirectory(prefix="pincite-") as index:
        build([folder], Path(index), SentenceEmbedder.open())
        assistant = Assistant.open(index)
        return run(dataset.questions, assistant, dataset=dataset.name, dialogues=dialogues)
