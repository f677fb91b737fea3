"""The sentences nearest to a question, quoted as they stand: what is shown if no short answer is found."""

from __future__ import annotations

from collections.abc import Sequence

from index.search.bm25 import terms
from index.sentences import sentence_at, sentences
from qa.answering.candidates import cited
from qa.answering.ranking import Ranked
from qa.answers import Citation
from qa.retrieval.hybrid import Hit

NEAREST = 3  # sentences shown if there is no answer, chosen and not fitted


def nearest_sentences(question: str, hits: Sequence[Hit], ranked: Sequence[Ranked]) -> tuple[Citation, ...]:
    """The sentences of the best candidates, filled up with those of the first passages that share most words."""
    asked = set(terms(question))
    found: dict[tuple[str, int, int], Citation] = {}
    for one in ranked:
        support = one.candidate.best
        passage = support.hit.passage
        place = sentence_at(passage.text, support.start - passage.start, support.end - passage.start)
        start, end = passage.start + place.start, passage.start + place.end
        found.setdefault(
            (passage.document, start, end), cited(passage, start, end, support.score, confidence=one.probability)
        )
    for hit in hits[:NEAREST]:
        passage = hit.passage
        places = sentences(passage.text)
        if not places:
            continue
        best = max(places, key=lambda place: len(asked.intersection(terms(passage.text[place.start : place.end]))))
        start, end = passage.start + best.start, passage.start + best.end
        found.setdefault((passage.document, start, end), cited(passage, start, end, hit.score))
    return tuple(found.values())[:NEAREST]
