"""What is given for a question: a short answer, a sentence that answers, the sentences nearest to it, or that nothing is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.answering.candidates import Candidate, in_its_sentence, item_citations, widened
from qa.answering.confidence import Confidence
from qa.answering.conflicts import Compared, DateOf, compare
from qa.answering.features import FoundFeatures
from qa.answering.ranking import Ranked
from qa.answering.sections import FoundSections, Sections, headed, rows
from qa.answering.sense import untimely
from qa.answering.sentences import Sentence, nearest, quoted, ranked_sentences
from qa.answers import Alternative, Answer, Certainty, Citation, Kind
from qa.question.answer_form import WHOLE_SENTENCE, form_of, number_asked
from qa.reader.reader import Reading
from qa.retrieval.hybrid import Hit

ALTERNATIVES = 4  # shown beside an answer, chosen and not fitted
HEADED = 0.7  # that a question means the list whose heading it names; chosen and not fitted
NOTHING_SEARCHED = "No article was searched: the index is empty, or no article meets the condition."


def outcome(
    question: str,
    hits: Sequence[Hit],
    readings: Sequence[Reading | None],
    ranked: Sequence[Ranked],
    confidence: Confidence,
    date_of: DateOf = lambda name: None,
    sections: Sections | None = None,
) -> Answer:
    """The most probable answer if it is probable enough, else a sentence that surely answers, else the nearest ones.

    ``readings`` are those of the first hits, None where a passage was not read; ``ranked`` are their candidates. A list under
    the heading that the question names goes before an unsure answer.
    """
    if not hits:
        return Answer(question, None, 1.0, (), kind="notice", certainty="sure", notice=NOTHING_SEARCHED)
    around = sections or FoundSections(hits)
    given = ranked and ranked[0].probability >= confidence.threshold
    answer = _given(question, compare(question, ranked, confidence, date_of), confidence, around) if given else None
    ranked = [one for one in ranked if not _of_other_years(question, one)]
    if answer is None or answer.certainty == "unsure":
        answer = _headed(question, hits, ranked, around) or answer
    if answer:
        return answer
    sentences = ranked_sentences(question, hits, readings, confidence)
    best = quoted(sentences)
    if best and confidence.sentence.word(best[0].confidence) == "sure":
        return Answer(
            question,
            best[0].quote,
            best[0].confidence,
            best[:1],
            _alternatives(ranked),
            kind="passage",
            certainty="sure",
        )
    probability = confidence.none.probability(found_features(hits, ranked, sentences))
    return Answer(
        question,
        None,
        probability,
        quoted(nearest(sentences, [one.candidate for one in ranked])),
        _alternatives(ranked),
        kind="none",
        certainty=confidence.none.word(probability),
        reason=None if confidence.fitted else _UNFITTED,
    )


_UNFITTED = "not fitted to this reader"


def found_features(hits: Sequence[Hit], ranked: Sequence[Ranked], sentences: Sequence[Sentence]) -> FoundFeatures:
    """What is known of all that was found."""
    return FoundFeatures(
        answer=max((one.log_odds for one in ranked), default=-10.0) / 10,
        sentence=max((one.log_odds for one in sentences), default=-10.0) / 10,
        similarity=max((hit.similarity for hit in hits), default=0.0),
        near=max((one.known.near for one in sentences), default=0.0),
    )


def _headed(question: str, hits: Sequence[Hit], ranked: Sequence[Ranked], sections: Sections) -> Answer | None:
    """The lists under the headings that a question names; None if it names none."""
    lists = headed(question, hits, sections)
    if not lists:
        return None
    return Answer(
        question,
        lists[0].whole.quote,
        HEADED,
        tuple(replace(one.whole, confidence=HEADED) for one in lists),
        _alternatives(ranked),
        kind="list",
        certainty="likely",
        items=tuple(item for one in lists for item in one.items),
    )


def _given(question: str, compared: Compared, confidence: Confidence, sections: Sections) -> Answer | None:
    """A span, a list with its items, or the sentence that decides or gives the reason.

    If a list is asked for and the best row is of other years, the rows of its table that fit take its place; None if none fits.
    """
    best, form = compared.ranked[0], form_of(question)
    instead = rows(question, best.candidate.best, sections) if _of_other_years(question, best) else None
    if instead == ():
        return None
    own = instead[:1] if instead else shown(question, best.candidate)
    agreeing = [place for one in compared.agreeing for place in shown(question, one.candidate)]
    items = instead or _items(question, own[0], compared.ranked, sections)
    items = items if len(items) > 1 else ()
    return Answer(
        question,
        own[0].quote,
        best.probability,
        tuple(replace(one, confidence=best.probability) for one in (*own, *agreeing)),
        _alternatives([one for one in compared.ranked[1:] if not _of_other_years(question, one)]),
        kind=_KINDS.get(form, "list" if items else "span"),
        certainty=_certainty(best, compared, confidence),
        reason=_reason(best, compared, confidence),
        agreement=compared.agreement,
        items=items,
    )


def _of_other_years(question: str, one: Ranked) -> bool:
    """Whether a list is asked for, and an answer is from a row of other years."""
    passage = one.candidate.best.hit.passage
    listed = bool(passage.header) and form_of(question) == "list"
    return listed and untimely(question, passage.text, passage.header)


def _items(question: str, own: Citation, ranked: Sequence[Ranked], sections: Sections) -> tuple[Citation, ...]:
    """The items of the answer where it is a list, else those that stand apart from each other; none if it is no list."""
    form = form_of(question)
    if form in WHOLE_SENTENCE or (form == "span" and "\n" not in own.quote):
        return ()
    items = item_citations(own)
    return items if len(items) > 1 or form == "span" else _apart(question, ranked, sections)


def _apart(question: str, ranked: Sequence[Ranked], sections: Sections) -> tuple[Citation, ...]:
    """The answer with the cells below and above it in its table, or with so many of its passage as the question names."""
    best, number = ranked[0].candidate.best, number_asked(question)
    passage = best.hit.passage
    if passage.header:
        return rows(question, best, sections)
    near = (
        [one.candidate.best for one in ranked if one.candidate.best.hit.passage == passage][:number] if number else []
    )
    return tuple(one.citation() for one in sorted(near, key=lambda one: one.start)) if len(near) == number else ()


def _certainty(best: Ranked, compared: Compared, confidence: Confidence) -> Certainty:
    """The word for an answer; never more than unsure for one that the question's words do not surround or whose type is not
    asked for, nor sure if the articles disagree, or if only menus, teasers, comments or small print say it."""
    word = confidence.answer.word(best.probability)
    if best.known.unfit or not best.known.near:
        return "unsure"
    return "likely" if word == "sure" and (compared.agreement.conflict or best.known.outside) else word


def _reason(best: Ranked, compared: Compared, confidence: Confidence) -> str | None:
    """What bears most on the probability, in a few words; None if there is nothing to say."""
    told = compared.agreement
    if not confidence.fitted:
        return _UNFITTED
    if told.conflict:
        every = told.agreeing + told.differing
        return f"{told.agreeing} of {every} articles agree" if told.agreeing > 1 else "the articles disagree"
    if best.known.outside:
        return "outside the main text"
    if best.known.row:
        return "from a table row"
    return f"{told.agreeing} articles agree" if told.agreeing > 1 else None


def shown(question: str, candidate: Candidate) -> tuple[Citation, ...]:
    """Every place that gives the answer, strongest first, quoted as widely as the question's form asks; of a table's row the cell
    tells how."""
    form = form_of(question)
    widen = None if form == "reason" and candidate.best.hit.passage.header else _FORMED.get(form)
    return tuple(widen(citation) if widen else citation for citation in _citations(candidate))


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
    """Every place that gives the answer, the strongest first, but those outside the main text last."""
    return tuple(support.citation() for support in candidate.shown)
