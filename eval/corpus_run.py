"""The bundled gold questions asked of the bundled articles: what ``pytest eval/`` and the baseline measure."""

from __future__ import annotations

import tempfile
from pathlib import Path

from eval.datasets.examples import load, validate
from eval.datasets.questions import UnreadableDataset
from eval.harness import Progress, in_turn, run, silent
from eval.records import Run

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
GOLD = Path(__file__).with_name("gold")
QUESTIONS, DIALOGUES = GOLD / "corpus.jsonl", GOLD / "dialogues.jsonl"


def check_gold() -> list[str]:
    """What is wrong with the gold files, each answer looked up; UnreadableDataset if a file is absent."""
    return [str(complaint) for file in (QUESTIONS, DIALOGUES) for complaint in validate(file, CORPUS)]


def run_corpus(progress: Progress = silent) -> Run:
    """Index the articles, ask every gold question and dialogue, and score the answers.

    UnreadableDataset if a gold file is absent or an answer is not at its offset.
    """
    wrong = check_gold()
    if wrong:
        raise UnreadableDataset(f"{wrong[0]} ({len(wrong)} such faults in the gold files)")
    from index.builder import build
    from index.embedder import SentenceEmbedder
    from qa.assistant import Assistant

    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        build([CORPUS], Path(folder), SentenceEmbedder.open())
        assistant = Assistant.open(folder)
        return run(
            load(QUESTIONS).questions,
            assistant,
            dataset=QUESTIONS.name,
            dialogues=load(DIALOGUES).dialogues,
            ask_in_turn=in_turn(assistant),
            progress=progress,
        )
