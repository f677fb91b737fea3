"""The candidates of a question, most probable first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.search.bm25 import terms
from qa.answering.candidates import Candidate, candidates
from qa.answering.confidence import Confidence, Features
from qa.question.answer_form import WHOLE_SENTENCE, form_of
from qa.reader.reader import Reading
from qa.retrieval.hybrid import Hit

CONSIDERED = 10  # candidates, chosen and not fitted: more than are shown, as the probability may reorder them
CHOICE = re.compile(r"\bor\b", re.I)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with what is known of it and its probability of being right."""

    candidate: Candidate
    known: Features
    probability: float


def ranking(question: str, hits: Sequence[Hit], readings: Sequence[Reading], confidence: Confidence) -> list[Ranked]:
    """All candidates of one question with their probabilities, most probable first."""
    ranked = [
        Ranked(candidate, known, confidence.probability(known))
        for candidate, known in considered(question, hits, readings)
    ]
    return sorted(ranked, key=lambda one: (-one.probability, -one.candidate.score))


def considered(question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[tuple[Candidate, Features]]:
    """The best candidates by the reader's score alone, each with its features."""
    found = candidates(hits, readings)[:CONSIDERED]
    if CHOICE.search(question) or form_of(question) in WHOLE_SENTENCE:  # there the right words may be the question's
        return [(candidate, Features.of(candidate, 0.0)) for candidate in found]
    asked = set(terms(question))
    return [(candidate, Features.of(candidate, echo(asked, candidate.text))) for candidate in found]


def echo(asked: set[str], answer: str) -> float:
    """1.0 if the stems of all of an answer's words are among those of the question, else 0.0."""
    return float(asked.issuperset(terms(answer)))
