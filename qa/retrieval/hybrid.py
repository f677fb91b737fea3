"""Ranked passages for a question: searched by terms and by vectors, the two rankings fused."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from index.arrays import Floats
from index.encoder.embedder import Embedder
from index.folder_index import IndexDamaged, Passage, Rankings
from index.store import Store
from qa.retrieval.late_vectors import with_late

TERM_WEIGHT = 0.4  # chosen on what is held back of NQ, TimeQA, QuAC and Quoref: eval/studies/fusion.py
DEPTH = 50  # passages per search, chosen and not fitted: far more than are read, so that both rankings reach what fusing moves up


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and how it was found; ranks count from 1 and are None if that search did not return it.

    ``score`` is the fused score, ``similarity`` the cosine of question and passage (0.0 if unknown), ``term_score`` the BM25
    score as a share of the question's best (0..1). A passage that only one search returned gets the other's lowest score.
    """

    passage: Passage
    score: float
    term_rank: int | None = None
    vector_rank: int | None = None
    similarity: float = 0.0
    term_score: float = 0.0


class Retriever(Protocol):
    """Finds the passages most likely to hold an answer, for many questions at once."""

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """The ``k`` best hits of each question, best first."""

    def where(self, condition: str) -> Self:
        """This retriever over the documents that meet a condition of ``index.filters``; ValueError if that cannot be."""


class HybridRetriever:
    """BM25 and dense search over one store, their scores fused by ``fuse``."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        store.check_embedder(embedder)
        self._store, self._embedder = store, embedder

    def where(self, condition: str) -> HybridRetriever:
        """This retriever over the documents that meet a condition of ``index.filters``; ValueError if it is none."""
        narrowed = copy.copy(self)
        narrowed._store = self._store.where(condition)
        return narrowed

    def retrieve(self, question: str, k: int) -> list[Hit]:
        """The ``k`` best hits of one question."""
        return self.retrieve_many([question], k)[0]

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """The ``k`` best hits of each question, best first; each search returns at least ``k`` for fusing."""
        if not questions:
            return []
        vectors = self._embedder.embed(questions)
        try:
            return self._found(questions, vectors, k)
        except IndexDamaged:
            self._store.fall_back()
            return self._found(questions, vectors, k)

    def _found(self, questions: Sequence[str], vectors: Floats, k: int) -> list[list[Hit]]:
        depth = max(DEPTH, k)
        rankings = with_late(self._store.rank(questions, vectors, depth), vectors, self._embedder, depth)
        return [fuse(found, k) for found in rankings]


def fuse(found: Rankings, k: int, *, term_weight: float = TERM_WEIGHT) -> list[Hit]:
    """The ``k`` best hits of one question from its two rankings; ties go to the lower passage number.

    The score is cosine + ``term_weight`` x BM25 / the question's best BM25. Up to scale it is a convex combination, which
    finds more than fusing ranks does (Bruch et al. 2023, arXiv 2210.11934).
    """
    vector_ranks = {number: rank for rank, (number, _) in enumerate(found.vectors, 1)}
    term_ranks = {number: rank for rank, (number, _) in enumerate(found.terms, 1)}
    similarity, term_scores = dict(found.vectors), dict(found.terms)
    farthest = min(similarity.values(), default=0.0)
    best = max(term_scores.values(), default=0.0) or 1.0
    full = len(found.terms) >= max(DEPTH, k)  # the passages that a shorter ranking leaves out share no term
    least = min(term_scores.values()) if full else 0.0
    near = {number: similarity.get(number, farthest) for number in {**vector_ranks, **term_ranks}}
    shared = {number: term_scores.get(number, least) / best for number in near}
    fused = {number: near[number] + term_weight * shared[number] for number in near}
    order = sorted(fused, key=lambda number: (-fused[number], number))[:k]
    return [
        Hit(
            found.passages[number],
            fused[number],
            term_ranks.get(number),
            vector_ranks.get(number),
            near[number],
            shared[number],
        )
        for number in order
    ]
