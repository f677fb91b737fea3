"""The candidates of a question in the order of their probability."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.candidates import Candidate, candidates
from qa.confidence import Confidence, Features
from qa.echoes import is_echo
from qa.forms import WHOLE_SENTENCE, form_of
from qa.reader import Reading
from qa.retriever import Hit

CHOICE = re.compile(r"\bor\b", re.I)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its probability of being right."""

    candidate: Candidate
    probability: float


def ranking(question: str, hits: Sequence[Hit], readings: Sequence[Reading], confidence: Confidence) -> list[Ranked]:
    """All candidates of one question with their probabilities, most probable first."""
    ranked = [
        Ranked(candidate, confidence.probability(known)) for candidate, known in considered(question, hits, readings)
    ]
    return sorted(ranked, key=lambda one: (-one.probability, -one.candidate.score))


def considered(question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[tuple[Candidate, Features]]:
    """The ten best candidates by the reader's score alone, with what is known of each.

    A candidate of the question's own words alone says nothing and is left out, unless the question names a choice or a
    whole sentence will answer it.
    """
    repeats = bool(CHOICE.search(question)) or form_of(question) in WHOLE_SENTENCE
    return [
        (candidate, Features.of(candidate))
        for candidate in candidates(hits, readings)[:10]
        if repeats or not is_echo(question, candidate.text)
    ]
