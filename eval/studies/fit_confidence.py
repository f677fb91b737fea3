"""Fit the few numbers of qa/model/confidence.json: ``python -m eval.studies.fit_confidence SQUAD2.json [--reader FOLDER]``.

Which candidate is right is learnt from the questions of every other article of a SQuAD 2.0 file (the first, third, ...),
about half of them answerable, from some of them again among passages that repeat the question around a wrong answer, and
from the dev half of the gold questions on the bundled articles. How sure that is
is learnt from SQuAD's alone: many of its unanswerable questions were written to look answerable, so that the probability
promises too little rather than too much when people ask what their own articles mostly hold. The threshold is
that of the gold questions; for them an answer that shares at least half of its words (F1) with a right one is not wrong.
Otherwise right means SQuAD's exact match. The lead at which reading stops is fitted on both, with the
small reader if there is one.
The other articles and the test half of the gold questions are left for measuring.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression

from eval.corpus_run import CORPUS, QUESTIONS
from eval.datasets.examples import load as load_gold
from eval.datasets.questions import split_of
from eval.studies.squad_open import Read, as_read, assistant_over, half, read_all, say
from eval.studies.stuffing import stuffed
from index.arrays import Doubles
from qa.answering.cascade import small_reader
from qa.answering.confidence import NAMES, NEVER, Confidence
from qa.answering.outcomes import shown
from qa.answering.ranking import considered, ranking
from qa.answers import PASSAGES_READ
from qa.assistant import Assistant
from qa.commands.read import ReadQuestion, load
from qa.reader.reader import BUNDLED, Reader, Reading, fingerprint
from qa.reader.windows import Pair
from qa.squad_scores import exact_match, f1

STUFFED = 50  # questions asked again among stuffed passages
RIVALS = 3  # candidates of each question that the weights are fitted on
NEAR = 0.5  # F1 from which an answer to a gold question is not wrong
PRIOR, GOLD_WEIGHT = 1.0, 0.5  # by fivefold cross-validation: the risk-coverage curves of both kinds of questions gain
COST = 0.003  # of F1: what leaving passages unread may cost
LEADS = np.arange(0.0, 6.25, 0.25)
SURE_OF_IT = 0.95
WRONG = 0.10  # of the answers that are given


@dataclass(frozen=True, slots=True)
class Rows:
    """The best candidates of one question: features [n, features], whether each is right [n] or nearly so [n]."""

    features: Doubles
    right: Doubles
    near: Doubles


def rows_of(read: Read) -> Rows:
    """The rows of one question, the reader's best candidate first; right is what would be shown of it."""
    question, answers = read.question.pair.question, read.question.answers
    found = considered(question, read.hits, read.readings)[:RIVALS]
    texts = [shown(question, candidate)[0].quote for candidate, _ in found]
    return Rows(
        np.array([[getattr(known, name) for name in NAMES] for _, known in found]).reshape(-1, len(NAMES)),
        np.array([float(bool(answers) and exact_match(text, answers)) for text in texts]),
        np.array([float(bool(answers) and f1(text, answers) >= NEAR) for text in texts]),
    )


def fit(
    squad: Sequence[Read], lured: Sequence[Read], gold: Sequence[Read], *, reader: str, screen: str, fitted_on: str
) -> Confidence:
    """Weights over all candidates, the scale of those put first for SQuAD's questions, the threshold by the gold ones'."""
    hard, harder, easy = ([one for one in map(rows_of, reads) if len(one.right)] for reads in (squad, lured, gold))
    every = [*hard, *harder, *easy]
    order = LogisticRegression(C=PRIOR, max_iter=1000).fit(
        np.concatenate([one.features for one in every]),
        np.concatenate([one.right for one in every]),
        sample_weight=np.repeat(
            [1.0] * len(hard + harder) + [GOLD_WEIGHT] * len(easy), [len(one.right) for one in every]
        ),
    )
    first = _first(order, hard)
    scale = LogisticRegression(C=1e6).fit(first.features, first.right)
    slope = float(scale.coef_[0, 0])
    weights = tuple(round(float(slope * weight), 4) for weight in order.coef_[0])
    bias = round(float(slope * order.intercept_[0] + scale.intercept_[0]), 4)
    chosen = _first(order, easy)
    limit = threshold(scale.predict_proba(chosen.features)[:, 1], chosen.near)
    fitted = Confidence(bias, weights, limit, reader, fitted_on, screen=screen)
    return replace(fitted, settles_at=settles_at(fitted, [*squad, *gold]))


def _first(order: LogisticRegression, rows: Sequence[Rows]) -> Rows:
    """The candidate that is put first for each question, one row each: its logit is its only feature [n, 1]."""
    logits = [order.decision_function(one.features) for one in rows]
    places = [int(np.argmax(values)) for values in logits]
    return Rows(
        np.array([[values[place]] for values, place in zip(logits, places, strict=True)]),
        np.array([one.right[place] for one, place in zip(rows, places, strict=True)]),
        np.array([one.near[place] for one, place in zip(rows, places, strict=True)]),
    )


def settles_at(confidence: Confidence, reads: Sequence[Read]) -> float:
    """The smallest of ``LEADS`` with which what is not read costs at most ``COST`` of the mean of ``scores``."""
    whole = scores(confidence, reads, [read.readings for read in reads])
    for lead in LEADS:
        kept = scores(confidence, reads, as_read(reads, replace(confidence, settles_at=float(lead))))
        if np.nanmean(whole - kept) <= COST:
            return float(lead)
    return NEVER


def scores(confidence: Confidence, reads: Sequence[Read], readings: Sequence[Sequence[Reading]]) -> Doubles:
    """The F1 [2] of what is answered or refused, as SQuAD 2.0 counts, and of the best answers to what has one, given or not."""
    given, best = [], []
    for read, few in zip(reads, readings, strict=True):
        question = read.question.pair.question
        ranked = ranking(question, read.hits[: len(few)], few, confidence)
        text = shown(question, ranked[0].candidate)[0].quote if ranked else None
        given.append(read.score(text if ranked and ranked[0].probability >= confidence.threshold else None))
        if read.question.answers:
            best.append(read.score(text))
    return np.array([np.mean(given), np.mean(best or [np.nan])])


def threshold(probabilities: Doubles, right: Doubles) -> float:
    """The lowest probability of a right answer from which on at most ``WRONG`` of those given are wrong; 1.0 if none is.

    Below it there may be room for wrong ones too, which nobody is served by.
    Of that one can be ``SURE_OF_IT``: what counts is the upper bound of Clopper and Pearson (1934), not the share that came
    out, which the lowest of many probabilities makes look better than it is (Geifman and El-Yaniv 2017).
    """
    order = np.argsort(-probabilities, kind="stable")
    mistakes, given = np.cumsum(1 - right[order]), np.arange(1, len(order) + 1)
    bound = np.where(mistakes < given, beta.ppf(SURE_OF_IT, mistakes + 1, np.maximum(given - mistakes, 1)), 1.0)
    held = np.flatnonzero((bound <= WRONG) & (right[order] > 0))
    return round(float(probabilities[order[held[-1]]]), 4) if len(held) else 1.0


def gold_reads(reader: Path, small: Reader | None) -> list[Read]:
    """The dev half of the gold questions on the bundled articles, read as the assistant reads them."""
    assistant = Assistant.over([CORPUS], reader=reader)
    questions = [
        ReadQuestion(one.id, 0, Pair(assistant.meant(one.question), ""), one.accepted)
        for one in load_gold(QUESTIONS).questions
        if split_of(one.id) == "dev"
    ]
    return read_all(assistant, questions, PASSAGES_READ, small, say)


def main() -> int:
    """Fit, write beside the reader, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--reader", type=Path, default=BUNDLED)
    arguments = parser.parse_args()
    reader, small = arguments.reader, small_reader(arguments.reader)
    questions = half(load(arguments.squad), 0)
    reads = read_all(assistant_over([arguments.squad], str(reader), say), questions, PASSAGES_READ, small, say)
    lures = stuffed(questions, STUFFED)
    among = assistant_over([arguments.squad], str(reader), say, [passage for _, passage in lures])
    lured = read_all(among, [question for question, _ in lures], PASSAGES_READ, small, say)
    gold = gold_reads(reader, small)
    told = (
        f"{len(reads)} questions of every other article of {arguments.squad.name}, "
        f"{sum(bool(read.question.answers) for read in reads)} of them answerable, which alone gave the scale; {len(lured)} of "
        f"them among stuffed passages; {len(gold)} dev questions of {QUESTIONS.name}, which alone gave the threshold"
    )
    screen = small.fingerprint if small else ""
    final = fit(reads, lured, gold, reader=fingerprint(reader), screen=screen, fitted_on=told)
    final.write(arguments.reader)
    say(f"{final}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
