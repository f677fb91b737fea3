"""From ranked candidates to what is given: an answer in the form that the question asks for, or the nearest sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.answering.candidates import Candidate, in_its_sentence, item_citations, widened
from qa.answering.confidence import Confidence
from qa.answering.ranking import Ranked
from qa.answering.sentences import nearest_sentences
from qa.answers import Agreement, Alternative, Answer, Citation, Kind
from qa.english import FIGURE
from qa.question.answer_form import WHOLE_SENTENCE, form_of
from qa.retrieval.hybrid import Hit

# Chosen and not fitted.
ALTERNATIVES = 4  # shown beside an answer
COMPARABLE = 0.45  # of the best answer's probability: from here on another figure is a conflict


def outcome(question: str, hits: Sequence[Hit], ranked: Sequence[Ranked], confidence: Confidence) -> Answer:
    """The most probable answer if it is probable enough, otherwise the sentences nearest to the question."""
    if ranked and ranked[0].probability >= confidence.threshold:
        return _given(question, ranked, confidence)
    probability = 1 - ranked[0].probability if ranked else 1.0
    return Answer(
        question,
        None,
        probability,
        nearest_sentences(question, hits, ranked),
        _alternatives(ranked),
        kind="none",
        certainty=confidence.word(probability),
    )


def _given(question: str, ranked: Sequence[Ranked], confidence: Confidence) -> Answer:
    """A span, a list with its items, or the sentence that decides or gives the reason."""
    best, form = ranked[0], form_of(question)
    citations = shown(question, best.candidate)
    items = item_citations(citations[0]) if form == "list" else ()
    other = ranked[1] if len(ranked) > 1 else None
    conflict = bool(other and form not in WHOLE_SENTENCE and _conflicting(best, other, confidence.threshold))
    return Answer(
        question,
        citations[0].quote,
        best.probability,
        tuple(replace(one, confidence=best.probability) for one in citations),
        _alternatives(ranked[1:]),
        kind=_KINDS.get(form, "list" if len(items) > 1 else "span"),
        certainty=confidence.word(best.probability),
        agreement=Agreement(best.candidate.documents, other.candidate.documents if other and conflict else 0, conflict),
        items=items if len(items) > 1 else (),
    )


def shown(question: str, candidate: Candidate) -> tuple[Citation, ...]:
    """Every place that gives the answer, strongest first, quoted as widely as the question's form asks."""
    return tuple(_FORMED.get(form_of(question), _as_it_is)(citation) for citation in _citations(candidate))


def _as_it_is(citation: Citation) -> Citation:
    """A plain span."""
    return citation


_FORMED = {"list": widened, "yes_no": in_its_sentence, "reason": in_its_sentence}
_KINDS: dict[str, Kind] = {"yes_no": "yes_no", "reason": "passage"}


def _alternatives(ranked: Sequence[Ranked]) -> tuple[Alternative, ...]:
    """The next candidates as alternatives."""
    return tuple(
        Alternative(
            one.candidate.text,
            one.probability,
            tuple(replace(place, confidence=one.probability) for place in _citations(one.candidate)),
        )
        for one in ranked[:ALTERNATIVES]
    )


def _citations(candidate: Candidate) -> tuple[Citation, ...]:
    """Every place that gives the answer, the strongest first."""
    return tuple(support.citation() for support in candidate.supports)


def _conflicting(best: Ranked, second: Ranked, threshold: float) -> bool:
    """Whether another document gives a different figure or date on comparable evidence."""
    numbers = [set(FIGURE.findall(one.candidate.text)) for one in (best, second)]
    other = second.candidate.best.hit.passage.document != best.candidate.best.hit.passage.document
    return (
        other
        and not (numbers[0] <= numbers[1] or numbers[1] <= numbers[0])  # "2019" and "in May 2019" agree
        and second.probability >= max(threshold, COMPARABLE * best.probability)
    )
