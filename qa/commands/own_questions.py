"""A user's own questions to train on: which are held out, and what a reader makes of those."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from qa.reader.reader import ExtractiveReader
from qa.reader.windows import Pair
from qa.squad_scores import exact_match, f1
from qa.training.examples import TrainingExample
from qa.training.held_back import article, opening
from qa.training.negatives import retrieved

FEWEST = 20  # questions; of fewer, the fifth held out would decide by chance
MOST_HELD_OUT = 200  # questions; more take longer and decide the same
FEW_DOCUMENTS = 5  # of fewer, one held out would be too much to learn without
OLD_SHARES = (0.5, 0.0)  # of the old weights in the new reader; if two are as good, the first


@dataclass(frozen=True, slots=True)
class Apart:
    """Examples to train on, and examples held out with the passages they were compared on."""

    train: list[TrainingExample]
    held_out: list[TrainingExample]


def set_apart(examples: Sequence[TrainingExample], data: Path, seed: int) -> Apart:
    """Hold out about a fifth of the questions, whole documents if there are enough of them.

    Beside each held-out question that has an answer stands another passage of the file that lacks it, if one is found: a
    reader must also refuse. Raises ValueError naming ``data`` if there are too few questions.
    """
    if not examples:
        raise ValueError(f"{data}: no question to train on")
    if len(examples) < FEWEST:
        raise ValueError(
            f"{data}: {len(examples)} questions are too few to train on and to see whether it helped; "
            f"it takes at least {FEWEST}"
        )
    wanted = min(MOST_HELD_OUT, len(examples) // 5)
    chosen = _documents(examples, wanted) or {*sorted({example.id for example in examples}, key=_hash)[:wanted]}
    held = [example for example in examples if example.id in chosen]
    passages = [example.passage for example in examples]
    lacking = retrieved([e for e in held if e.answer], passages, 12, random.Random(seed))
    return Apart([example for example in examples if example.id not in chosen], [*held, *lacking])


def _documents(examples: Sequence[TrainingExample], wanted: int) -> set[str]:
    """The questions of some documents, about as many as ``wanted``; none if there are few documents or large ones."""
    documents: dict[str, set[str]] = {}
    for example in examples:
        documents.setdefault(article(example.document or opening(example.passage)), set()).add(example.id)
    chosen: set[str] = set()
    for name in sorted(documents, key=_hash) if len(documents) >= FEW_DOCUMENTS else ():
        if len(chosen) + len(documents[name]) <= 1.25 * wanted:
            chosen |= documents[name]
    return chosen if len(chosen) >= wanted / 2 else set()


def _hash(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=8).digest()


@dataclass(frozen=True, slots=True)
class Figures:
    """What a reader makes of questions, in percent; nan without questions of the kind.

    ``exact`` and ``overlap`` are EM and F1 of its best span where there is an answer, ``refused`` how many of the other
    questions it refuses. ``total`` is the mean over all of them of the F1, 0 if it refuses, or of its refusals.
    """

    exact: float
    overlap: float
    refused: float
    total: float

    def __str__(self) -> str:
        return (
            f"EM {self.exact:.1f}, F1 {self.overlap:.1f}, {self.refused:.1f} % of the passages without the answer refused; "
            f"{self.total:.1f} in all"
        )


def measured(reader: Path, examples: Sequence[TrainingExample]) -> Figures:
    """Read the questions with a reader, in fp32 so that every machine decides alike."""
    readings = ExtractiveReader.open(reader, format="fp32").read([Pair(e.question, e.passage) for e in examples])
    exact: list[float] = []
    overlap: list[float] = []
    refused: list[float] = []
    total: list[float] = []
    for example, reading in zip(examples, readings, strict=True):
        best = reading.spans[0] if reading.spans else None
        given = best is not None and best.score >= 0
        if example.answer is None:
            refused.append(float(not given))
            total.append(refused[-1])
            continue
        words = example.passage[best.start : best.end] if best else ""
        gold = [example.passage[slice(*span)] for span in example.spans]
        exact.append(exact_match(words, gold))
        overlap.append(f1(words, gold))
        total.append(overlap[-1] * given)
    return Figures(*(100 * float(np.mean(kind)) if kind else float("nan") for kind in (exact, overlap, refused, total)))
