"""The passages with the highest sum of weights over the postings of a question's terms: exact, by MaxScore (Turtle and Flood 1995).

The lists of terms that can add most are summed first. Once k passages have more than all other lists can add together, a
passage in none of the lists summed cannot be among the k best, and the other lists, which are the long ones of common words,
are only looked up for the passages that still can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Floats, Ints, Numbers
from index.search.bm25_weights import Weights

# Float32 sums of the same few hundred weights in two orders differ by less than this share of the sum of their maxima.
SLACK = 1e-4
LOOKUP = 100  # to look a passage up in all lists left takes as long as to sum so many of their weights
WORTHWHILE = 30_000  # to sum so many weights takes as long as to see whether lists may be looked up
FOLDS = 64
TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, slots=True)
class Postings:
    """The passages that hold a term, ascending, its weight in each, and the highest of these weights."""

    passages: Numbers
    weights: Floats
    highest: float

    @classmethod
    def of(cls, found: Weights, term: int) -> Postings:
        """The postings of a term by its number."""
        start, end = found.indptr[term], found.indptr[term + 1]
        weights = found.data[start:end]
        return cls(found.indices[start:end], weights, float(weights.max(initial=0)))

    def look_up(self, passages: Numbers) -> Floats:
        """The weight in each of some passages, ascending; 0 where the term is not in it."""
        places = np.minimum(self.passages.searchsorted(passages), len(self.passages) - 1)
        return np.where(self.passages[places] == passages, self.weights[places], np.float32(0))


def highest(asked: Sequence[Postings], scores: Floats, k: int) -> tuple[Ints, Floats]:
    """The at most k passages with the highest positive sums and these, best first, the lower number first among equals.

    ``scores`` is where sums begin, and is overwritten: 0 for each passage, -inf for one not to be found. A list asked for
    twice counts twice, and weights are added in the order of the lists: the sums are to the bit those of a plain addition.
    """
    lists = [one for one in asked if len(one.passages)]
    passages = _candidates(sorted(lists, key=lambda one: -one.highest), scores, k)
    sums = np.zeros(len(passages), dtype=np.float32)
    for one in lists:
        sums += one.look_up(passages)
    best = np.argsort(-sums, kind="stable")[:k]
    return passages[best].astype(np.int64), sums[best]


def _candidates(lists: Sequence[Postings], scores: Floats, k: int) -> Numbers:
    """The few passages, ascending, that the k best are among; the lists come by falling maximum."""
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
    """How many lists are in the scores so that the rest are better looked up, and what a passage needs by then."""
    left = sum(len(one.passages) for one in lists)
    for summed, (one, rest) in enumerate(zip(lists, rests[:-1], strict=True)):
        needed = _reached(scores, k) - rest if left > WORTHWHILE and rest < rests[0] / 2 else 0.0
        if needed > 0 and np.count_nonzero(scores >= needed) * LOOKUP < left:
            return summed, needed
        np.add.at(scores, one.passages, one.weights)
        left -= len(one.passages)
    return len(lists), _reached(scores, k) - rests[-1]


def _rests(lists: Sequence[Postings]) -> list[float]:
    """What all lists from each one on can add to a sum at most, and at the end what none can: only the slack."""
    maxima = np.array([*(one.highest for one in lists), 0.0])
    rests: list[float] = (np.cumsum(maxima[::-1])[::-1] + SLACK * maxima.sum()).tolist()
    return rests


def _reached(scores: Floats, k: int) -> float:
    """A score that at least k of these reach, near the k-th highest but found much sooner; 0 where there are fewer."""
    folds = max(1, min(FOLDS, len(scores) // (16 * k)))
    columns = len(scores) // folds
    maxima = scores[: folds * columns].reshape(folds, columns).max(axis=0)
    positive = maxima[maxima > 0]  # partition is slow where most are the same
    return float(np.partition(positive, -k)[-k]) if len(positive) >= k else 0.0
