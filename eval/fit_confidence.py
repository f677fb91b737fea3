"""Fit the few numbers of qa/model/confidence.json: ``python -m eval.fit_confidence SQUAD2.json [--reader FOLDER]``.

Which candidate is right, and how sure that is, is learnt from the questions of every other article of a SQuAD 2.0 file (the
first, third, ...), answerable and not, some answerable ones once more with their own paragraph taken out of what was
retrieved (on topic, and not answered), and three times over from the dev half of the gold questions on the bundled
articles. The other articles and the test half are left for measuring. Right means SQuAD's exact match. Half of SQuAD's
questions cannot be answered, and many were written to look as if they could; people ask of their own articles what these
mostly hold. Scale, bias and thresholds are therefore those of the gold questions; for the thresholds an answer that
shares at least half of its words (F1) with a right one is not wrong. On the gold questions it is also found out from which
probability on the first passages are enough.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression

from eval.examples import load as load_gold
from eval.questions import split_of
from eval.squad_open import Read, assistant_over, half, read_all, sampled
from qa.answers import PASSAGES_READ, READ_FIRST
from qa.assistant import Assistant, Ranked, ranking
from qa.candidates import candidates
from qa.confidence import NAMES, NEVER, Confidence, features_of
from qa.reader import BUNDLED, fingerprint
from qa.reading import ReadQuestion, load
from qa.scoring import exact_match, f1
from qa.windows import Pair

ROOT = Path(__file__).parents[1]
GOLD, CORPUS = ROOT / "eval" / "gold" / "corpus.jsonl", ROOT / "corpus"
GOLD_TIMES = 3

ANSWERABLE, UNANSWERABLE, REMOVED = 400, 200, 200
RIVALS = 3
NEAR = 0.5
COST = 0.001  # of the score, a third of what early stopping may cost on other questions
SURE_OF_IT = 0.8
SHARES = (1, 2, 5, 10, 20)
SENTENCES = ("yes_no", "why", "how")  # answered by a whole sentence, not by the candidate itself
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The best candidates of one question: features [n, features], whether each is right [n] or nearly so [n]."""

    features: Floats
    right: Floats
    near: Floats


def rows_of(read: Read) -> Rows:
    """The rows of one question, the reader's best candidate first."""
    found = candidates(read.hits, read.readings)[:10]
    question, answers = read.question.pair.question, read.question.answers
    features = features_of(question, found)[:RIVALS]
    texts = [one.text for one in found[:RIVALS]]
    return Rows(
        np.array([[getattr(one, name) for name in NAMES] for one in features]).reshape(-1, len(NAMES)),
        np.array([float(bool(answers) and exact_match(text, answers)) for text in texts]),
        np.array([float(bool(answers) and f1(text, answers) >= NEAR) for text in texts]),
    )


def fit(squad: Sequence[Read], gold: Sequence[Read], reader: str, fitted_on: str) -> Confidence:
    """Weights over all candidates, then scale, bias and thresholds on those that they put first for the gold questions."""
    rows, scaling = ([one for one in map(rows_of, reads) if len(one.right)] for reads in (squad, gold))
    rows += scaling * GOLD_TIMES
    ranking = LogisticRegression(C=10.0, max_iter=1000).fit(
        np.concatenate([one.features for one in rows]), np.concatenate([one.right for one in rows])
    )
    logits = [ranking.decision_function(one.features) for one in scaling]
    first = [int(np.argmax(values)) for values in logits]
    chosen = np.array([[values[place]] for values, place in zip(logits, first, strict=True)])
    right = np.array([one.right[place] for one, place in zip(scaling, first, strict=True)])
    near = np.array([one.near[place] for one, place in zip(scaling, first, strict=True)])
    scale = LogisticRegression(C=1e6).fit(chosen, right)
    slope = float(scale.coef_[0, 0])
    weights = tuple(round(float(slope * weight), 4) for weight in ranking.coef_[0])
    bias = round(float(slope * ranking.intercept_[0] + scale.intercept_[0]), 4)
    limits = thresholds(scale.predict_proba(chosen)[:, 1], near)
    return stopping(Confidence(bias, weights, limits, reader, fitted_on), gold)


def stopping(fitted: Confidence, gold: Sequence[Read]) -> Confidence:
    """With the probability from which on the first passages are enough."""
    return replace(fitted, enough=enough([stage for read in gold if (stage := stage_of(fitted, read))]))


@dataclass(frozen=True, slots=True)
class Stage:
    """A question after the first passages: the best answer's probability, its score, and the score had all been read.

    The score is the F1 of an answer given, and of a refusal 1 where it is right and 0 where not.
    """

    probability: float
    first: float
    last: float


def stage_of(confidence: Confidence, read: Read) -> Stage | None:
    """The stage of one question; None where the first passages give no candidate, or where there are no others."""
    early = _best(confidence, read, READ_FIRST)
    late = _best(confidence, read, len(read.hits))
    if early is None or late is None or len(read.hits) <= READ_FIRST:
        return None
    answers = read.question.answers
    first, last = (
        float(not answers) if one.probability < confidence.threshold() else f1(one.candidate.text, answers or [""])
        for one in (early, late)
    )
    return Stage(early.probability, first, last)


def _best(confidence: Confidence, read: Read, count: int) -> Ranked | None:
    """The most probable candidate of the first passages of a question."""
    ranked = ranking(read.question.pair.question, read.hits[:count], read.readings[:count], confidence)
    return ranked[0] if ranked else None


def enough(stages: Sequence[Stage]) -> float:
    """The lowest probability at which to stop reading so that it costs at most ``COST`` of the score over all questions."""
    order = sorted(stages, key=lambda stage: -stage.probability)
    cost = np.cumsum([stage.last - stage.first for stage in order])
    held = np.flatnonzero(np.maximum.accumulate(cost) <= COST * len(stages))
    return round(order[held[-1]].probability, 4) if len(held) else NEVER


def thresholds(probabilities: Floats, right: Floats) -> dict[str, float]:
    """For each share of wrong answers, in percent, the lowest probability at which answering keeps within it."""
    return {str(share): threshold(probabilities, right, share / 100) for share in SHARES}


def threshold(probabilities: Floats, right: Floats, wrong: float) -> float:
    """The lowest probability from which on at most ``wrong`` of the answers given are wrong; 1.0 where none is.

    Of that one can be ``SURE_OF_IT``: what counts is the upper bound of Clopper and Pearson (1934), not the share that came
    out, which the lowest of many probabilities makes look better than it is (Geifman and El-Yaniv 2017).
    """
    order = np.argsort(-probabilities, kind="stable")
    mistakes, given = np.cumsum(1 - right[order]), np.arange(1, len(order) + 1)
    bound = np.where(mistakes < given, beta.ppf(SURE_OF_IT, mistakes + 1, np.maximum(given - mistakes, 1)), 1.0)
    held = np.flatnonzero(bound <= wrong)
    return round(float(probabilities[order[held[-1]]]), 4) if len(held) else 1.0


def gold_reads(reader: Path) -> list[Read]:
    """The dev half of the gold questions on the bundled articles, read as the assistant reads them."""
    assistant = Assistant.over([CORPUS], reader=reader)
    questions = [
        ReadQuestion(one.id, 0, Pair(assistant.meant(one.question), ""), one.accepted)
        for one in load_gold(GOLD).questions
        if split_of(one.id) == "dev" and one.kind not in SENTENCES
    ]
    return read_all(assistant, questions, PASSAGES_READ, say)


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
    gold = gold_reads(arguments.reader)
    told = (
        f"{len(answerable)} answerable, {len(unanswerable)} unanswerable and {REMOVED} bereft questions "
        f"of every other article of {arguments.squad.name}; {len(gold)} dev questions of {GOLD.name}, which alone gave the "
        "scale and the thresholds"
    )
    final = fit(reads, gold, name, told)
    final.write(arguments.reader)
    say(f"{final}")
    return 0


def say(line: str) -> None:
    """Progress, on stderr."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
