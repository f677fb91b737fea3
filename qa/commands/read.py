"""``pincite read``: a SQuAD-format file read question by question, scored as the official scripts do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import numpy as np

from index.encoder.number_format import Format
from index.files import replace_file
from qa.console import out, print_json, progress
from qa.reader.reader import ExtractiveReader, Reader
from qa.reader.windows import Pair
from qa.squad import read_questions
from qa.squad_scores import exact_match, f1

CHUNK = 64  # questions per step of the progress bar; the reader batches them further


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """A question with its passage; ``answers`` is empty if the passage does not hold one."""

    id: str
    article: int
    pair: Pair
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """The reader's best span, and its log odds against no answer (-inf without a span)."""

    text: str
    score: float


def load(path: Path) -> list[ReadQuestion]:
    """The questions of a SQuAD 1.1 or 2.0 file; ValueError if it has another format, or a question whose answers have no words."""
    questions = read_questions(path)
    if wordless := [question.id for question in questions if question.answerable and not question.answers]:
        raise ValueError(f"{path}: no answer of question {wordless[0]} has words")
    return [
        ReadQuestion(one.id, one.article, Pair(one.question, one.passage), tuple(answer.text for answer in one.answers))
        for one in questions
    ]


def predict(
    questions: Sequence[ReadQuestion], reader: Reader, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Prediction]:
    """The best span of each question in its own passage."""
    found: list[Prediction] = []
    for at in range(0, len(questions), CHUNK):
        for question, reading in zip(
            questions[at : at + CHUNK], reader.read([q.pair for q in questions[at : at + CHUNK]]), strict=True
        ):
            best = reading.spans[0] if reading.spans else None
            text = question.pair.passage[best.start : best.end] if best else ""
            found.append(Prediction(text, best.score if best else float("-inf")))
        progress(len(found), len(questions))
    return found


def best_threshold(scores: Sequence[float], gains: Sequence[float]) -> float:
    """The score threshold with the highest total gain; ``gains`` is what answering adds over abstaining, per question."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    sorted_scores = np.asarray(scores, dtype=float)[order]
    totals = np.cumsum(np.asarray(gains)[order])
    last_of_equals = np.append(sorted_scores[1:] != sorted_scores[:-1], True)
    totals[~last_of_equals] = -np.inf
    best = int(np.argmax(totals))
    return float(sorted_scores[best]) if totals[best] > 0 else float("inf")


def evaluate(questions: Sequence[ReadQuestion], predictions: Sequence[Prediction]) -> dict[str, float | int]:
    """EM and F1 on the answerable questions; if some are unanswerable, also the SQuAD 2.0 figures on all.

    The SQuAD 2.0 F1 takes, for each half of the articles (odd and even), the threshold that is best on the other half.
    """
    answerable = [(q, p) for q, p in zip(questions, predictions, strict=True) if q.answers]
    scores: dict[str, float | int] = {"questions": len(questions), "answerable": len(answerable)}
    if answerable:
        scores["exact_match"] = _percent([exact_match(p.text, q.answers) for q, p in answerable])
        scores["f1"] = _percent([f1(p.text, q.answers) for q, p in answerable])
    if len(answerable) == len(questions):
        return scores
    answered = [f1(p.text, q.answers) for q, p in zip(questions, predictions, strict=True)]
    exact = [exact_match(p.text, q.answers) for q, p in zip(questions, predictions, strict=True)]
    silent = [float(not q.answers) for q in questions]
    odd = [q.article % 2 for q in questions]
    limits = [
        best_threshold(
            *zip(
                *[
                    (p.score, a - s)
                    for p, a, s, half in zip(predictions, answered, silent, odd, strict=True)
                    if half != own
                ]
                or [(0.0, 1.0)],
                strict=True,
            )
        )
        for own in (0, 1)
    ]
    given = [p.score >= limits[half] for p, half in zip(predictions, odd, strict=True)]
    scores["squad2_exact_match"] = _percent([e if g else s for e, s, g in zip(exact, silent, given, strict=True)])
    scores["squad2_f1"] = _percent([a if g else s for a, s, g in zip(answered, silent, given, strict=True)])
    scores["squad2_unanswerable_refused"] = _percent(
        [float(not g) for q, g in zip(questions, given, strict=True) if not q.answers]
    )
    scores["squad2_answerable_refused"] = _percent(
        [float(not g) for q, g in zip(questions, given, strict=True) if q.answers]
    )
    return scores


def score_file(path: Path, model: str | None, format: str | None, *, predictions: Path | None, as_json: bool) -> None:
    """Read a file, write its ``predictions`` if they are wanted, and print its scores; ValueError for a bad file or model."""
    if format not in (None, *get_args(Format)):
        raise ValueError(f"--format {format}: none of {', '.join(get_args(Format))}")
    with progress("Reading") as step:
        questions = load(path)
        found = predict(questions, ExtractiveReader.open(model, format=cast("Format | None", format)), step)
        scores = evaluate(questions, found)
    if predictions is not None:
        said = {question.id: one.text for question, one in zip(questions, found, strict=True)}
        replace_file(predictions, json.dumps(said, ensure_ascii=False).encode())
    if as_json:
        print_json(scores)
        return
    for name, value in scores.items():
        out.say(f"{name.replace('_', ' '):32} {value}")


def _percent(values: Sequence[float]) -> float:
    return round(100 * float(np.mean(values)), 2) if values else 0.0
