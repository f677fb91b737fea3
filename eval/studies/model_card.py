"""Measure the reader and fill the table of its model card: ``python -m eval.studies.model_card DATA [--reader FOLDER] [--write]``.

DATA holds squad2_dev_subset.json and qed_dev.jsonl, on which nothing was trained. ``--sample`` limits the questions that
are asked over many passages, ``--alone`` the SQuAD questions that are read with their own passage.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.datasets.qed import convert
from eval.datasets.questions import sample as sampled
from eval.metrics import aurc, ece
from eval.report.markdown import fill, table
from eval.studies.squad_open import Read, as_read, assistant_over, read_all
from qa.answering.cascade import UNREAD
from qa.answering.ranking import Ranked
from qa.answers import PASSAGES_READ
from qa.assistant import Assistant
from qa.commands.read import ReadQuestion, evaluate, load, predict
from qa.console import err
from qa.reader.reader import BUNDLED, ExtractiveReader
from qa.squad_scores import exact_match, f1


@dataclass(frozen=True, slots=True)
class CardFigure:
    """A row of the table."""

    what: str
    figure: str


def alone(
    reader: ExtractiveReader, questions: Sequence[ReadQuestion]
) -> tuple[dict[str, float | int], dict[str, float]]:
    """The figures of reading each question with its own passage, and the F1 of each answerable one by id."""
    predictions = predict(
        questions, reader, lambda done, total: err.say(f"read {done} of {total}") if done % 640 == 0 else None
    )
    each = {q.id: f1(p.text, q.answers) for q, p in zip(questions, predictions, strict=True) if q.answers}
    return evaluate(questions, predictions), each


def over_passages(name: str, assistant: Assistant, reads: Sequence[Read], each: dict[str, float]) -> list[CardFigure]:
    """F1 over the best passages as a share of the F1 with the gold passage, and how good the probabilities are."""
    whole = [assistant.rank(read.question.pair.question, read.hits, read.readings)[0] for read in reads]
    readings = as_read(reads, assistant.confidence)
    counts = [sum(one is not UNREAD for one in few) for few in readings]
    ranked = [
        assistant.rank(read.question.pair.question, read.hits, few) for read, few in zip(reads, readings, strict=True)
    ]
    best = [ones[0] for ones in ranked]
    lost = [
        f1(last.candidate.text, read.question.answers) - f1(one.candidate.text, read.question.answers)
        for read, one, last in zip(reads, best, whole, strict=True)
        if read.question.answers
    ]
    missed = [
        read.score(_given(last, assistant.confidence.threshold))
        - read.score(_given(one, assistant.confidence.threshold))
        for read, one, last in zip(reads, best, whole, strict=True)
    ]
    answerable = [(read, one.candidate.text) for read, one in zip(reads, best, strict=True) if read.question.answers]
    found = np.mean([f1(text, read.question.answers) for read, text in answerable])
    exact = np.mean([exact_match(text, read.question.answers) for read, text in answerable])
    gold = np.mean([each[read.question.id] for read, _ in answerable])
    probabilities = [one.probability for one in best]
    right = [_right(read, one) for read, one in zip(reads, best, strict=True)]
    by_score = [max(ones, key=lambda one: one.candidate.score) for ones in ranked]
    own = [1 / (1 + np.exp(-one.candidate.score)) for one in by_score]
    own_right = [_right(read, one) for read, one in zip(reads, by_score, strict=True)]
    return [
        CardFigure(
            f"{name}, best of at most {PASSAGES_READ} fused passages, {len(answerable)} answerable: EM / F1",
            f"{100 * exact:.1f} / {100 * found:.1f}",
        ),
        CardFigure(f"{name}, share of the F1 with the gold passage", f"{100 * found / gold:.1f} %"),
        CardFigure(
            f"{name}: passages read on average; what the unread ones would have added to the F1 of what is answered or "
            "refused / of the best answers to the answerable, given or not",
            f"{np.mean(counts):.1f}; {100 * np.mean(missed):.2f} / {100 * sum(lost) / len(answerable):.2f}",
        ),
        CardFigure(
            f"{name}, {len(reads)} questions: calibration error (ECE, 15 equal-mass bins)",
            f"{ece(probabilities, right):.3f}",
        ),
        CardFigure(
            f"{name}: AURC of the fitted probability / of the best span by its own",
            f"{aurc(probabilities, right):.3f} / {aurc(own, own_right):.3f}",
        ),
    ]


def _given(one: Ranked, threshold: float) -> str | None:
    """The answer if it is probable enough, otherwise None."""
    return one.candidate.text if one.probability >= threshold else None


def _right(read: Read, one: Ranked) -> float:
    """Whether a candidate is an answer of the question's, by SQuAD's exact match."""
    return float(bool(read.question.answers) and exact_match(one.candidate.text, read.question.answers))


def measure(data: Path, folder: Path, sample: int, alone_sample: int) -> list[CardFigure]:
    """Every row."""
    reader = ExtractiveReader.open(folder)
    squad = data / "squad2_dev_subset.json"
    with tempfile.TemporaryDirectory(prefix="pincite-") as scratch:
        qed = Path(scratch, "qed_dev.json")
        convert(data / "qed_dev.jsonl", qed)
        squad_questions, qed_questions = sampled(load(squad), alone_sample), load(qed)
        squad_scores, squad_each = alone(reader, squad_questions)
        qed_scores, qed_each = alone(reader, qed_questions)
        assistant = assistant_over([squad, qed], str(folder))
        unfitted = [one for one in squad_questions if one.article % 2]
        squad_reads = read_all(assistant, sampled(unfitted, sample))
        qed_reads = read_all(assistant, sampled(qed_questions, sample))
    return [
        CardFigure(
            f"squad2_dev_subset, {squad_scores['answerable']} answerable with their passage: EM / F1",
            f"{squad_scores['exact_match']:.1f} / {squad_scores['f1']:.1f}",
        ),
        CardFigure(
            f"squad2_dev_subset, all {squad_scores['questions']}: SQuAD 2.0 F1, threshold from the other half of the articles",
            f"{squad_scores['squad2_f1']:.1f}",
        ),
        CardFigure(
            f"qed_dev, {qed_scores['answerable']} search questions with their passage: EM / F1",
            f"{qed_scores['exact_match']:.1f} / {qed_scores['f1']:.1f}",
        ),
        *over_passages("squad2_dev_subset, articles not fitted on", assistant, squad_reads, squad_each),
        *over_passages("qed_dev", assistant, qed_reads, qed_each),
    ]


def main(
    data: Path,
    reader: Path = BUNDLED,
    sample: int = 10_000,
    alone_sample: Annotated[int, typer.Option("--alone")] = 10_000,
    write: bool = False,
) -> None:
    """Measure, print, and with ``--write`` put the table into the model card."""
    lines = measure(data, reader, sample, alone_sample)
    card = table(("measured", ""), [(line.what, line.figure) for line in lines])
    sys.stdout.write(card + "\n" + json.dumps({line.what: line.figure for line in lines}) + "\n")
    if write:
        fill(reader / "README.md", "measured", card)


if __name__ == "__main__":
    typer.run(main)
