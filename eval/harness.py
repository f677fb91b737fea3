"""Asks every question and scores what comes back; stopped early, it keeps what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from eval.datasets.gold_places import GoldPlaces, holds
from eval.datasets.questions import Dialogue, GoldQuestion, same_document, split_of
from eval.metrics import Place, PrecisionRecall, best_citation_overlap
from eval.records import Record, Run
from eval.waterfall import Outcome, Trace, outcome, trace
from qa.answerer import Answerer
from qa.answers import PASSAGES_READ, Answer, Citation
from qa.conversation import Conversation
from qa.squad_scores import exact_match, f1, normalise

if TYPE_CHECKING:
    pass

# Questions asked together: progress moves by so many, and Ctrl-C loses at most so many.
BATCH = 8
# Passages looked at for recall@k and nDCG@10, however few are read.
DEPTH = 10

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def run(
    questions: Sequence[GoldQuestion],
    answerer: Answerer,
    *,
    k: int = PASSAGES_READ,
    dataset: str = "",
    dialogues: Sequence[Dialogue] = (),
    progress: Progress = silent,
) -> Run:
    """Ask all questions, then all dialogues, each in one conversation, and score them; Ctrl-C ends it with the records so far."""
    gold = GoldPlaces(answerer.index)
    planned = len(questions) + sum(len(dialogue.turns) for dialogue in dialogues)
    records: list[Record] = []
    try:
        for traced in _traces(questions, dialogues, answerer, gold, k):
            records.append(score(traced, outcome(traced, answerer)))
            progress(len(records), planned)
    except KeyboardInterrupt:
        pass
    return Run(dataset, k, planned, tuple(records))


def _traces(
    questions: Sequence[GoldQuestion],
    dialogues: Sequence[Dialogue],
    answerer: Answerer,
    gold: GoldPlaces,
    k: int,
) -> Iterator[Trace]:
    """Each question asked, with what was retrieved for it."""
    for at in range(0, len(questions), BATCH):
        some = questions[at : at + BATCH]
        answers = answerer.ask_many([question.question for question in some], k)
        yield from _traced(some, answers, answerer, gold, k)
    for dialogue in dialogues:
        talk = Conversation(answerer)
        yield from _traced(dialogue.turns, [talk.ask(turn.question) for turn in dialogue.turns], answerer, gold, k)


def _traced(
    questions: Sequence[GoldQuestion], answers: Sequence[Answer], answerer: Answerer, gold: GoldPlaces, k: int
) -> Iterator[Trace]:
    """Answers beside the passages that their questions, as they were understood, find."""
    understood = [answer.understood or answer.question for answer in answers]
    found = answerer.retriever.retrieve_many(understood, max(k, DEPTH))
    for question, answer, hits in zip(questions, answers, found, strict=True):
        yield trace(question, gold, [hit.passage for hit in hits], k, answer)


def score(traced: Trace, ended: Outcome) -> Record:
    """Every score of one question."""
    question, answer = traced.question, traced.answer
    text = answer.text or ""
    guess = answer.text if answer.text is not None else next((one.answer for one in answer.alternatives), None)
    cited = _cited(traced)
    shown = answer.citations[0] if answer.citations else None
    measured = question.answerable and bool(question.answers)
    return Record(
        id=question.id,
        question=question.question,
        kind=question.kind,
        split=split_of(question.id),
        answerable=question.answerable,
        expected=question.accepted,
        expected_document=question.document,
        given=answer.text,
        confidence=answer.confidence,
        em=exact_match(text, question.accepted),
        f1=f1(text, question.accepted),
        guess=guess,
        guess_confidence=_guess_confidence(answer),
        guess_right=float(guess is not None and question.answerable and exact_match(guess, question.accepted) > 0),
        outcome=ended,
        relevance=tuple(any(holds(passage, place) for place in traced.places) for passage in traced.retrieved)
        if measured
        else None,
        relevant=len(traced.holders),
        right_document=_right_document(question, answer),
        citation_precision=cited.precision if cited else None,
        citation_recall=cited.recall if cited else None,
        items_found=_items_found(question, answer),
        milliseconds={
            "retrieve": answer.milliseconds.retrieve,
            "read": answer.milliseconds.read,
            "total": answer.milliseconds.total,
        },
        document=PurePath(shown.document).name if shown else None,
        passage=shown.passage.text if shown else "",
        highlight=_highlight(shown),
        alternatives=tuple(alternative.answer for alternative in answer.alternatives),
        certainty=answer.certainty,
        conflict=answer.agreement.conflict,
        quotes_hold=_quotes_hold(question, answer),
    )


def _guess_confidence(answer: Answer) -> float:
    """The probability that the best candidate is right; of a refusal without candidates, that refusing was wrong."""
    if answer.text is not None:
        return answer.confidence
    return next((alternative.confidence for alternative in answer.alternatives), 1 - answer.confidence)


def _right_document(question: GoldQuestion, answer: Answer) -> float | None:
    """Whether the first citation is of the gold document; None if nothing was answered or no document is named."""
    if answer.text is None or not answer.citations or not question.holders or not question.answerable:
        return None
    return float(any(same_document(holder, answer.citations[0].document) for holder in question.holders))


def _cited(traced: Trace) -> PrecisionRecall | None:
    """How the citation overlaps the gold places: of a list all citations, otherwise the first, which is the answer.

    The further citations of a plain answer are other places that say the same, of which the gold file knows one.
    """
    answer = traced.answer
    if answer.text is None or not traced.places:
        return None
    quoted = answer.citations if answer.kind == "list" else answer.citations[:1]
    cited = [Place(citation.document, citation.start, citation.end) for citation in quoted]
    return best_citation_overlap(cited, [[place] for place in traced.places])


def _items_found(question: GoldQuestion, answer: Answer) -> float | None:
    """The share of a list's items that stand in the answer or its citations; None if the question asks for none."""
    if not question.items:
        return None
    said = [normalise(answer.text or ""), *(normalise(citation.quote) for citation in answer.citations)]
    wordings = [[f" {normalise(wording)} " for wording in item] for item in question.items]
    found = [any(wording in f" {text} " for wording in item for text in said) for item in wordings]
    return sum(found) / len(found)


def _quotes_hold(question: GoldQuestion, answer: Answer) -> float | None:
    """Whether a sentence quoted where no answer is given holds a gold answer; None if one is given or there is none."""
    if answer.text is not None or not question.answers:
        return None
    quotes = [f" {normalise(citation.quote)} " for citation in answer.citations]
    return float(any(f" {normalise(wanted)} " in quote for wanted in question.answers for quote in quotes))


def _highlight(citation: Citation | None) -> tuple[int, int] | None:
    """Where the quote stands in its passage; None if nothing is quoted."""
    if citation is None or not citation.quote:
        return None
    return citation.start - citation.passage.start, citation.end - citation.passage.start
