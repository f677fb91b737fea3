"""The sentences that answer a question, quoted as they stand, each with its probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answering.candidates import Candidate, Support, cited
from qa.answering.confidence import Confidence, sigmoid
from qa.answering.features import SentenceFeatures, clipped, log_sum, sentences_of, share
from qa.answers import Citation
from qa.question.content_words import content
from qa.reader.reader import Reading
from qa.retrieval.hybrid import Hit

# Chosen and not fitted.
MOST = 3  # sentences shown
WORTH = 0.1  # of the best sentence's probability: what is less probable only distracts


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters [start, end) of a document that are a sentence, with the log odds that it answers.

    ``place`` is its number in its passage, ``score`` the log of the odds of all spans that the reader found in it.
    """

    hit: Hit
    place: int
    start: int
    end: int
    score: float
    known: SentenceFeatures
    log_odds: float

    @property
    def text(self) -> str:
        """Its words, a slice of the document."""
        passage = self.hit.passage
        return passage.text[self.start - passage.start : self.end - passage.start]

    def holds(self, support: Support) -> bool:
        """Whether a place begins in it."""
        return self.hit.passage.document == support.hit.passage.document and self.start <= support.start < self.end


def ranked_sentences(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading | None], confidence: Confidence
) -> list[Sentence]:
    """Every sentence of the passages once, most probable first.

    ``readings`` are the reader's of the first passages, None for those that were not read: there the search scores and the words
    shared with the question decide.
    """
    wanted = content(question)
    found: dict[tuple[str, int, int], Sentence] = {}
    for rank, hit in enumerate(hits):
        passage, reading = hit.passage, readings[rank] if rank < len(readings) else None
        above = f"{passage.title}\n{passage.heading}"
        for place, one in enumerate(sentences_of(passage.text)):
            spans = (
                [] if reading is None else [s for s in reading.spans if one.start <= (s.start + s.end) // 2 < one.end]
            )
            score = log_sum([span.score for span in spans])
            margin = 0.0 if reading is None else clipped(score)
            known = SentenceFeatures(
                margin,
                margin * abs(margin),
                hit.similarity,
                hit.term_score,
                share(wanted, f"{above}\n{passage.text[one.start : one.end]}"),
                float(reading is not None),
                1 / (1 + rank),
                float(not passage.main),
            )
            key = (passage.document, passage.start + one.start, passage.start + one.end)
            made = Sentence(hit, place, key[1], key[2], score, known, confidence.sentence.log_odds(known))
            if key not in found or found[key].log_odds < made.log_odds:
                found[key] = made
    return sorted(found.values(), key=lambda sentence: -sentence.log_odds)


def nearest(ranked: Sequence[Sentence], found: Sequence[Candidate]) -> list[Sentence]:
    """The sentences of the best candidates, best first, and then the others.

    Of the questions that get no short answer although there is one, these hold it more often than the three most probable
    sentences: by 4 to 67 points on five of the nine kinds in the population of ``eval.studies.population``, and as often on
    the others.
    """
    supports = [candidate.best for candidate in found[:MOST]]
    leading = [one for support in supports for one in ranked if one.holds(support)]
    return list(dict.fromkeys((*leading, *ranked)))


def quoted(ranked: Sequence[Sentence]) -> tuple[Citation, ...]:
    """The first ``MOST`` sentences that are worth it as citations, those that follow each other in one passage as one quote."""
    least = WORTH * max((sigmoid(one.log_odds) for one in ranked), default=0.0)
    groups: list[list[Sentence]] = []
    for one in ranked[:MOST]:
        if sigmoid(one.log_odds) < least:
            continue
        beside = next((group for group in groups if any(_adjoin(one, other) for other in group)), None)
        if beside is None:
            groups.append([one])
        else:
            beside.append(one)
    return tuple(_citation(group) for group in groups)


def _adjoin(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences follow each other in one passage."""
    return one.hit.passage == other.hit.passage and abs(one.place - other.place) == 1


def _citation(group: Sequence[Sentence]) -> Citation:
    """Neighbouring sentences as one quote, as probable as the best of them."""
    start, end = min(one.start for one in group), max(one.end for one in group)
    best = max(group, key=lambda one: one.log_odds)
    return cited(best.hit.passage, start, end, best.score, sigmoid(best.log_odds))
