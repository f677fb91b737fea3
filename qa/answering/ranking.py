"""The candidates of a question, most probable first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answering.candidates import Candidate, candidates
from qa.answering.confidence import Confidence, sigmoid
from qa.answering.features import Features, features_of, sentence_of
from qa.answering.sense import turned_round, untimely
from qa.answering.type_check import of_another_type
from qa.question.answer_form import WHOLE_SENTENCE, form_of
from qa.reader.reader import Reading
from qa.retrieval.hybrid import Hit

CONSIDERED = 10  # candidates, chosen and not fitted: more than are shown, as the probability may reorder them


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with what is known of it and the log odds of its being right."""

    candidate: Candidate
    known: Features
    log_odds: float

    @property
    def probability(self) -> float:
        """The probability, 0..1, that it is right."""
        return sigmoid(self.log_odds)


def ranking(question: str, hits: Sequence[Hit], readings: Sequence[Reading], confidence: Confidence) -> list[Ranked]:
    """All candidates of one question with their probabilities, most probable first; readings are of the first hits."""
    ranked = [
        Ranked(candidate, known, confidence.answer.log_odds(known))
        for candidate, known in considered(question, hits, readings)
    ]
    return sorted(ranked, key=lambda one: (-one.log_odds, -one.candidate.score))


def considered(question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[tuple[Candidate, Features]]:
    """The best candidates by the reader's score alone, each with its features.

    Those of another type than the question asks for are left out: over the population of ``eval.studies.population`` that lowers
    the exact match of no kind of question, and of 60 bundled questions without an answer five more are refused. So are those in
    the other role of its verb, and those of other years, of which 16 wrong ones and no right one are probable enough to be given.
    """
    whole = form_of(question) in WHOLE_SENTENCE
    found = [one for one in candidates(hits, readings) if whole or _fits(question, one)][:CONSIDERED]
    return list(zip(found, features_of(question, found), strict=True))


def _fits(question: str, candidate: Candidate) -> bool:
    """Whether a candidate is of the type, in the role and of the years that the question asks for.

    If a list is asked for, a row of other years stays: it still tells which column of its table is meant.
    """
    listed = form_of(question) == "list"
    sentence, header = sentence_of(candidate), candidate.best.hit.passage.header
    return not (
        of_another_type(question, candidate.text)
        or turned_round(question, candidate.text, sentence)
        or (untimely(question, sentence, header) and not (header and listed))
    )
