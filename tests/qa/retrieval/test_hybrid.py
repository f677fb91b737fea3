"""Two rankings made one."""

from __future__ import annotations

import pytest
from reader_fakes import passage

from eval.metrics import Place
from eval.studies.fusion import by_rank, by_score, recalls
from index.folder_index import Ranking, Rankings
from qa.retrieval.hybrid import DEPTH, TERM_WEIGHT, Hit, fuse

PASSAGES = [passage(f"text {number}", document=f"/{number}.txt") for number in range(DEPTH + 5)]


def fused(vectors: Ranking, terms: Ranking, k: int, *, term_weight: float = TERM_WEIGHT) -> list[Hit]:
    return fuse(Rankings(vectors, terms, PASSAGES), k, term_weight=term_weight)


def order(
    vectors: list[tuple[int, float]], terms: list[tuple[int, float]], weight: float = 0.5, k: int = 9
) -> list[int]:
    return [PASSAGES.index(hit.passage) for hit in fused(vectors, terms, k, term_weight=weight)]


def test_the_score_is_the_cosine_and_a_weighted_share_of_the_best_terms():
    [first, second] = fused([(0, 0.7), (1, 0.62)], [(1, 12.0), (0, 9.0)], 2)
    assert (first.passage, second.passage) == (PASSAGES[1], PASSAGES[0])
    assert first.score == pytest.approx(0.62 + 0.4) and second.score == pytest.approx(0.7 + 0.4 * 9 / 12)
    assert (first.vector_rank, first.term_rank, first.similarity, first.term_score) == (2, 1, 0.62, 1.0)


def test_how_much_better_one_is_counts_and_not_its_rank_alone():
    assert order([(0, 0.9), (1, 0.4)], [(1, 10.0), (0, 9.9)]) == [0, 1]
    assert order([(0, 0.45), (1, 0.4)], [(1, 10.0), (0, 5.0)]) == [1, 0]


def test_what_one_search_did_not_return_has_its_lowest_there():
    hits = {hit.passage.document: hit for hit in fused([(0, 0.7), (1, 0.2)], [(2, 8.0)], 9)}
    assert (hits["/2.txt"].similarity, hits["/2.txt"].vector_rank) == (0.2, None)
    assert (hits["/0.txt"].term_score, hits["/0.txt"].term_rank) == (0.0, None)  # all that share a term were returned
    full = [(number, 60.0 - number) for number in range(DEPTH)]
    hits = {hit.passage.document: hit for hit in fused([(DEPTH, 0.7), (0, 0.2)], full, DEPTH)}
    assert hits[f"/{DEPTH}.txt"].term_score == pytest.approx((60 - DEPTH + 1) / 60)


def test_a_ranking_by_terms_shorter_than_was_searched_for_is_all_that_share_a_term():
    short = [(number, 60.0 - number) for number in range(DEPTH)]
    hits = {hit.passage.document: hit for hit in fused([(DEPTH, 0.7)], short, DEPTH + 1)}
    assert hits[f"/{DEPTH}.txt"].term_score == 0.0


def test_among_equals_the_lower_place_is_first_and_only_k_are_kept():
    assert order([(3, 0.5), (1, 0.5), (2, 0.5)], [], k=2) == [1, 2]
    assert order([], []) == []
    assert order([], [(4, 0.0)]) == [4]


def test_recall_counts_the_passage_in_which_an_answer_stands_whole_at_its_place():
    searched = Rankings([(0, 0.9), (1, 0.8)], [(1, 5.0), (2, 4.9), (0, 1.0)], PASSAGES)
    found = ((Place("/1.txt", 5, 6), Place("/1.txt", 900, 901)), searched)
    assert recalls([found], by_score(0.5)) == [100.0, 100.0, 100.0, 100.0]
    assert recalls([found], by_score(0.0)) == [0.0, 100.0, 100.0, 100.0]
    elsewhere, cut = ((Place("/7.txt", 5, 6),), searched), ((Place("/1.txt", 5, 7),), searched)
    assert recalls([found, elsewhere, cut, found], by_rank) == [50.0, 50.0, 50.0, 50.0]
