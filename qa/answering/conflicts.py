"""Agreement and conflict: what the candidates of a question say, compared over and within documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from qa.answering.confidence import Confidence
from qa.answering.features import sentence_of, share
from qa.answering.ranking import Ranked
from qa.answering.values import holds, same
from qa.answers import Agreement
from qa.question.answer_form import form_of
from qa.question.answer_type import AnswerType, type_wanted
from qa.question.content_words import content

COMPARABLE = 2.5  # log odds below the best: from here on another answer counts; chosen on invented conflicts
WITHIN = 1.0  # the same inside one document, where another figure mostly answers another question
BOTH = 1.0  # of the reader's log odds: closer than this a document says both
ABOUT = 0.5  # of the question's content words have to stand in the passage of another answer

DateOf = Callable[[str], str | None]  # the date of a document, ISO 8601


@dataclass(slots=True)
class Side:
    """Candidates that say the same, the strongest first; ``documents`` are those that say it rather than anything else."""

    members: list[Ranked]
    documents: frozenset[str] = frozenset()

    def scores(self) -> dict[str, float]:
        """The log odds of its strongest place in each document that says it more probably than nothing."""
        scores: dict[str, float] = {}
        for ranked in self.members:
            for support in ranked.candidate.supports:
                name = support.hit.passage.document
                if support.score > 0:
                    scores[name] = max(support.score, scores.get(name, support.score))
        return scores

    def latest(self, date_of: DateOf) -> str:
        """The latest date of its documents, empty if none states one."""
        return max((date_of(name) or "" for name in self.documents), default="")


@dataclass(frozen=True, slots=True)
class Compared:
    """Candidates in the order to show them, and how many documents are for and against the first.

    ``agreeing`` are those that say what the first one says.
    """

    ranked: tuple[Ranked, ...]
    agreement: Agreement
    agreeing: tuple[Ranked, ...] = ()


def compared_type(question: str, answer: str) -> AnswerType | None:
    """The type by which answers to a question are compared: that asked for, or a figure or date if one is given."""
    if form_of(question) != "span":
        return None
    kind = type_wanted(question)
    if kind is None:
        kind = next((one for one in _GIVEN if holds(one, answer)), None)
    return kind if kind and holds(kind, answer) else None


_GIVEN: tuple[AnswerType, ...] = ("date", "figure")


def compare(question: str, ranked: Sequence[Ranked], confidence: Confidence, date_of: DateOf) -> Compared:
    """The candidates with those that say the same put together; of two sides the one with more documents first, then the later.

    Only candidates on comparable evidence are sides; a question for neither a figure, a date nor a name has one side.
    """
    best = ranked[0]
    kind = compared_type(question, best.candidate.text)
    if kind is None:
        return Compared(tuple(ranked), Agreement(best.candidate.documents))
    sides, wanted = [Side([best])], content(question)
    for other in ranked[1:]:
        if not _comparable(best, other, confidence, wanted):
            continue
        verdicts = [same(kind, side.members[0].candidate.text, other.candidate.text) for side in sides]
        if True in verdicts:
            sides[verdicts.index(True)].members.append(other)
        elif None not in verdicts and _apart(best, other):
            sides.append(Side([other]))
    _share_out(sides)
    first, *others = sorted(
        sides, key=lambda side: (len(side.documents), side.latest(date_of), side.members[0].log_odds), reverse=True
    )
    others = [side for side in others if side.documents]
    leading = [side.members[0] for side in (first, *others)]
    rest = [one for one in ranked if one not in leading and one not in first.members]
    against = frozenset(name for side in others for name in side.documents)
    return Compared(
        (*leading, *rest),
        Agreement(max(1, len(first.documents)), len(against), bool(others)),
        tuple(first.members[1:]),
    )


def _share_out(sides: Sequence[Side]) -> None:
    """Give each document to the side that it says most strongly, as it may name the other, too; to both if it says them alike."""
    scores = [side.scores() for side in sides]
    for side, own in zip(sides, scores, strict=True):
        side.documents = frozenset(
            name for name, score in own.items() if all(score >= other.get(name, score) - BOTH for other in scores)
        )


def _comparable(best: Ranked, other: Ranked, confidence: Confidence, wanted: frozenset[str]) -> bool:
    """Whether another candidate stands on comparable evidence: nearly as probable but for the distance between the two
    and their ranks."""
    passage = other.candidate.best.hit.passage
    elsewhere = passage.document != best.candidate.best.hit.passage.document
    strengths = [
        confidence.answer.log_odds(replace(one.known, rank=1.0, lead=0.0, agreement=0.0)) for one in (best, other)
    ]
    close = strengths[1] >= strengths[0] - (COMPARABLE if elsewhere else WITHIN)
    about = other.known.near > 0 and share(wanted, f"{passage.title}\n{passage.heading}\n{passage.text}") >= ABOUT
    return close and other.candidate.score > 0 and about and not other.known.unfit


def _apart(best: Ranked, other: Ranked) -> bool:
    """Whether two candidates stand in different sentences: figures of one sentence answer different questions."""
    return sentence_of(best.candidate) != sentence_of(other.candidate)
