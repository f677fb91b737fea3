"""What is known of an answer, of a sentence, and of all that was found for a question: the named features of the probabilities."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.search.bm25 import terms
from index.sentences import Offsets, sentences
from qa.answering.candidates import Candidate
from qa.answering.values import holds, in_unit_asked, same
from qa.english import FIGURE
from qa.question.answer_form import WHOLE_SENTENCE, form_of
from qa.question.answer_type import type_wanted
from qa.question.content_words import content
from qa.retrieval.hybrid import Hit

CHOICE = re.compile(r"\bor\b", re.I)
NO_SPAN = -10.0  # log odds of a sentence without any of the spans that the reader gives; such spans are mostly below
LONGEST = 20  # content words of a question: those with more are all hard
AGREEING = 2  # further documents: a third and a fourth hardly add
_WORD = re.compile(r"\w[\w.,’'-]*")
_DATELINE = re.compile(r"[^\w\s]|\b(?:published|updated|posted|last|modified|by|on|at|date|am|pm|gmt|utc|est)\b", re.I)
DATELINE_WORDS = 6  # words beside the date, of places and agencies


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a candidate answer.

    ``margin``: log odds against no answer, over 10 and within -3..3; ``margin_squared``: its square with its sign; ``lead``: how
    far it is above the best other candidate, at most twice as far as above no answer, over 10 and within -1..1; ``agreement``:
    further documents that say the same, of at most two, as a share; ``similarity``: cosine of question and passage;
    ``term_score``: BM25 as a share of the question's best; ``near``: share of the question's content words in the answer's
    sentence, the one before, its title and headings, or its row; ``names`` and ``figures``: the same of the question's names and
    figures; ``length``: content words of the question, of at most 20, as a share.
    The rest are 1 or 0: ``echo``, every word of the answer stands in the question; ``unfit``, it is not of the type asked for, or
    holds no content word; ``row``, it is from a row of a table; ``outside``, it is outside the document's main content; ``whole``,
    the question asks for a whole sentence; ``search``, it is written as for a search engine, without capitals and a mark.
    """

    margin: float
    margin_squared: float
    similarity: float
    term_score: float
    lead: float = 0.0
    agreement: float = 0.0
    near: float = 1.0
    names: float = 1.0
    figures: float = 1.0
    length: float = 0.0
    echo: float = 0.0
    unfit: float = 0.0
    row: float = 0.0
    outside: float = 0.0
    whole: float = 0.0
    search: float = 0.0

    @classmethod
    def at(cls, hit: Hit, score: float) -> Features:
        """What is known of an answer by its passage and its log odds against no answer alone, all else at its best."""
        margin = clipped(score)
        return cls(margin, margin * abs(margin), hit.similarity, hit.term_score)


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """What is known of a sentence: as of an answer; ``read`` is 1 if the reader has read it, and without it the margin is 0.

    ``rank`` is one over the rank of its passage.
    """

    margin: float
    margin_squared: float
    similarity: float
    term_score: float
    near: float
    read: float
    rank: float
    outside: float


@dataclass(frozen=True, slots=True)
class FoundFeatures:
    """What is known of all that was found for a question: the log odds of the best answer and of the best sentence, over 10;
    the best similarity; the largest share of the question's content words in a sentence."""

    answer: float
    sentence: float
    similarity: float
    near: float


def clipped(score: float, limit: float = 3.0) -> float:
    """Log odds over 10, limited, so that no single odd score decides."""
    return max(-limit, min(limit, score / 10))


def features_of(question: str, found: Sequence[Candidate]) -> list[Features]:
    """The features of candidates that compete for one question."""
    whole = form_of(question) in WHOLE_SENTENCE
    free = whole or CHOICE.search(question) is not None  # there the right words may be the question's
    asked, wanted = set(terms(question)), content(question)
    counted = content(" ".join(FIGURE.findall(question)))
    named = names_in(question)
    made = []
    for candidate in found:
        rival = max((other.score for other in found if other is not candidate), default=-math.inf)
        hit, margin = candidate.best.hit, clipped(candidate.score)
        sentence, around = sentence_of(candidate), _around(candidate)
        made.append(
            Features(
                margin,
                margin * abs(margin),
                hit.similarity,
                hit.term_score,
                lead=clipped(min(candidate.score - rival, 2 * candidate.score), 1.0),
                agreement=min(_agreeing(question, candidate, found) - 1, AGREEING) / AGREEING,
                near=share(wanted, around),
                names=share(named, around),
                figures=share(counted, around),
                length=min(len(wanted), LONGEST) / LONGEST,
                echo=0.0 if free else float(asked.issuperset(terms(candidate.text))),
                unfit=0.0 if whole else float(is_unfit(question, candidate.text, sentence)),
                row=float(bool(hit.passage.header)),
                outside=float(not hit.passage.main),
                whole=float(whole),
                search=float(question == question.lower() and "?" not in question),
            )
        )
    return made


def _around(candidate: Candidate) -> str:
    """What stands near an answer: its sentence, the one before it, the title and the headings; of a row of a table the row alone,
    because title and header belong to the other rows, too."""
    support, passage = candidate.best, candidate.best.hit.passage
    start = support.start - passage.start
    before = [one for one in sentences_of(passage.text) if one.end <= start][-1:]
    context = (
        [] if passage.header else [passage.title, passage.heading, *(passage.text[b.start : b.end] for b in before)]
    )
    return "\n".join([*context, sentence_of(candidate)])


def names_in(question: str) -> frozenset[str]:
    """The stems of a question's names; its first word is capitalised in any case."""
    return content(" ".join(word for word in _WORD.findall(question)[1:] if word[0].isupper()))


def _agreeing(question: str, candidate: Candidate, found: Sequence[Candidate]) -> int:
    """The number of documents that say the same as a candidate, in its words or in others."""
    kind = type_wanted(question)
    documents = {support.hit.passage.document for support in candidate.supports}
    for other in found if kind else ():
        if other is not candidate and other.score > 0 and same(kind, candidate.text, other.text):
            documents |= {support.hit.passage.document for support in other.supports}
    return len(documents)


def sentence_of(candidate: Candidate) -> str:
    """The sentence around a candidate at its strongest place."""
    support = candidate.best
    passage = support.hit.passage
    start, end = support.start - passage.start, support.end - passage.start
    held = [one for one in sentences_of(passage.text) if one.end > start and one.start < end]
    return passage.text[held[0].start : held[-1].end] if held else passage.text[start:end]


@lru_cache(maxsize=1024)
def sentences_of(text: str) -> tuple[Offsets, ...]:
    """The sentences of a passage; remembered, because several stages ask for them."""
    return tuple(sentences(text))


def share(wanted: frozenset[str], text: str) -> float:
    """The share of content words that a text holds; 1 if there are none."""
    return len(wanted & content(text)) / len(wanted) if wanted else 1.0


def is_unfit(question: str, answer: str, sentence: str) -> bool:
    """Whether an answer has no content word, or not the figure, in its unit, or the date that the question asks for."""
    kind = type_wanted(question)
    if kind in ("figure", "date") and not holds(kind, answer):
        return True
    if kind == "figure" and not in_unit_asked(question, answer):
        return True
    if kind == "date":
        return is_dateline(answer, sentence)
    return not content(answer) and kind != "figure"


def is_dateline(answer: str, sentence: str) -> bool:
    """Whether a date stands in its line alone or with names of places and agencies, as the date of an article does."""
    line = next((one for one in sentence.splitlines() if answer in one), sentence)
    others = _DATELINE.sub(" ", line.replace(answer, " ")).split()
    return len(others) <= DATELINE_WORDS and not any(word[0].islower() for word in others)


def log_sum(scores: Sequence[float]) -> float:
    """The log of the sum of odds given by their logs; ``NO_SPAN`` without any."""
    if not scores:
        return NO_SPAN
    most = max(scores)
    return most + math.log(sum(math.exp(score - most) for score in scores))
