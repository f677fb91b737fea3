"""What is known of an answer, of a sentence, and of all that was found for a question: the named features of the probabilities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.sentences import Offsets, sentences
from qa.answering.candidates import Candidate
from qa.answering.sense import leaves_open
from qa.answering.type_check import is_unfit
from qa.answering.values import same
from qa.question.answer_form import WHOLE_SENTENCE, form_of
from qa.question.answer_type import type_wanted
from qa.question.content_words import content
from qa.retrieval.hybrid import Hit

NO_SPAN = -10.0  # log odds of a sentence without any of the spans that the reader gives; such spans are mostly below
LONGEST = 20  # content words of a question: those with more are all hard
MOST_OF_IT = 0.8  # of a sentence's characters: an article or a full stop may be missing
AGREEING = 2  # further documents: a third and a fourth hardly add


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a candidate answer.

    ``margin``: log odds against no answer, over 10 and within -3..3; ``margin_squared``: its square with its sign;
    ``similarity``: cosine of question and passage; ``term_score``: BM25 as a share of the question's best; ``rank``: one over the
    rank of its passage; ``lead``: how far it is above the best other candidate, at most twice as far as above no answer, over 10
    and within -1..1; ``found``: the log of the odds of all candidates together, scaled as the margin; ``agreement``: further
    documents that say the same, of at most two, as a share; ``near``: share of the question's content words in the answer's
    sentence, the one before, its title and headings, or its row; ``length``: content words of the question, of at most 20, as a
    share; ``sentence``: 1 if it is a whole sentence; ``row``: 1 if it is from a row of a table.

    The rest are 1 or 0 and have no weight: ``unfit``, it is in another unit than was asked for, the date of an article, or from a
    sentence without the question's "not" or "most", because kinds of questions that were left out of the fit gained nothing from
    it; ``outside``, it is outside the document's main content, because no question of the fit is answered there.
    """

    margin: float
    margin_squared: float
    similarity: float
    term_score: float
    rank: float
    lead: float = 0.0
    found: float = 0.0
    agreement: float = 0.0
    near: float = 1.0
    length: float = 0.0
    sentence: float = 0.0
    row: float = 0.0
    unfit: float = 0.0
    outside: float = 0.0

    @classmethod
    def at(cls, hit: Hit, rank: int, score: float) -> Features:
        """What is known of an answer by its passage, its rank and its log odds against no answer alone, all else at its best."""
        margin = clipped(score)
        return cls(margin, margin * abs(margin), hit.similarity, hit.term_score, 1 / rank)


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
    whole, wanted = form_of(question) in WHOLE_SENTENCE, content(question)
    everything = clipped(log_sum([candidate.score for candidate in found]))
    made = []
    for candidate in found:
        hit, margin = candidate.best.hit, clipped(candidate.score)
        sentence = sentence_of(candidate)
        made.append(
            Features(
                margin,
                margin * abs(margin),
                hit.similarity,
                hit.term_score,
                rank=1 / candidate.best.rank,
                lead=_lead(candidate, found),
                found=everything,
                agreement=min(_agreeing(question, candidate, found) - 1, AGREEING) / AGREEING,
                near=share(wanted, _around(candidate)),
                length=min(len(wanted), LONGEST) / LONGEST,
                sentence=float(whole or len(candidate.text) > MOST_OF_IT * len(sentence)),
                row=float(bool(hit.passage.header)),
                unfit=0.0 if whole else float(_unfit(question, candidate, sentence)),
                outside=float(not candidate.shown[0].hit.passage.main),
            )
        )
    return made


def _unfit(question: str, candidate: Candidate, sentence: str) -> bool:
    """Whether an answer is in another unit, the date of an article, or from a sentence that leaves the question open."""
    header = candidate.best.hit.passage.header
    return is_unfit(question, candidate.text, sentence) or leaves_open(question, sentence, header)


def _lead(candidate: Candidate, found: Sequence[Candidate]) -> float:
    """How far a candidate is above the others; one that is no better than no answer does not lead."""
    rival = max((other.score for other in found if other is not candidate), default=-math.inf)
    return clipped(min(candidate.score - rival, 2 * candidate.score), 1.0)


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


def log_sum(scores: Sequence[float]) -> float:
    """The log of the sum of odds given by their logs; ``NO_SPAN`` without any."""
    if not scores:
        return NO_SPAN
    most = max(scores)
    return most + math.log(sum(math.exp(score - most) for score in scores))
