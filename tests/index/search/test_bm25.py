"""BM25 by hand: terms, the formula, order, and questions without a known word."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from index.search.bm25 import K1, B, SparseIndex, terms
from index.search.bm25_weights import Weights, weigh

TEXTS = ["red apple", "green apple apple", "blue sky", "the red fox"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Running runs, RAN!", ["run", "run", "ran"]),
        ("Erdo\u011fan\u2019s caf\u00e9", ["erdogan", "cafe"]),
        ("$1.4 billion and 7,500 km", ["1.4", "billion", "and", "7500", "km"]),
        ("November 1-2, 2023", ["novemb", "1", "2", "2023"]),
        ("the of and", ["the", "of", "and"]),
        ("\u4e2d\u6587ab", ["\u4e2d", "\u6587", "ab"]),
        ("?! ...", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_scores_follow_the_formula() -> None:
    """idf = ln(1 + (N - n + 0.5) / (n + 0.5)); weight = f / (f + k1 * (1 - b + b * length / mean length))."""
    found = SparseIndex.build(TEXTS).search(["apple"], 4)
    idf = math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    mean = (2 + 3 + 2 + 3) / 4
    twice = idf * 2 / (2 + K1 * (1 - B + B * 3 / mean))
    once = idf * 1 / (1 + K1 * (1 - B + B * 2 / mean))
    assert found.ids.tolist() == [[1, 0, -1, -1]]
    assert found.scores[0] == pytest.approx([twice, once, 0, 0], rel=1e-5)


def test_equals_come_in_the_order_of_their_numbers() -> None:
    found = SparseIndex.build(["same"] * 50 + ["other"]).search(["same"], 3)
    assert found.ids.tolist() == [[0, 1, 2]]


def test_a_term_in_every_passage_still_counts() -> None:
    assert SparseIndex.build(["a b", "a c", "a d"]).search(["a"], 3).ids.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize("query", ["unknown", "", "?!", "\U0001f600", "unknown words " * 100_000])
def test_a_query_without_a_known_term_finds_nothing(query: str) -> None:
    found = SparseIndex.build(TEXTS).search([query], 2)
    assert (found.ids.tolist(), found.scores.tolist()) == ([[-1, -1]], [[0.0, 0.0]])


def test_many_queries_have_a_row_each() -> None:
    found = SparseIndex.build(TEXTS).search(["sky", "unknown", "fox"], 1)
    assert found.ids.tolist() == [[2], [-1], [3]]
    assert SparseIndex.build(TEXTS).search([], 2).ids.shape == (0, 2)


@pytest.mark.parametrize("texts", [TEXTS, ["?", "!"]])
def test_what_is_saved_searches_the_same_and_holds_no_objects(texts: list[str], tmp_path: Path) -> None:
    built = SparseIndex.build(texts)
    built.save(tmp_path / "terms")
    opened = SparseIndex.open(tmp_path / "terms", len(texts))
    for query in ("apple", "red fox", "unknown"):
        left, right = built.search([query], 4), opened.search([query], 4)
        assert left.ids.tolist() == right.ids.tolist() and left.scores.tolist() == right.scores.tolist()
    for path in tmp_path.rglob("*.npy"):
        assert not np.load(path, allow_pickle=False).dtype.hasobject


def weighed(passages: list[list[int]], terms: int) -> Weights:
    ids = np.array([term for passage in passages for term in passage], dtype=np.int32)
    return weigh(ids, np.array([len(passage) for passage in passages]), terms, k1=K1, b=B)


def test_weights_are_to_the_bit_those_of_bm25s() -> None:
    """What bm25s 0.3.16 gave for the terms of four passages; term 7 is in none of them."""
    found = weighed([[0, 1], [2, 1, 1], [3, 4], [5, 0, 6, 0, 0]], 8)
    assert found.indptr.tolist() == [0, 2, 4, 5, 6, 7, 8, 9, 9]
    assert found.indices.tolist() == [0, 3, 0, 1, 1, 2, 2, 3, 3]
    given = [0.3648143, 0.433217, 0.3648143, 0.433217, 0.54726034, 0.6336699, 0.6336699, 0.4299903, 0.4299903]
    assert found.data.tolist() == np.array(given, dtype=np.float32).tolist()


def test_weights_follow_the_formula_over_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.search.bm25_weights.PASSAGES_AT_ONCE", 7)
    random = np.random.default_rng(0)
    passages = [random.integers(0, 40, size=random.integers(0, 30)).tolist() for _ in range(50)]
    mean = sum(map(len, passages)) / 50
    found = weighed(passages, 45)
    for term in range(45):
        holding = [number for number, passage in enumerate(passages) if term in passage]
        idf = math.log(1 + (50 - len(holding) + 0.5) / (len(holding) + 0.5))
        times = [(passages[number].count(term), len(passages[number])) for number in holding]
        of_term = slice(found.indptr[term], found.indptr[term + 1])
        assert found.indices[of_term].tolist() == holding
        wanted = [idf * f / (f + K1 * (1 - B + B * length / mean)) for f, length in times]
        assert found.data[of_term].tolist() == pytest.approx(wanted, abs=1e-6)


def test_a_word_asked_for_twice_counts_twice() -> None:
    index = SparseIndex.build(TEXTS)
    once, twice = index.search(["sky"], 1).scores[0, 0], index.search(["sky sky"], 1).scores[0, 0]
    assert twice == pytest.approx(2 * once)


def test_a_word_that_is_in_no_passage_any_more_finds_nothing() -> None:
    index = SparseIndex.of(np.array([0, 0], dtype=np.int32), np.array([1, 1]), {"here": 0, "gone": 1})
    assert index.search(["gone"], 1).ids.tolist() == [[-1]]
    assert index.search(["gone here"], 3).ids.tolist() == [[0, 1, -1]]
