"""The candidates of a question in the order of their probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answering.candidates import Candidate, candidates
from qa.answering.confidence import Confidence, Features
from qa.reader.reader import Reading
from qa.retrieval.hybrid import Hit


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
    """The ten best candidates by the reader's score alone, with what is known of each."""
    return [(candidate, Features.of(candidate)) for candidate in candidates(hits, readings)[:10]]
