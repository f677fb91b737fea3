"""Fit the few numbers of qa/model/confidence.json: ``python -m eval.fit_confidence SQUAD2.json [--reader FOLDER]``.

The questions are those of every other article of a SQuAD 2.0 file (the first, third, ...), answerable and not, and some
answerable ones once more with their own paragraph taken out of what was retrieved: on topic, and not answered. The other
articles are left for measuring. Right means SQuAD's exact match. Half of these questions cannot be answered, and many were
written to look as if they could; people ask of their own articles what these mostly hold. ``--rescale RUN.json`` therefore
takes a run kept by ``pincite eval --save`` and fits scale, bias and thresholds anew on the dev half of its questions; for
the thresholds an answer that shares at least half of its words (F1) with a right one is not wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.records import Run, read_run
from eval.squad_open import Read, assistant_over, half, read_all, sampled
from qa.answers import PASSAGES_READ
from qa.candidates import candidates
from qa.confidence import NAMES, Confidence, Features
from qa.reader import BUNDLED, fingerprint
from qa.reading import load
from qa.scoring import exact_match, f1

ANSWERABLE, UNANSWERABLE, REMOVED = 400, 200, 200
RIVALS = 3
NEAR = 0.5
SHARES = (1, 2, 5, 10, 20)
SENTENCES = ("yes_no", "why", "how", "dialogue")
Floats = NDArray[np.float64]


def rows_of(read: Read) -> tuple[Floats, Floats]:
    """Features [n, features] of the best candidates of one question, and whether each is right [n]."""
    found = candidates(read.hits, read.readings)[:10]
    question = read.question.pair.question
    features = [
        Features.of(question, one, [*found[:place], *found[place + 1 :]]) for place, one in enumerate(found[:RIVALS])
    ]
    right = [
        float(bool(read.question.answers) and exact_match(one.text, read.question.answers)) for one in found[:RIVALS]
    ]
    return np.array([[getattr(one, name) for name in NAMES] for one in features]).reshape(-1, len(NAMES)), np.array(
        right
    )


def fit(reads: Sequence[Read], reader: str, fitted_on: str) -> Confidence:
    """Weights over all candidates first, then scale and bias on those that they put first."""
    rows = [rows for rows in map(rows_of, reads) if len(rows[1])]
    ranking = LogisticRegression(C=10.0, max_iter=1000).fit(
        np.concatenate([f for f, _ in rows]), np.concatenate([r for _, r in rows])
    )
    logits = [ranking.decision_function(features) for features, _ in rows]
    first = [int(np.argmax(values)) for values in logits]
    chosen = np.array([[values[place]] for values, place in zip(logits, first, strict=True)])
    right = np.array([rights[place] for (_, rights), place in zip(rows, first, strict=True)])
    scale = LogisticRegression(C=1e6).fit(chosen, right)
    slope = float(scale.coef_[0, 0])
    weights = tuple(round(float(slope * weight), 4) for weight in ranking.coef_[0])
    bias = round(float(slope * ranking.intercept_[0] + scale.intercept_[0]), 4)
    probabilities = scale.predict_proba(chosen)[:, 1]
    return Confidence(bias, weights, thresholds(probabilities, right), reader, fitted_on)


def thresholds(probabilities: Floats, right: Floats) -> dict[str, float]:
    """For each share of wrong answers, in percent, the lowest probability at which answering keeps within it."""
    return {str(share): threshold(probabilities, right, share / 100) for share in SHARES}


def threshold(probabilities: Floats, right: Floats, wrong: float) -> float:
    """The lowest probability from which on at most ``wrong`` of the answers given are wrong; 1.0 where none is."""
    order = np.argsort(-probabilities, kind="stable")
    share = np.cumsum(1 - right[order]) / np.arange(1, len(order) + 1)
    held = np.flatnonzero(share <= wrong)
    return round(float(probabilities[order[held[-1]]]), 4) if len(held) else 1.0


def rescale(fitted: Confidence, run: Run) -> Confidence:
    """The same weights with scale, bias and thresholds of the run's dev half (those aside that a sentence answers)."""
    dev = [record for record in run.records if record.split == "dev" and record.kind not in SENTENCES]
    given = np.clip([record.guess_confidence for record in dev], 1e-6, 1 - 1e-6)
    logits = np.log(given / (1 - given))[:, None]
    right = np.array([record.guess_right for record in dev])
    model = LogisticRegression(C=1e6).fit(logits, right)
    slope, shift = float(model.coef_[0, 0]), float(model.intercept_[0])
    weights = tuple(round(slope * weight, 4) for weight in fitted.weights)
    near = np.array(
        [float(f1(record.guess or "", record.expected) >= NEAR) if record.answerable else 0.0 for record in dev]
    )
    limits = thresholds(model.predict_proba(logits)[:, 1], near)
    told = f"{fitted.fitted_on}; scale, bias and thresholds on {len(dev)} dev questions of {run.dataset}"
    return Confidence(round(slope * fitted.bias + shift, 4), weights, limits, fitted.reader, told)


def main() -> int:
    """Fit, write beside the reader, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("squad", type=Path, nargs="?")
    parser.add_argument("--rescale", type=Path, metavar="RUN.json")
    parser.add_argument("--reader", type=Path, default=BUNDLED)
    arguments = parser.parse_args()
    if arguments.rescale is not None:
        rescaled = rescale(
            Confidence.beside(arguments.reader, fingerprint(arguments.reader)), read_run(arguments.rescale)
        )
        rescaled.write(arguments.reader)
        say(f"{rescaled}")
        return 0
    if arguments.squad is None:
        parser.error("give a SQuAD 2.0 file, or --rescale RUN.json")
    questions = half(load(arguments.squad), 0)
    answerable = sampled([question for question in questions if question.answers], ANSWERABLE)
    unanswerable = sampled([question for question in questions if not question.answers], UNANSWERABLE)
    assistant = assistant_over([arguments.squad], str(arguments.reader), say)
    reads = read_all(assistant, [*answerable, *unanswerable], PASSAGES_READ, say)
    reads += [read.without_its_paragraph() for read in reads[:REMOVED]]
    name = fingerprint(arguments.reader)
    told = (
        f"{len(answerable)} answerable, {len(unanswerable)} unanswerable and {REMOVED} bereft questions "
        f"of every other article of {arguments.squad.name}"
    )
    final = fit(reads, name, told)
    final.write(arguments.reader)
    say(f"{final}")
    return 0


def say(line: str) -> None:
    """Progress, on stderr."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
