"""Every figure against numbers that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eval import metrics
from eval.bootstrap import ROUNDS, interval, mean_interval, paired_difference, resampled_means
from eval.metrics import CalibrationBin, Place, PrecisionRecall


def test_hit_looks_at_the_first_k_only():
    assert [metrics.hit([False, False, True], k) for k in (1, 2, 3, 10)] == [0, 0, 1, 1]
    assert metrics.hit([], 5) == 0


def test_recall_divides_by_all_relevant():
    assert metrics.recall([True, False, True], relevant=4, k=3) == 0.5
    assert metrics.recall([True, False, True], relevant=4, k=1) == 0.25
    assert metrics.recall([False], relevant=0, k=1) == 0


def test_reciprocal_rank():
    assert metrics.reciprocal_rank([False, False, True, True]) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank([False]) == 0


def test_ndcg_by_hand():
    # Found at ranks 2 and 3, best at ranks 1 and 2: (1/log2 3 + 1/log2 4) / (1/log2 2 + 1/log2 3).
    expected = (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3))
    assert metrics.ndcg([0, 1, 1], [1, 1]) == pytest.approx(expected)
    assert metrics.ndcg([2, 1], [1, 2]) == 1
    assert metrics.ndcg([0, 0], [1]) == 0
    assert metrics.ndcg([], []) == 0


def test_ndcg_cuts_both_sides_at_k():
    assert metrics.ndcg([0, 1], [1], k=1) == 0
    assert metrics.ndcg([1, 0], [1, 1, 1], k=1) == 1


@pytest.mark.parametrize(
    ("gains", "all_gains", "recall", "mrr", "ndcg", "hit"),
    [
        ([1, 0, 0, 0, 2, 1, 0, 0, 0], [1, 2, 1, 2], 0.5, 1.0, 0.4230626969, 1.0),
        ([2, 0, 1, 0, 0, 0, 0, 1, 2], [2, 1, 2, 1], 0.5, 1.0, 0.5962977923, 1.0),
        ([0, 2, 0, 1, 2, 0, 1, 2, 0], [2, 2, 1, 2, 2, 1, 1], 0.4285714286, 0.5, 0.4475884562, 0.0),
        ([1, 0, 1, 1, 2, 2, 0, 0, 1], [2, 1, 2, 2, 1, 1, 1], 0.5714285714, 1.0, 0.5324227462, 1.0),
    ],
)
def test_ranking_figures_are_those_of_ranx(gains, all_gains, recall, mrr, ndcg, hit):
    """Computed once with ranx 0.3.21, which takes seconds to import: recall@5, mrr, ndcg@5, hit_rate@1."""
    relevance = [gain > 0 for gain in gains]
    assert metrics.recall(relevance, len(all_gains), 5) == pytest.approx(recall)
    assert metrics.reciprocal_rank(relevance) == mrr
    assert metrics.ndcg(gains, all_gains, 5) == pytest.approx(ndcg)
    assert metrics.hit(relevance, 1) == hit


def test_citation_overlap_counts_characters():
    # Cited 10..20 and 15..25 are 15 characters, of which 20..25 and more, 18..25, are 7 of the 12 gold ones.
    cited, gold = [Place("a", 10, 20), Place("a", 15, 25)], [Place("a", 18, 30)]
    assert metrics.citation_overlap(cited, gold) == PrecisionRecall(7 / 15, 7 / 12)


def test_citation_overlap_is_by_document():
    assert metrics.citation_overlap([Place("a", 0, 5)], [Place("b", 0, 5)]) == PrecisionRecall(0, 0)
    assert metrics.citation_overlap([], [Place("b", 0, 5)]) == PrecisionRecall(0, 0)


def test_best_citation_overlap_takes_the_gold_place_that_fits():
    accepted = [[Place("a", 0, 10)], [Place("a", 4, 10)]]
    assert metrics.best_citation_overlap([Place("a", 4, 10)], accepted) == PrecisionRecall(1, 1)
    assert metrics.best_citation_overlap([Place("a", 4, 10)], []) == PrecisionRecall(0, 0)


def test_selective_risks_by_hand():
    # Surest first: right, wrong, right. Errors so far: 0 of 1, 1 of 2, 1 of 3.
    assert metrics.selective_risks([0.5, 0.9, 0.7], [1, 1, 0]) == pytest.approx([0, 1 / 2, 1 / 3])
    assert metrics.aurc([0.5, 0.9, 0.7], [1, 1, 0]) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_equal_confidence_shares_its_errors():
    assert metrics.selective_risks([0.5, 0.5], [1, 0]) == pytest.approx([0.5, 0.5])
    assert metrics.aurc([0.5, 0.5], [1, 0]) == metrics.aurc([0.5, 0.5], [0, 1])


def test_risk_coverage_of_all_questions():
    coverage, risk = metrics.risk_coverage([0.9, 0.8], [1, 0])
    assert coverage.tolist() == [0.5, 1.0]
    assert risk.tolist() == [0, 0.5]


def test_refused_at_a_share_of_the_answerable():
    sure, answerable = [0.1, 0.2, 0.3, 0.4, 0.9, 0.05, 0.2, 0.35, 0.95], [1, 1, 1, 1, 1, 0, 0, 0, 0]
    assert metrics.refused_at(sure, answerable, 0.0) == 0.25
    assert metrics.refused_at(sure, answerable, 0.39) == 0.25  # one of the five: below 0.2
    assert metrics.refused_at(sure, answerable, 0.4) == 0.5  # two of the five: below 0.3
    assert metrics.refused_at(sure, answerable, 1.0) == 0.75
    assert metrics.refused_at([0.5], [1]) == metrics.refused_at([0.5], [0]) == 0.0


def test_coverage_at_accuracy():
    sure, right = [0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1]
    assert metrics.coverage_at(sure, right, accuracy=0.75) == 1
    assert metrics.coverage_at(sure, right, accuracy=0.9) == 0.5
    assert metrics.coverage_at([0.9], [0], accuracy=0.9) == 0


def test_coverage_never_cuts_between_equals():
    # Two right and one wrong at 0.9 cannot be told apart: no threshold answers only the right ones.
    assert metrics.coverage_at([0.9, 0.9, 0.9], [1, 1, 0], accuracy=0.9) == 0


def test_calibration_bins_are_of_equal_size():
    bins = metrics.calibration_bins([0.1, 0.2, 0.8, 1.0], [0, 1, 1, 1], bins=2)
    assert bins == [CalibrationBin(pytest.approx(0.15), 0.5, 2), CalibrationBin(pytest.approx(0.9), 1.0, 2)]


def test_ece_by_hand():
    # Gaps 0.35 and 0.1, two questions each.
    assert metrics.ece([0.1, 0.2, 0.8, 1.0], [0, 1, 1, 1], bins=2) == pytest.approx(0.225)
    assert metrics.ece([1.0, 0.0], [1, 0]) == 0
    assert math.isnan(metrics.ece([], []))


def test_latency_percentiles():
    assert metrics.percentiles([1.0, 2.0, 3.0, 4.0, 5.0]) == {"p50": 3.0, "p95": pytest.approx(4.8)}
    assert metrics.percentiles([]) == {}


def test_mean_interval_holds_the_mean_and_is_seeded():
    scores = [0.0] * 40 + [1.0] * 60
    found = mean_interval(scores)
    assert found.value == pytest.approx(0.6)
    # The normal approximation gives 0.6 +- 1.96 * sqrt(0.24 / 100) = 0.504 to 0.696.
    assert found.low == pytest.approx(0.504, abs=0.02)
    assert found.high == pytest.approx(0.696, abs=0.02)
    assert mean_interval(scores) == found


def test_interval_of_nothing():
    assert mean_interval([]).count == 0
    assert math.isnan(mean_interval([]).value)
    assert interval([], [], metrics.ece).count == 0


def test_interval_of_a_statistic():
    sure = np.linspace(0, 1, 200)
    right = (np.random.default_rng(0).random(200) < sure).astype(float)
    found = interval(sure, right, metrics.aurc)
    assert found.low <= found.value <= found.high


def test_mean_interval_in_blocks_is_of_the_right_number(monkeypatch):
    monkeypatch.setattr("eval.bootstrap.DRAWS", 7)
    assert len(resampled_means([0.0, 1.0])) == ROUNDS


def test_paired_difference_sees_what_is_consistent():
    old = [0.0, 1.0] * 50
    better = paired_difference([1.0] * 100, old)
    assert (better.value, better.better, better.worse) == (0.5, True, False)
    assert better.p < 0.01
    assert paired_difference(old, [1.0] * 100).worse


def test_paired_difference_of_equals():
    same = paired_difference([0.0, 1.0], [0.0, 1.0])
    assert (same.value, same.p, same.better, same.worse) == (0, 1, False, False)
    assert paired_difference([], []).count == 0


def test_paired_difference_does_not_see_noise():
    noise = paired_difference([1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0])
    assert not noise.better and not noise.worse
