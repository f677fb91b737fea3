"""How sure a figure is: intervals and paired tests by resampling the questions (Efron and Tibshirani 1993).

Seeded, so that the same scores give the same interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eval.metrics import Values
from index.arrays import Doubles

ROUNDS = 2000  # each end of a 95 % interval then rests on 50 samples
FEWER_ROUNDS = 400  # for statistics that are slow to compute
LEVEL = 0.95
# Draws held in memory at once: 2 million indices are 16 MB.
DRAWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its interval; ``count`` is the number of questions behind it. nan without any."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of the new scores minus that of the old, its interval, and a two-sided p-value against no difference."""

    value: float
    low: float
    high: float
    p: float
    count: int

    @property
    def worse(self) -> bool:
        """True if the whole interval lies below zero."""
        return self.high < 0

    @property
    def better(self) -> bool:
        """True if the whole interval lies above zero."""
        return self.low > 0


def resampled_means(values: Values) -> Doubles:
    """The mean of ``ROUNDS`` samples of the values, each drawn with replacement and as long as they are."""
    scores = np.asarray(values, float)
    generator = np.random.default_rng(0)
    per_block = max(1, DRAWS // len(scores))
    blocks = [min(per_block, ROUNDS - done) for done in range(0, ROUNDS, per_block)]
    drawn = (generator.integers(0, len(scores), size=(block, len(scores))) for block in blocks)
    return np.concatenate([scores[draw].mean(axis=1) for draw in drawn])


def mean_interval(values: Values) -> Interval:
    """The mean and its percentile interval at 95 %."""
    if not len(values):
        return Interval(math.nan, math.nan, math.nan, 0)
    low, high = _bounds(resampled_means(values))
    return Interval(float(np.mean(values)), low, high, len(values))


def interval(first: Values, second: Values, statistic: Callable[[Doubles, Doubles], float]) -> Interval:
    """A statistic of two columns, such as ``metrics.ece``, and its percentile interval over resampled rows."""
    left, right = np.asarray(first, float), np.asarray(second, float)
    if not len(left):
        return Interval(math.nan, math.nan, math.nan, 0)
    generator = np.random.default_rng(0)
    drawn = (generator.integers(0, len(left), size=len(left)) for _ in range(FEWER_ROUNDS))
    low, high = _bounds(np.asarray([statistic(left[draw], right[draw]) for draw in drawn]))
    return Interval(statistic(left, right), low, high, len(left))


def paired_difference(new: Values, old: Values) -> Difference:
    """Scores of the same questions under two systems compared by the paired bootstrap (Koehn 2004).

    ``p`` is twice the smaller share of resampled differences on one side of zero, zeros on both, at most 1.
    """
    gains = np.asarray(new, float) - np.asarray(old, float)
    if not len(gains):
        return Difference(math.nan, math.nan, math.nan, math.nan, 0)
    means = resampled_means(gains)
    low, high = _bounds(means)
    p = min(1.0, 2 * float(min((means <= 0).mean(), (means >= 0).mean())))
    return Difference(float(gains.mean()), low, high, p, len(gains))


def _bounds(values: Doubles) -> tuple[float, float]:
    """The two ends of the 95 % percentile interval."""
    low, high = np.percentile(values, [50 * (1 - LEVEL), 100 - 50 * (1 - LEVEL)])
    return float(low), float(high)
