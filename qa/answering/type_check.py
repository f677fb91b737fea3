"""Whether an answer is of the type that its question asks for."""

from __future__ import annotations

import re

from qa.answering.sense import years_asked
from qa.answering.values import holds, in_unit_asked
from qa.english import BE, DO, HAVE, MONTHS, QUANTITIES, TIMES, WEEKDAYS, any_of
from qa.question.answer_type import type_wanted
from qa.question.content_words import content

_QUANTITY = re.compile(rf"\b{any_of(QUANTITIES)}\b|\wfold\b", re.I)
_OF_A_HUNDRED = re.compile(r"\b(?:percentage|per ?cent)\b", re.I)
_SHARE = re.compile(r"\b(?:all|half|halves|none|nothing|quarters?|thirds?)\b", re.I)
_AGE = re.compile(r"\b(?:how old|(?:what|which) age)\b", re.I)
_DATE = re.compile(rf"(?:\b\d{{1,2}} )?(?:\b{any_of(MONTHS)} )?(?:\b\d{{1,2}}, )?\b(?:1\d|20)\d\d\b", re.I)
_DATED = re.compile(r"\b(?:when|years?|months?|days?|dates?)\b", re.I)
_VERB = re.compile(rf"\S.*?\b{any_of((*BE, *DO, *HAVE, 'could', 'would', 'should'))}\b")
_RELATIVE = re.compile(r"\b(?:that|which|who|whom|whose)\b", re.I)
_TIME = re.compile(rf"\d|\b{any_of(TIMES)}\b|\b{any_of(WEEKDAYS)}s\b", re.I)
_TIME_CLAUSE = re.compile(  # "after the war", "as soon as the boat is in"
    r"^(?:after|around|as|at|before|between|by|during|every|following|for|from|if|in|on|once|over|prior|since|through|throughout"
    r"|towards?|under|until|upon|when|whenever|while|with|within) (?:\S+ )*\S+",
    re.I,
)
_DATELINE = re.compile(r"[^\w\s]|\b(?:published|updated|posted|last|modified|by|on|at|date|am|pm|gmt|utc|est)\b", re.I)
WITHOUT_NUMBER = 6  # words that an amount without a number has at most: "tens of billions of dollars" has five
DATELINE_WORDS = 6  # words beside the date, of places and agencies


def of_another_type(question: str, answer: str) -> bool:
    """Whether an answer has no content word, is a clause or a year instead of a name, or does not say how much or when."""
    kind = type_wanted(question)
    if kind != "date" and years_asked(question) and not _DATED.search(question) and _DATE.fullmatch(answer):
        return True
    if kind == "figure":
        answer = _DATE.sub("", answer) if _AGE.search(question) else answer  # a year of birth is no age
        words = _SHARE if _OF_A_HUNDRED.search(question) else _QUANTITY
        return not holds(kind, answer) and not (words.search(answer) and len(answer.split()) <= WITHOUT_NUMBER)
    if kind == "date" and not holds(kind, answer):
        return not _TIME.search(answer) and not (content(answer) and _TIME_CLAUSE.match(answer))
    return (kind == "name" and _is_clause(answer)) or (kind != "date" and not content(answer))


def _is_clause(answer: str) -> bool:
    """Whether something is said of what it names: "Vera Lund was to meet the ministers", but not "the man who was to come"."""
    verb = _VERB.match(answer)
    return verb is not None and not _RELATIVE.search(verb[0])


def is_unfit(question: str, answer: str, sentence: str) -> bool:
    """Whether a figure is in another unit than the question asks for, or a date is that of an article."""
    kind = type_wanted(question)
    return (kind == "figure" and not in_unit_asked(question, answer)) or (
        kind == "date" and is_dateline(answer, sentence)
    )


def is_dateline(answer: str, sentence: str) -> bool:
    """Whether a date stands in its line alone or with names of places and agencies, as the date of an article does."""
    line = next((one for one in sentence.splitlines() if answer in one), sentence)
    others = _DATELINE.sub(" ", line.replace(answer, " ")).split()
    return len(others) <= DATELINE_WORDS and not any(word[0].islower() for word in others)
