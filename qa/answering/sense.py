"""What a question says beyond its things: that something is not so, which one is the most, who did it to whom."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from index.search.bm25 import terms
from qa.english import AUXILIARIES, BE, DO, HAVE, PEOPLE, PREPOSITIONS, THINGS, any_of

Role = Literal["doer", "other"]

_NO = r"(?:\b(?:not|no|never|none|without|neither|nor|cannot|nothing|nobody)|n['’]t)\b"
_NEGATES = re.compile(rf"{_NO}(?! (?:longer|more|less|later|only)\b)", re.I)
_DENIES = re.compile(rf"{_NO}|\b(?:lack|fail|refus|except|apart from|only|absen)", re.I)
_MOST = re.compile(
    r"\b(?:most|least|fewest|(?:larg|bigg|small|high|low|tall|deep|long|short|old|young|new|earli|lat|cheap|heavi|light|fast"
    r"|slow|rich|poor|wett|dri|warm|cold|hott|strong|weak|wid|great|clos|near|busi)est)\b",
    re.I,
)
_PRONOUNS = frozenset((*PEOPLE, *THINGS, "who", "which"))

NEAR = 60  # characters before an answer that are looked at: a verb and what is before it
_IRREGULAR = (
    "beat bit bought brought caught chose drew fought found gave held hit hurt kept left led lent lost made met overthrew "
    "paid ran read saw sent shot sold stole struck taught told took understood won wrote"
).split()
_WHO = rf"^(?:(?:and|so|but) )?(?:whom?|what|(?:which|what) (?!{any_of(AUXILIARIES)}\b)[\w-]+)"
_PAST = rf"(?:[a-z]+(?:ed|s)|{any_of(_IRREGULAR)})"
_NO_OBJECT = any_of((*AUXILIARIES, *PREPOSITIONS, "under", "over", "between", "just"))  # "Who lived under the bridge?"
_AUX = rf"(?:(?:{any_of(HAVE)}|later|then|also) )?"
_WAS = any_of([*BE, "been", "being"])
_ASKED: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("other", re.compile(rf"{_WHO} {_WAS} (?P<verb>[a-z]+) by (?P<named>.+)", re.I)),
    ("doer", re.compile(rf"{_WHO} (?:was|were) (?P<named>.+?) (?P<verb>[a-z]+) by\W*$", re.I)),
    ("other", re.compile(rf"{_WHO} {any_of(DO)} (?P<named>.+?) (?P<verb>[a-z]+)(?: in \d+)?\W*$", re.I)),
    ("doer", re.compile(rf"{_WHO} {_AUX}(?!{_NO_OBJECT}\b)(?P<verb>{_PAST}) (?!{_NO_OBJECT}\b)(?P<named>.+)", re.I)),
)  # fmt: skip
_PASSIVE = rf"(?P<by>{_WAS} (?=\w+ by\b))?"
# "Ada succeeded |Ben|", "Ada was succeeded by |Ben|"; "|Ben| succeeded Ada", "|Ben|, who had succeeded Ada".
_DONE_TO = re.compile(rf"(?P<beside>\w+) {_AUX}{_PASSIVE}(?P<verb>[a-z]+) (?(by)by )(?:the |an? )?$")
_DOES = re.compile(rf"(?:, (?:who|which))? {_AUX}{_PASSIVE}(?P<verb>[a-z]+) (?(by)by )(?:the |an? )?(?P<beside>\w+)")


def negates(question: str) -> bool:
    """Whether a question asks for what is not so."""
    return bool(_NEGATES.search(question))


def leaves_open(question: str, sentence: str, header: str) -> bool:
    """Whether a question asks for what is not so, or for the most of a table's rows (``header``: of a row), and a sentence says
    neither; it may answer all the same.
    """
    if negates(question) and not _DENIES.search(sentence):
        return True
    return bool(header and _MOST.search(question) and not _MOST.search(f"{header}\n{sentence}"))


def turned_round(question: str, answer: str, sentence: str) -> bool:
    """Whether an answer did in its sentence what the question says was done to it, or the other way round.

    "Who succeeded Ada?" is not answered by Ben in "Ada succeeded Ben", nor in "Ben was succeeded by Ada" or "she succeeded Ben".
    """
    asked = _asked(question)
    if asked is None:
        return False
    wanted, verb, named = asked
    role = _role(answer, sentence, verb, named)
    return role is not None and role != wanted


@lru_cache(maxsize=256)
def _asked(question: str) -> tuple[Role, str, frozenset[str]] | None:
    """The role that a question asks for, the stem of its verb, and those of what it names in the other role."""
    for role, form in _ASKED:
        if found := form.match(question.strip()):
            return role, terms(found["verb"])[0], frozenset(terms(found["named"]))
    return None


def _role(answer: str, sentence: str, verb: str, named: frozenset[str]) -> Role | None:
    """The role of an answer beside a verb in a sentence whose other role is of what is named, or of a pronoun; None if unclear."""
    before, found, after = sentence.partition(answer)
    done_to, does = _DONE_TO.search(before[-NEAR:]), _DOES.match(after)
    for place in (done_to, does) if found else ():
        if place is None or terms(place["verb"])[:1] != [verb]:
            continue
        beside = place["beside"].lower()
        if beside in _PRONOUNS or named.intersection(terms(beside)):
            return "doer" if (place is does) != bool(place["by"]) else "other"
    return None
