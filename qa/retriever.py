"""From a question to ranked passages: by terms and by vectors, the two rankings fused."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.embedder import Embedder
from index.store import Index, Passage

RRF_CONSTANT = 60
DEPTH = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and how it was found; ranks count from 1 and are None where that search did not return it.

    ``score`` is the fused one, ``similarity`` the cosine of question and passage (0.0 where unknown), ``term_score`` the
    BM25 score as a share of the question's best (0..1).
    """

    passage: Passage
    score: float
    term_rank: int | None = None
    vector_rank: int | None = None
    similarity: float = 0.0
    term_score: float = 0.0


class Retriever(Protocol):
    """Finds the passages most likely to hold an answer; the batch form is the only one."""

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """The ``k`` best hits of each question, best first."""
        ...


class HybridRetriever:
    """BM25 and dense search over one index, fused by reciprocal rank (Cormack et al. 2009): sum of 1 / (60 + rank)."""

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
        return [
            fuse(
                _ranked(dense.ids[row], dense.scores[row]),
                _ranked(sparse.ids[row], sparse.scores[row]),
                self.index.passages,
                k,
            )
            for row in range(len(questions))
        ]


def fuse(
    vectors: Sequence[tuple[int, float]], terms: Sequence[tuple[int, float]], passages: Sequence[Passage], k: int
) -> list[Hit]:
    """One question's two rankings, each of (place in ``passages``, score), as one; among equals the lower place is first."""
    vector_ranks = {number: rank for rank, (number, _) in enumerate(vectors, 1)}
    term_ranks = {number: rank for rank, (number, _) in enumerate(terms, 1)}
    similarity, term_scores = dict(vectors), dict(terms)
    best_term = max(term_scores.values(), default=0.0)
    fused = {
        number: sum(1 / (RRF_CONSTANT + ranks[number]) for ranks in (vector_ranks, term_ranks) if number in ranks)
        for number in {**term_ranks, **vector_ranks}
    }
    order = sorted(fused, key=lambda number: (-fused[number], number))[:k]
    return [
        Hit(
            passages[number],
            fused[number],
            term_ranks.get(number),
            vector_ranks.get(number),
            similarity.get(number, 0.0),
            term_scores.get(number, 0.0) / best_term if best_term > 0 else 0.0,
        )
        for number in order
    ]


def _ranked(ids: Iterable[int], scores: Iterable[float]) -> list[tuple[int, float]]:
    """One row of neighbours without the places that hold none."""
    return [(int(number), float(score)) for number, score in zip(ids, scores, strict=True) if number >= 0]
