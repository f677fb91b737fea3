"""Fit the few numbers of qa/model/confidence.json: ``python -m eval.fit_confidence SQUAD2.json [--reader FOLDER]``.

Which candidate is right is learnt from the questions of every other article of a SQuAD 2.0 file (the first, third, ...),
half of them answerable, and from the dev half of the gold questions on the bundled articles. How sure that is
is learnt from SQuAD's alone: many of its unanswerable questions were written to look answerable, so that the probability
promises too little rather than too much where people ask of their own articles what these mostly hold. The thresholds are
those of the gold questions; for them an answer that shares at least half of its words (F1) with a right one is not wrong.
Otherwise right means SQuAD's exact match. From which lead on no more passages need be read is found out on both, and so is
the score of the small reader, where there is one, below which the large one does not read.
The other articles and the test half of the gold questions are left for measuring.
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
from qa.answers import PASSAGES_READ
from qa.assistant import Assistant, considered, may_settle, ranking, shown, stages
from qa.confidence import NAMES, NEVER, Confidence
from qa.reader import BUNDLED, fingerprint
from qa.reading import ReadQuestion, load
from qa.scoring import exact_match, f1
from qa.screening import EVERYTHING, FOLDER, write_below
from qa.windows import Pair

ROOT = Path(__file__).parents[1]
GOLD, CORPUS = ROOT / "eval" / "gold" / "corpus.jsonl", ROOT / "corpus"

ANSWERABLE, UNANSWERABLE = 400, 400
RIVALS = 3
NEAR = 0.5
PRIOR, GOLD_WEIGHT = 1.0, 0.5  # by fivefold cross-validation: the risk-coverage curves of both kinds of questions gain
COST = 0.0015  # of the score: what leaving passages unread may cost here, half of what it may on other questions
SURE_OF_IT = 0.9
SHARES = (1, 2, 5, 10, 20)
BELOW = np.arange(-12, 0.5, 0.5)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The best candidates of one question: features [n, features], whether each is right [n] or nearly so [n]."""

    features: Floats
    right: Floats
    near: Floats


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


def fit(squad: Sequence[Read], gold: Sequence[Read], reader: str, fitted_on: str) -> Confidence:
    """Weights over all candidates, the scale of those put first for SQuAD's questions, thresholds by the gold ones'."""
    hard, easy = ([one for one in map(rows_of, reads) if len(one.right)] for reads in (squad, gold))
    every = hard + easy
    order = LogisticRegression(C=PRIOR, max_iter=1000).fit(
        np.concatenate([one.features for one in every]),
        np.concatenate([one.right for one in every]),
        sample_weight=np.repeat([1.0] * len(hard) + [GOLD_WEIGHT] * len(easy), [len(one.right) for one in every]),
    )
    first = _first(order, hard)
    scale = LogisticRegression(C=1e6).fit(first.features, first.right)
    slope = float(scale.coef_[0, 0])
    weights = tuple(round(float(slope * weight), 4) for weight in order.coef_[0])
    bias = round(float(slope * order.intercept_[0] + scale.intercept_[0]), 4)
    chosen = _first(order, easy)
    limits = thresholds(scale.predict_proba(chosen.features)[:, 1], chosen.near)
    fitted = Confidence(bias, weights, limits, reader, fitted_on)
    return replace(fitted, settles_at=settles_at([stages_of(fitted, read) for read in [*squad, *gold]]))


def _first(order: LogisticRegression, rows: Sequence[Rows]) -> Rows:
    """The candidate that is put first for each question, one row each: its logit is its only feature [n, 1]."""
    logits = [order.decision_function(one.features) for one in rows]
    places = [int(np.argmax(values)) for values in logits]
    return Rows(
        np.array([[values[place]] for values, place in zip(logits, places, strict=True)]),
        np.array([one.right[place] for one, place in zip(rows, places, strict=True)]),
        np.array([one.near[place] for one, place in zip(rows, places, strict=True)]),
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """A question after some of its passages: the lead of the best answer, -inf where reading goes on anyway, and its score.

    The score is the F1 of an answer given, and of a refusal 1 where it is right and 0 where not.
    """

    lead: float
    score: float


def stages_of(confidence: Confidence, read: Read, below: float = EVERYTHING) -> list[Stage]:
    """The stages of one question as the assistant reads: after the first passages, twice as many, ..., all."""
    return [_stage(confidence, read, count, below) for count in stages(len(read.hits))]


def _stage(confidence: Confidence, read: Read, count: int, below: float) -> Stage:
    """The stage after so many passages."""
    question = read.question.pair.question
    ranked = ranking(question, read.hits[:count], read.after(count, below), confidence)
    unread = read.hits[count:]
    lead = confidence.lead(ranked[0].candidate, unread) if unread and may_settle(ranked, count) else -np.inf
    given = ranked and ranked[0].probability >= confidence.threshold()
    return Stage(lead, read.score(shown(question, ranked[0].candidate)[0].quote if given else None))


def settles_at(questions: Sequence[Sequence[Stage]]) -> float:
    """The smallest lead at which to stop reading so that it costs at most ``COST`` of the score over all questions."""
    reached = {stage.lead for question in questions for stage in question[:-1]} - {-np.inf}
    allowed = COST * len(questions)
    cheap = [lead for lead in reached if sum(_cost(question, lead) for question in questions) <= allowed]
    return round(min(cheap, default=NEVER), 4)


def _cost(question: Sequence[Stage], lead: float) -> float:
    """What stopping at the first stage that leads by so much loses of one question's score."""
    return question[-1].score - _stopped(question, lead).score


def _stopped(question: Sequence[Stage], lead: float) -> Stage:
    """The first stage that leads by so much, or the last."""
    return next((stage for stage in question if stage.lead >= lead), question[-1])


def below(confidence: Confidence, reads: Sequence[Read]) -> float:
    """The highest score of the small reader below which a passage can be left out so that this and stopping cost at most
    ``COST`` of the score together, here and with every lower one; -inf where there is none."""
    whole = np.mean([_stage(confidence, read, len(read.hits), EVERYTHING).score for read in reads])
    highest = EVERYTHING
    for limit in BELOW:
        kept = np.mean([_stopped(stages_of(confidence, read, limit), confidence.settles_at).score for read in reads])
        if whole - kept > COST:
            break
        highest = float(limit)
    return highest


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
        if split_of(one.id) == "dev"
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
    name = fingerprint(arguments.reader)
    gold = gold_reads(arguments.reader)
    told = (
        f"{len(answerable)} answerable and {len(unanswerable)} unanswerable questions of every other article of "
        f"{arguments.squad.name}, which alone gave the scale; {len(gold)} dev questions of {GOLD.name}, which alone gave the "
        "thresholds"
    )
    final = fit(reads, gold, name, told)
    final.write(arguments.reader)
    say(f"{final}")
    if (arguments.reader / FOLDER).is_dir():
        limit = below(final, [*reads, *gold])
        write_below(arguments.reader, limit)
        say(f"passages are left out below {limit}")
    return 0


def say(line: str) -> None:
    """Progress, on stderr."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
