"""The best by summed weights: the same to the bit as adding every weight of every term."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.arrays import Floats
from index.search.bm25 import K1, B, SparseIndex
from index.search.bm25_weights import weigh
from index.search.dense import Neighbours
from index.search.maxscore import Postings, highest

VOCABULARY = 12
SPELT = [f"w{number}" for number in range(VOCABULARY)]


def postings(weights: dict[int, float]) -> Postings:
    """Those of a term by its weight in each passage."""
    values = np.array(list(weights.values()), dtype=np.float32)
    return Postings(np.array(list(weights), dtype=np.int32), values, max(weights.values()))


def test_weights_are_looked_up_by_passage() -> None:
    found = postings({2: 0.5, 5: 1.5}).look_up(np.array([0, 2, 3, 5, 9], dtype=np.int32))
    assert found.tolist() == [0.0, 0.5, 0.0, 1.5, 0.0]


def test_weights_are_summed_where_passages_may_be_found() -> None:
    lists = [postings({0: 1.0, 1: 1.0, 3: 4.0}), postings({1: 2.0, 2: 3.0})]
    ids, sums = highest(lists, np.array([0, 0, 0, -np.inf], dtype=np.float32), 3)
    assert (ids.tolist(), sums.tolist()) == ([1, 2, 0], [3.0, 3.0, 1.0])


def added(passages: list[list[int]], asked: list[int]) -> Floats:
    """The sum for each passage: the weights of all terms one after the other, repeated ones again."""
    ids = np.array([term for passage in passages for term in passage], dtype=np.int32)
    found = weigh(ids, np.array([len(passage) for passage in passages]), VOCABULARY, k1=K1, b=B)
    sums = np.zeros(len(passages), dtype=np.float32)
    for term in asked:
        of_term = slice(found.indptr[term], found.indptr[term + 1])
        sums[found.indices[of_term]] += found.data[of_term]
    return sums


def assert_same(found: Neighbours, sums: Floats) -> None:
    """The found are the highest positive sums to the bit, the lower number first among equals, and -1 for the rest."""
    k = found.ids.shape[1]
    best = [number for number in np.argsort(-sums, kind="stable").tolist() if sums[number] > 0][:k]
    assert found.ids[0].tolist() == best + [-1] * (k - len(best))
    assert found.scores[0].tolist() == sums[best].tolist() + [0.0] * (k - len(best))


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 400),
    st.integers(1, 60),
    st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=20),
    st.sampled_from([(0, 1), (0, 100), (30_000, 100)]),
    st.booleans(),
)
@pytest.mark.slow
@settings(max_examples=200)
def test_the_best_are_those_of_adding_all_weights(
    seed: int, passages: int, k: int, asked: list[int], costs: tuple[int, int], narrowed: bool
) -> None:
    """However soon the lists of common terms are only looked up."""
    random = np.random.default_rng(seed)
    share = 1.5 ** -np.arange(VOCABULARY) / (1.5 ** -np.arange(VOCABULARY)).sum()
    texts = [random.choice(VOCABULARY, size=random.integers(0, 12), p=share).tolist() for _ in range(passages)]
    texts[0] = list(range(VOCABULARY))
    sums, wanted = added(texts, asked), random.random(passages) < 0.5
    index = SparseIndex.of(
        np.array([term for text in texts for term in text], dtype=np.int32),
        np.array([len(text) for text in texts]),
        {word: number for number, word in enumerate(SPELT)},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.search.maxscore.WORTHWHILE", costs[0])
        patch.setattr("index.search.maxscore.LOOKUP", costs[1])
        searched = index.among(wanted) if narrowed else index
        found = searched.search([" ".join(SPELT[term] for term in asked)], k)
    assert_same(found, np.where(wanted, sums, np.float32(0)) if narrowed else sums)


def test_common_terms_of_a_large_index_are_looked_up_only_where_they_matter() -> None:
    """Passage n holds w0, w1 unless 3 divides n, w2 where 91 does, and w3 where 1,001 does: so do forty, and w1 26 of them."""
    texts = [[0, 1 if n % 3 else 4] + [2] * (n % 91 == 0) + [3] * (n % 1_001 == 0) for n in range(40_000)]
    ids = np.array([term for text in texts for term in text], dtype=np.int32)
    index = SparseIndex.of(ids, np.array([len(text) for text in texts]), {word: n for n, word in enumerate(SPELT)})
    found = index.search(["w0 w1 w2 w3"], 30)
    assert found.ids[0].tolist() == [n for n in range(0, 40_000, 1_001) if n % 3] + [0, 3_003, 6_006, 9_009]
    assert_same(found, added(texts, [0, 1, 2, 3]))
