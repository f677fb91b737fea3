"""The candidates of a question, most probable first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answering.candidates import Candidate, candidates
from qa.answering.confidence import Confidence, Features
from qa.reader.reader import Reading
from qa.retrieval.hybrid import Hit

CONSIDERED = 10  # candidates, chosen and not fitted: more than are shown, as the probability may reorder them


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its probability of being right."""

    candidate: Candidate
    probability: float


def ranking(hits: Sequence[Hit], readings: Sequence[Reading], confidence: Confidence) -> list[Ranked]:
    """All candidates of one question with their probabilities, most probable first."""
    ranked = [Ranked(candidate, confidence.probability(known)) for candidate, known in considered(hits, readings)]
    return sorted(ranked, key=lambda one: (-one.probability, -one.candidate.score))


def considered(hits: Sequence[Hit], readings: Sequence[Reading]) -> list[tuple[Candidate, Features]]:
    """The best candidates by the reader's score alone, each with its features."""
    return [(candidate, Features.of(candidate)) for candidate in candidates(hits, readings)[:CONSIDERED]]
