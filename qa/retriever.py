"""From a question to ranked passages: by terms and by vectors, the two rankings fused."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.dense import Neighbours
from index.embedder import Embedder
from index.store import Index, Passage

TERM_WEIGHT = 0.5  # chosen on questions of SQuADShifts: eval/fusion.py
DEPTH = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and how it was found; ranks count from 1 and are None where that search did not return it.

    ``score`` is the fused one, ``similarity`` the cosine of question and passage (0.0 where unknown), ``term_score`` the
    BM25 score as a share of the question's best (0..1). What one of two searches did not return has its lowest there.
    """

    passage: Passage
    score: float
    term_rank: int | None = None
    vector_rank: int | None = None
    similarity: float = 0.0
    term_score: float = 0.0


Ranking = Sequence[tuple[int, float]]  # places in the passages with their scores, best first


class Retriever(Protocol):
    """Finds the passages most likely to hold an answer; the batch form is the only one."""

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """The ``k`` best hits of each question, best first."""
        ...


class HybridRetriever:
    """BM25 and dense search over one index, their scores fused by ``fuse``."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        index.check_embedder(embedder)
        self.index, self._embedder = index, embedder

    def where(self, condition: str) -> HybridRetriever:
        """This retriever over the documents that a condition of ``index.filters`` holds for; ValueError where it is none."""
        narrowed = copy.copy(self)
        narrowed.index = self.index.where(condition)
        return narrowed

    def retrieve(self, question: str, k: int) -> list[Hit]:
        """The ``k`` best hits of one question."""
        return self.retrieve_many([question], k)[0]

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """The ``k`` best hits of each question, best first; at least ``k`` are fused from each search."""
        if not questions:
            return []
        depth = max(DEPTH, k)
        dense = self.index.dense.search(self._embedder.embed(questions), depth)
        sparse = self.index.sparse.search(questions, depth)
        return [fuse(ranked(dense, row), ranked(sparse, row), self.index.passages, k) for row in range(len(questions))]


def fuse(
    vectors: Ranking, terms: Ranking, passages: Sequence[Passage], k: int, *, term_weight: float = TERM_WEIGHT
) -> list[Hit]:
    """The ``k`` best hits of one question by its two rankings; among equals the lower place is first.

    The score is cosine + ``term_weight`` x BM25 over the question's best BM25: a convex combination but for its scale, which
    finds more than ranks alone do (Bruch et al. 2023, arXiv 2210.11934).
    """
    vector_ranks = {number: rank for rank, (number, _) in enumerate(vectors, 1)}
    term_ranks = {number: rank for rank, (number, _) in enumerate(terms, 1)}
    similarity, term_scores = dict(vectors), dict(terms)
    farthest = min(similarity.values(), default=0.0)
    best = max(term_scores.values(), default=0.0) or 1.0
    full = len(terms) >= max(DEPTH, k)  # the passages that a shorter ranking leaves out share no term
    least = min(term_scores.values()) if full else 0.0
    near = {number: similarity.get(number, farthest) for number in {**vector_ranks, **term_ranks}}
    shared = {number: term_scores.get(number, least) / best for number in near}
    fused = {number: near[number] + term_weight * shared[number] for number in near}
    order = sorted(fused, key=lambda number: (-fused[number], number))[:k]
    return [
        Hit(
            passages[number],
            fused[number],
            term_ranks.get(number),
            vector_ranks.get(number),
            near[number],
            shared[number],
        )
        for number in order
    ]


def ranked(found: Neighbours, row: int) -> Ranking:
    """One row of neighbours without the places that hold none."""
    pairs = zip(found.ids[row], found.scores[row], strict=True)
    return [(int(number), float(score)) for number, score in pairs if number >= 0]
