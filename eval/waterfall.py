"""Where questions are lost: each missed one goes to the first stage that lost it, found by oracle runs.

A stage is blamed only if every stage before it did its work. An oracle run gives a stage perfect input: the reader gets
the gold passage alone, so that what it misses then is its own fault and not the search's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from eval.datasets.gold_places import GoldPlaces, holds
from eval.datasets.questions import GoldQuestion
from eval.metrics import Place
from qa.answerer import Answerer
from qa.answers import Answer
from qa.squad_scores import exact_match, f1

if TYPE_CHECKING:
    from index.folder_index import Passage

# An answer with at least this F1 has found the place, and only begins or ends wrongly.
FOUND = 0.5


class Outcome(StrEnum):
    """What became of a question, in the order of the stages."""

    RIGHT = "right"
    INEXACT = "inexact"
    NOT_IN_CORPUS = "not_in_corpus"
    SPLIT = "split_by_chunker"
    NOT_RETRIEVED = "not_retrieved"
    NOT_READ = "not_read"
    RANKED_LOWER = "ranked_lower"
    WRONGLY_REFUSED = "wrongly_refused"
    WRONGLY_ANSWERED = "wrongly_answered"


EXPLANATIONS = {
    Outcome.RIGHT: "the answer is right, or rightly refused",
    Outcome.INEXACT: f"the right place, but other first or last words (F1 of {FOUND} or more)",
    Outcome.NOT_IN_CORPUS: "no indexed document has the answer where it should stand",
    Outcome.SPLIT: "no passage holds the whole answer",
    Outcome.NOT_RETRIEVED: "none of the passages that were read holds it",
    Outcome.NOT_READ: "given the right passage alone, the reader does not give it",
    Outcome.RANKED_LOWER: "it was among the candidates, but another one won",
    Outcome.WRONGLY_REFUSED: "it was the best candidate, but the assistant refused",
    Outcome.WRONGLY_ANSWERED: "the articles do not hold an answer, but one was given",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of one question once it was asked: its gold places, who holds them, what was found and said.

    ``retrieved`` may go deeper than the first ``k`` passages, which are the ones that were read.
    """

    question: GoldQuestion
    places: tuple[Place, ...]
    holders: Sequence[Passage]
    retrieved: Sequence[Passage]
    k: int
    answer: Answer


def trace(question: GoldQuestion, gold: GoldPlaces, retrieved: Sequence[Passage], k: int, answer: Answer) -> Trace:
    """Look up the gold places and their passages."""
    places = gold.places(question) if question.answerable else ()
    return Trace(question, places, gold.holders(places), retrieved, k, answer)


def outcome(traced: Trace, answerer: Answerer) -> Outcome:
    """Right, nearly right, or the first stage that lost the question; ``answerer`` is asked only for oracle runs."""
    question, answer = traced.question, traced.answer
    if not question.answerable:
        return Outcome.RIGHT if answer.text is None else Outcome.WRONGLY_ANSWERED
    if answer.text is not None and exact_match(answer.text, question.accepted):
        return Outcome.RIGHT
    if answer.text is not None and finds(answer.text, question):
        return Outcome.INEXACT
    return _lost(traced, answerer)


def _lost(traced: Trace, answerer: Answerer) -> Outcome:
    """The first stage that lost a missed question."""
    if not traced.places:
        return Outcome.NOT_IN_CORPUS
    if not traced.holders:
        return Outcome.SPLIT
    reached = [p for p in traced.retrieved[: traced.k] if any(holds(p, place) for place in traced.places)]
    if not reached:
        return Outcome.NOT_RETRIEVED
    candidates = said(traced.answer)
    if not any(finds(text, traced.question) for text in candidates) and not _reads(traced.question, reached, answerer):
        return Outcome.NOT_READ
    refused_only = traced.answer.text is None and (not candidates or finds(candidates[0], traced.question))
    return Outcome.WRONGLY_REFUSED if refused_only else Outcome.RANKED_LOWER


def _reads(question: GoldQuestion, passages: Sequence[Passage], answerer: Answerer) -> bool:
    """Whether the reader, given one of the passages alone, puts the answer first, refused or not."""
    alone = (said(answerer.read_passages(question.question, [passage])) for passage in passages)
    return any(bool(candidates) and finds(candidates[0], question) for candidates in alone)


def said(answer: Answer) -> list[str]:
    """The answer and its alternatives, best first; of a refusal, what would have been said."""
    given = [] if answer.text is None else [answer.text]
    return given + [alternative.answer for alternative in answer.alternatives]


def finds(text: str, question: GoldQuestion) -> bool:
    """Whether the text is the answer, give or take a few words."""
    return f1(text, question.accepted) >= FOUND


def count(outcomes: Iterable[Outcome]) -> dict[Outcome, int]:
    """How many questions ended where, in the order of the stages, zeros included."""
    counted = Counter(outcomes)
    return {stage: counted[stage] for stage in Outcome}
