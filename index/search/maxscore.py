"""Finds the passages with the highest sum of term weights, exactly, by MaxScore (Turtle and Flood 1995).

Lists with the highest maximum weight are summed first. Once k passages score more than all remaining lists could add, a
passage in none of the summed lists cannot be among the k best. The remaining lists, the long ones of common words, are then
only looked up for the passages that still can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Floats, Ints, Numbers
from index.search.bm25_weights import Weights

# Rounding: float32 sums of a few hundred weights in two orders differ by less than this share of the sum of their maxima.
SLACK = 1e-4
# Estimates of cost, which never change the result: looking one passage up in the remaining lists takes as long as summing
# LOOKUP weights, and finding out whether lookup may begin as long as summing WORTHWHILE weights.
LOOKUP = 100
WORTHWHILE = 30_000
FOLDS = 64  # more of them find ``_reached`` sooner, but give a lower bound; see there
TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, slots=True)
class Postings:
    """The passages that hold a term, ascending, its weight in each, and the highest weight."""

    passages: Numbers
    weights: Floats
    highest: float

    @classmethod
    def of(cls, found: Weights, term: int) -> Postings:
        """Return the postings of the term with this number."""
        start, end = found.indptr[term], found.indptr[term + 1]
        weights = found.data[start:end]
        return cls(found.indices[start:end], weights, float(weights.max(initial=0)))

    def look_up(self, passages: Numbers) -> Floats:
        """Return the weight in each of these passages; 0 in a passage without the term."""
        places = np.minimum(self.passages.searchsorted(passages), len(self.passages) - 1)
        return np.where(self.passages[places] == passages, self.weights[places], np.float32(0))


def highest(asked: Sequence[Postings], scores: Floats, k: int) -> tuple[Ints, Floats]:
    """Return up to k passages with the highest positive sums, and the sums, best first and ties by passage number.

    ``scores`` holds the initial scores and is overwritten: 0 per passage, or -inf to exclude it. A repeated list counts each
    time. Weights are added in the order of the lists, so the sums equal those of plain addition bit for bit.
    """
    lists = [one for one in asked if len(one.passages)]
    passages = _candidates(sorted(lists, key=lambda one: -one.highest), scores, k)
    sums = np.zeros(len(passages), dtype=np.float32)
    for one in lists:
        sums += one.look_up(passages)
    best = np.argsort(-sums, kind="stable")[:k]
    return passages[best].astype(np.int64), sums[best]


def _candidates(lists: Sequence[Postings], scores: Floats, k: int) -> Numbers:
    """Return a few passages, ascending, that include the k best; ``lists`` are sorted by falling maximum."""
    rests = _rests(lists)
    summed, needed = _sum(lists, rests, scores, k)
    passages = np.flatnonzero(scores >= max(needed, TINY)).astype(np.int32)
    sums = scores[passages]
    for one, rest in zip(lists[summed:], rests[summed + 1 :], strict=True):
        sums += one.look_up(passages)
        possible = sums >= _reached(sums, k) - rest
        passages, sums = passages[possible], sums[possible]
    return passages


def _sum(lists: Sequence[Postings], rests: Sequence[float], scores: Floats, k: int) -> tuple[int, float]:
    """Sum lists until lookup is cheaper; return how many were summed, and the score a passage then needs to be a candidate."""
    left = sum(len(one.passages) for one in lists)
    for summed, (one, rest) in enumerate(zip(lists, rests[:-1], strict=True)):
        needed = _reached(scores, k) - rest if left > WORTHWHILE and rest < rests[0] / 2 else 0.0
        if needed > 0 and np.count_nonzero(scores >= needed) * LOOKUP < left:
            return summed, needed
        np.add.at(scores, one.passages, one.weights)
        left -= len(one.passages)
    return len(lists), _reached(scores, k) - rests[-1]


def _rests(lists: Sequence[Postings]) -> list[float]:
    """For each position, the most that the lists from there on can add to a sum, plus slack for rounding."""
    maxima = np.array([*(one.highest for one in lists), 0.0])
    rests: list[float] = (np.cumsum(maxima[::-1])[::-1] + SLACK * maxima.sum()).tolist()
    return rests


def _reached(scores: Floats, k: int) -> float:
    """Return a score that at least k passages reach: near the k-th highest, but found much sooner. 0 if there are fewer."""
    folds = max(1, min(FOLDS, len(scores) // (16 * k)))
    columns = len(scores) // folds
    maxima = scores[: folds * columns].reshape(folds, columns).max(axis=0)
    positive = maxima[maxima > 0]  # partition is slow if most values are equal
    return float(np.partition(positive, -k)[-k]) if len(positive) >= k else 0.0
