"""What a question says beyond its things: that something is not so, which one is the most, who did it to whom, in which years."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from index.blocks import row_cells
from index.search.bm25 import terms
from qa.english import AUXILIARIES, BE, DO, HAVE, MONTHS, PEOPLE, PREPOSITIONS, THINGS, any_of
from qa.question.answer_form import WHOLE_SENTENCE, counting, form_of
from qa.question.content_words import content

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

_YEAR = r"\b(?:1\d|20)\d\d(?!\d)"
_PART = (
    rf"(?:(?:the|end|start|beginning|of|\d{{1,2}},?|{any_of(name[:3] for name in MONTHS)}[a-z]*\.?) )*"  # "May 12, "
)
_BETWEEN = re.compile(
    rf"\b(?:between|from) {_PART}(?P<first>{_YEAR}) (?:and|to|until|till) {_PART}(?P<last>{_YEAR})", re.I
)
_BOUND = re.compile(
    rf"\b(?:(?:(?P<before>before|prior to|earlier than)|until|till|by|up to|(?P<since>since)|(?P<after>after|later than))"
    rf" (?P<part>{_PART})(?P<year>{_YEAR}))",
    re.I,
)
_LATEST = 9999
_GOES_ON = re.compile(r"\b(?:before|until|till|by)\b", re.I)  # "He led it until 1922" says something of 1921


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


@lru_cache(maxsize=256)
def years_asked(question: str) -> range | None:
    """The years that a question allows, as in "before 1951" or "between 1990 and 2000"; None if it names no bounds."""
    if found := _BETWEEN.search(question):
        return range(int(found["first"]), int(found["last"]) + 1)
    first, last = 0, _LATEST
    for found in _BOUND.finditer(question):
        year, whole = int(found["year"]), not found["part"]
        if found["since"] or found["after"]:
            first = year + bool(found["after"] and whole)
        else:
            last = year - bool(found["before"] and whole)
    return None if (first, last) == (0, _LATEST) else range(first, last + 1)


def undated(question: str) -> str:
    """A question without its bounds in years: "Which bridges were built?" for "Which bridges were built before 1951?"."""
    return re.sub(r"\s+(?=[?,.]|$)", "", _BOUND.sub("", _BETWEEN.sub("", question))).strip(" ,")


def asked_of(question: str, text: str, header: str) -> str:
    """The question as a passage is read with it: without bounds in years for a row that holds years, as ``untimely`` checks those.

    A question for how many keeps them, since no row says that, and so does a yes/no question, which its row decides.
    """
    bare = header and _years(text) and years_asked(question)
    return question if not bare or counting(question) or form_of(question) in WHOLE_SENTENCE else undated(question)


def untimely(question: str, sentence: str, header: str) -> bool:
    """Whether no year of a table's row (``header``: of a row), or only later ones of a sentence, are among those asked for.

    A sentence with earlier years may tell what lasted. In a row those cells count that are in columns which the question names; if
    they hold no year, the whole row; if that holds none, the names of its columns.
    """
    allowed = years_asked(question)
    if allowed is None:
        return False
    if header:
        named = " ".join(_cells_named(question, sentence, header))
        return not any(year in allowed for year in _years(named) or _years(sentence) or _years(header))
    years = _years(sentence)
    return bool(years) and min(years) >= allowed.stop and not _GOES_ON.search(sentence)


def _years(text: str) -> list[int]:
    """The years that a text names."""
    return [int(year) for year in re.findall(_YEAR, text)]


def _cells_named(question: str, row: str, header: str) -> list[str]:
    """The cells of a row in columns whose names share a word with the question."""
    names, cells = ([text[start:end] for start, end in row_cells(text, 0, len(text))] for text in (header, row))
    return [cell for name, cell in zip(names, cells, strict=False) if content(name) & content(question)]
