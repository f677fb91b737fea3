"""Candidate answers from readings: spans placed in their documents, overlaps removed, equal answers merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.folder_index import Passage
from index.sentences import sentence_at
from qa.answers import Citation, CitedPassage
from qa.question.answer_form import items, whole_list
from qa.reader.reader import Reading
from qa.retrieval.hybrid import Hit
from qa.squad_scores import normalise

SPANS_PER_PASSAGE = 3  # chosen and not fitted: more than one, as a passage may hold two different answers


@dataclass(frozen=True, slots=True)
class Support:
    """A place that gives an answer: a span, in document offsets, and the hit whose passage holds it."""

    hit: Hit
    rank: int
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        """The words at the place, a slice of the passage."""
        passage = self.hit.passage
        return passage.text[self.start - passage.start : self.end - passage.start]

    def citation(self) -> Citation:
        """The place as a citation."""
        return cited(self.hit.passage, self.start, self.end, self.score)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer and every place that gives it, the strongest first."""

    supports: tuple[Support, ...]

    @property
    def best(self) -> Support:
        """The strongest place."""
        return self.supports[0]

    @property
    def text(self) -> str:
        """The answer in the words of the strongest place."""
        return self.best.text

    @property
    def score(self) -> float:
        """The highest log odds over its places."""
        return self.best.score

    @property
    def shown(self) -> tuple[Support, ...]:
        """The places as they are shown: those in the main text of their documents that the reader believes come first."""
        return tuple(sorted(self.supports, key=lambda support: not (support.hit.passage.main and support.score > 0)))

    @property
    def documents(self) -> int:
        """The number of documents that give it."""
        return len({support.hit.passage.document for support in self.supports})


def candidates(hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Candidate]:
    """All candidate answers to one question, best first; scores compare across passages and documents.

    ``readings`` are of the first hits.
    """
    supports = [
        Support(hit, rank, hit.passage.start + span.start, hit.passage.start + span.end, span.score)
        for rank, (hit, reading) in enumerate(zip(hits[: len(readings)], readings, strict=True), 1)
        for span in reading.spans[:SPANS_PER_PASSAGE]
    ]
    merged: dict[str, list[Support]] = {}
    for support in _distinct(supports):
        merged.setdefault(normalise(support.text) or support.text, []).append(support)
    found = [Candidate(tuple(places)) for places in merged.values()]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.best.rank))


def cited(passage: Passage, start: int, end: int, score: float, confidence: float = 0.0) -> Citation:
    """The characters [start, end) of a passage's document as a citation."""
    return Citation(
        passage.document,
        passage.title,
        passage.sha256,
        start,
        end,
        passage.text[start - passage.start : end - passage.start],
        passage.page,
        CitedPassage(passage.start, passage.end, passage.text),
        score,
        main=passage.main,
        confidence=confidence,
    )


def _distinct(supports: Sequence[Support]) -> list[Support]:
    """Best first, without those that overlap a better one in the same document (passages overlap each other)."""
    by_document: dict[str, list[Support]] = {}
    for support in sorted(supports, key=lambda support: (-support.score, support.rank)):
        kept = by_document.setdefault(support.hit.passage.document, [])
        if all(support.end <= other.start or support.start >= other.end for other in kept):
            kept.append(support)
    return sorted(
        (s for kept in by_document.values() for s in kept), key=lambda support: (-support.score, support.rank)
    )


def widened(citation: Citation) -> Citation:
    """The citation widened to the whole list around its quote."""
    passage = citation.passage
    place = whole_list(passage.text, citation.start - passage.start, citation.end - passage.start)
    return _part(citation, passage.start + place.start, passage.start + place.end)


def item_citations(citation: Citation) -> tuple[Citation, ...]:
    """One citation per item of a list."""
    passage = citation.passage
    places = items(passage.text, citation.start - passage.start, citation.end - passage.start)
    return tuple(_part(citation, passage.start + place.start, passage.start + place.end) for place in places)


def in_its_sentence(citation: Citation) -> Citation:
    """The citation widened to the whole sentence around its quote."""
    passage = citation.passage
    found = sentence_at(passage.text, citation.start - passage.start, citation.end - passage.start)
    return _part(citation, passage.start + found.start, passage.start + found.end)


def _part(citation: Citation, start: int, end: int) -> Citation:
    """The same citation with other borders inside its passage."""
    passage = citation.passage
    return replace(citation, start=start, end=end, quote=passage.text[start - passage.start : end - passage.start])
