"""Fit the few numbers of qa/model/confidence.json: ``python -m eval.fit_confidence SQUAD2.json [--reader FOLDER]``.

The questions are those of every other article of a SQuAD 2.0 file (the first, third, ...), answerable and not, and some
answerable ones once more with their own paragraph taken out of what was retrieved: on topic, and not answered. The other
articles are left for measuring. Right means SQuAD's exact match.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.squad_open import Read, assistant_over, half, read_all, sampled
from qa.assistant import PASSAGES_READ, Assistant
from qa.candidates import candidates
from qa.confidence import NAMES, Confidence, Features
from qa.deciding import deciding_sentences
from qa.reader import BUNDLED, fingerprint
from qa.reading import load
from qa.scoring import exact_match

ANSWERABLE, UNANSWERABLE, REMOVED = 400, 200, 200
RIVALS = 3
SHARES = (1, 2, 5, 10, 20)
Floats = NDArray[np.float64]


def rows_of(read: Read) -> tuple[Floats, Floats]:
    """Features [n, 8] of the best candidates of one question, and whether each is right [n]."""
    found = candidates(read.hits, read.readings)[:10]
    features = [Features.of(one, [*found[:place], *found[place + 1 :]]) for place, one in enumerate(found[:RIVALS])]
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
    limits = {str(share): threshold(probabilities, right, share / 100) for share in SHARES}
    return Confidence(bias, weights, (0.0, 0.0), limits, reader, fitted_on)


def threshold(probabilities: Floats, right: Floats, wrong: float) -> float:
    """The lowest probability from which on at most ``wrong`` of the answers given are wrong; 1.0 where none is."""
    order = np.argsort(-probabilities, kind="stable")
    share = np.cumsum(1 - right[order]) / np.arange(1, len(order) + 1)
    held = np.flatnonzero(share <= wrong)
    return round(float(probabilities[order[held[-1]]]), 4) if len(held) else 1.0


def fit_sentence(reads: Sequence[Read], assistant: Assistant) -> tuple[float, float]:
    """Bias and weight of a deciding sentence's score: whether the best sentence holds the answer."""
    scores, right = [], []
    for read in reads:
        found = deciding_sentences(read.question.pair.question, read.hits, assistant.embedder)
        if found:
            best = found[0]
            words = best.hit.passage.text[best.start - best.hit.passage.start : best.end - best.hit.passage.start]
            scores.append([best.score])
            right.append(any(answer in words for answer in read.question.answers))
    model = LogisticRegression(C=1e6).fit(scores, right)
    return round(float(model.intercept_[0]), 4), round(float(model.coef_[0, 0]), 4)


def main() -> int:
    """Fit, write beside the reader, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--reader", type=Path, default=BUNDLED)
    arguments = parser.parse_args()
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
    fitted = fit(reads, name, told)
    final = Confidence(fitted.bias, fitted.weights, fit_sentence(reads, assistant), fitted.thresholds, name, told)
    final.write(arguments.reader)
    say(f"{final}")
    return 0


def say(line: str) -> None:
    """Progress, on stderr."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
