"""What is measured: one pure function a figure. Plain values in, numbers out; no model, no files.

Exact match and F1 are ``qa.squad_scores``'s. A ranking is given as ``relevance``, one bool a retrieved passage, best first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Doubles

Values = Sequence[float] | Doubles


@dataclass(frozen=True, slots=True)
class Place:
    """The characters [start, end) of a document."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """A share of what was given that is right, and a share of what is right that was given; each in 0..1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean; 0 if both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Predictions of similar confidence: their mean confidence, the share that was right, how many they are."""

    confidence: float
    accuracy: float
    count: int


# ---- ranking


def hit(relevance: Sequence[bool], k: int) -> float:
    """1.0 if one of the first ``k`` is relevant (top-k retrieval accuracy, Karpukhin et al. 2020, section 5.1)."""
    return float(any(relevance[:k]))


def recall(relevance: Sequence[bool], relevant: int, k: int) -> float:
    """The share of all ``relevant`` passages that stand among the first ``k``; 0 if nothing is relevant.

    Manning, Raghavan and Schuetze 2008, section 8.3, cut at rank k.
    """
    return sum(relevance[:k]) / relevant if relevant else 0.0


def reciprocal_rank(relevance: Sequence[bool]) -> float:
    """One over the rank of the first relevant passage, 0 without one; its mean is the MRR (Voorhees 1999)."""
    return next((1 / rank for rank, relevant in enumerate(relevance, start=1) if relevant), 0.0)


def ndcg(gains: Sequence[float], all_gains: Sequence[float], k: int = 10) -> float:
    """Discounted gain of the first ``k`` over that of the best possible order (Jarvelin and Kekalainen 2002).

    ``gains`` are those of the retrieved passages in order, ``all_gains`` those of every relevant one. The discount is
    log2(rank + 1), the gain is taken as it stands, as trec_eval does.
    """
    best = _discounted(sorted(all_gains, reverse=True)[:k])
    return _discounted(gains[:k]) / best if best else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


# ---- citations


def citation_overlap(cited: Sequence[Place], gold: Sequence[Place]) -> PrecisionRecall:
    """Characters that are cited and gold, over those cited (precision) and over those that are gold (recall).

    The character-offset form of passage precision and recall (TREC HARD passage measures, Wade and Allan 2005):
    a character counts once however often it is cited. Nothing cited has precision 0, no gold recall 0.
    """
    given, wanted = _characters(cited), _characters(gold)
    common = len(given & wanted)
    return PrecisionRecall(common / len(given) if given else 0.0, common / len(wanted) if wanted else 0.0)


def best_citation_overlap(cited: Sequence[Place], accepted: Sequence[Sequence[Place]]) -> PrecisionRecall:
    """``citation_overlap`` with that one of the ``accepted`` gold places which fits best, as SQuAD's scores do."""
    overlaps = [citation_overlap(cited, gold) for gold in accepted]
    return max(overlaps, key=lambda overlap: (overlap.f1, overlap.precision), default=PrecisionRecall(0.0, 0.0))


def _characters(places: Sequence[Place]) -> set[tuple[str, int]]:
    """Every character of the places as (document, offset)."""
    return {(place.document, offset) for place in places for offset in range(place.start, place.end)}


# ---- confidence


def selective_risks(confidence: Values, right: Values) -> Doubles:
    """The error rate of the i surest answers, for i = 1..n (El-Yaniv and Wiener 2010).

    Answers of equal confidence share their errors evenly, so that the order they came in does not matter.
    """
    sureness, errors = np.asarray(confidence, float), 1 - np.asarray(right, float)
    if not len(sureness):
        return np.zeros(0)
    levels, level_of = np.unique(-sureness, return_inverse=True)
    counts = np.bincount(level_of, minlength=len(levels))
    shared = np.bincount(level_of, weights=errors, minlength=len(levels)) / counts
    return np.asarray(np.cumsum(np.repeat(shared, counts)) / np.arange(1, len(sureness) + 1))


def aurc(confidence: Values, right: Values) -> float:
    """Area under the risk-coverage curve: the mean of the selective risks (Geifman, Uziel and El-Yaniv 2019).

    0 is perfect; nan without answers.
    """
    risks = selective_risks(confidence, right)
    return float(risks.mean()) if len(risks) else math.nan


def risk_coverage(confidence: Values, right: Values) -> tuple[Doubles, Doubles]:
    """The curve as (coverage, risk): coverage is the share of the questions that are answered."""
    risks = selective_risks(confidence, right)
    return np.arange(1, len(risks) + 1) / max(len(risks), 1), risks


def coverage_at(confidence: Values, right: Values, accuracy: float) -> float:
    """The largest share of the questions that can be answered with at least ``accuracy`` of the answers right.

    Kamath et al. 2020, section 3 (coverage at a fixed accuracy). 0 if no threshold reaches it. Only cuts that a
    threshold can make count: never in the middle of answers of equal confidence.
    """
    coverage, risks = risk_coverage(confidence, right)
    sureness = np.sort(np.asarray(confidence, float))[::-1]
    is_cut = np.append(sureness[:-1] != sureness[1:], True)[: len(risks)]
    reached = coverage[is_cut & (risks <= 1 - accuracy + 1e-9)]
    return float(reached.max()) if len(reached) else 0.0


def refused_at(confidence: Values, answerable: Values, share: float = 0.05) -> float:
    """Of the questions without an answer, those refused by the highest threshold that refuses at most ``share`` of the others.

    One point of the ROC curve (Fawcett 2006): of the confidence, wherever the threshold is. 0 if either kind is missing.
    """
    sure, has_answer = np.asarray(confidence, float), np.asarray(answerable, bool)
    least = np.sort(sure[has_answer])
    if not len(least) or has_answer.all():
        return 0.0
    return float(np.mean(sure[~has_answer] < least[min(int(share * len(least)), len(least) - 1)]))


def calibration_bins(confidence: Values, right: Values, bins: int = 15) -> list[CalibrationBin]:
    """The predictions by rising confidence in ``bins`` bins of equal size (as near as it goes), empty ones left out."""
    sureness, correct = np.asarray(confidence, float), np.asarray(right, float)
    order = np.lexsort((correct, sureness))
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return [CalibrationBin(float(sureness[part].mean()), float(correct[part].mean()), len(part)) for part in parts]


def ece(confidence: Values, right: Values, bins: int = 15) -> float:
    """Expected calibration error over equal-mass bins: the mean of |accuracy - confidence| by bin size.

    Naeini et al. 2015 with the adaptive bins of Nguyen and O'Connor 2015; 0 is perfect; nan without answers.
    """
    parts = calibration_bins(confidence, right, bins)
    total = sum(part.count for part in parts)
    return sum(part.count * abs(part.accuracy - part.confidence) for part in parts) / total if total else math.nan


# ---- time


def percentiles(milliseconds: Values) -> dict[str, float]:
    """``{"p50": ..., "p95": ...}``, linear between neighbours (numpy's default); empty without values."""
    return {f"p{at}": float(np.percentile(milliseconds, at)) for at in (50, 95)} if len(milliseconds) else {}
