"""Messages that ask twice: two questions in one, and comparisons of two things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.sentences import sentences
from qa.english import AUXILIARIES, CAPITALISED, LINK, QUESTION_WORDS, any_of
from qa.question.follow_ups import readings
from qa.question.message_kind import inside_of

MOST = 10  # parts, chosen and not fitted: each is read as a question of its own

PartKind = Literal["questions", "comparison"]

_WH = "(?:who|where|when|why|how|what|which)"
_ASKS = (
    rf"(?:{any_of([*QUESTION_WORDS, *AUXILIARIES])}|(?:in|on|at|by|to|for|from|with|of|since) (?:which|what|whom))\b"
)
_CUT = re.compile(r"(?<=[?;])\s*(?=[^?\s])")
_OPENING = re.compile(r"^(?:(?:and|also|but|then|plus|or|\d{1,2}[.)]|[-*•])[ ,]+)+", re.I)
_SECOND = rf"(?:(?:how (?:many|much)(?: [a-z]+){{1,3}}?|{_WH}(?: [a-z]+)??) {any_of(AUXILIARIES)}\b.|who [a-z]+ .)"
_JOINED = re.compile(rf",? (?:and also|and|as well as|plus|&) (?={_SECOND})", re.I)
_LISTED = re.compile(rf", (?={_SECOND})", re.I)
_INVERTED = re.compile(
    rf"^{_WH} (?!(?:the|an?|he|she|it|they|his|her|its|their)\b)(?:\w+ ){{0,2}}?{any_of(AUXILIARIES)}\b", re.I
)
_WHERE_AND_WHEN = re.compile(
    r"^(?P<one>who|when|where|why|how) and (?P<two>who|when|where|why|how) (?P<rest>(?:is|are|was|were|did|does|do"
    r"|has|have|had)\b .+)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The questions that a message holds, and the things they are about if it compares; ``asked`` words a comparison."""

    kind: PartKind
    questions: tuple[str, ...]
    things: tuple[str, ...] = ()
    more: str = ""  # in a comparison: "larger" or "more inhabitants"
    left: int = 0  # questions beyond MOST


def parts_of(message: str) -> Parts | None:
    """The parts of a message that asks more than one thing; None for a single question."""
    words = " ".join(message.split()).strip()
    return _comparison(words) or _questions(words)


def _questions(words: str) -> Parts | None:
    """Several questions, each a sentence, or two or more that "and" joins, each with a question word of its own."""
    bare = words.rstrip(" ?!.;")
    if both := _WHERE_AND_WHEN.match(bare):
        return _asked([f"{both[one]} {both['rest']}" for one in ("one", "two")])
    cut = [part for one in sentences(words) for part in _CUT.split(words[one.start : one.end])]
    bodies = [_OPENING.sub("", one).strip(" ?!.;") for one in cut]
    asked = [inside_of(one) or one for one in bodies if any(map(str.isalpha, one))]
    if len(asked) > 1:
        return _asked(asked) if all(re.match(_ASKS, one, re.I) and " " in one for one in asked) else None
    first, *others = _JOINED.split(bare)
    # "the man who led and who won" is one question
    if not others or not re.match(_ASKS, first, re.I) or len(first.split()) < 3 or " who " in first:
        return None
    return _asked([*(_LISTED.split(first) if _INVERTED.match(first) else [first]), *others])


def _asked(questions: Sequence[str]) -> Parts:
    """The questions as parts; what a later one calls "it" is what the one before is about."""
    told: list[str] = []
    for one in questions[:MOST]:
        whole = f"{one[:1].upper()}{one[1:]}?"
        completed = readings(whole, [_Before(before) for before in told[-1:]])
        told.append(whole if whole in completed else completed[0])
    return Parts("questions", tuple(told), left=max(0, len(questions) - MOST))


@dataclass(frozen=True, slots=True)
class _Before:
    """The question before, which has no answer yet."""

    question: str
    answer: str | None = None


_THING = rf"(?:the )?(?:{CAPITALISED}(?: {LINK}{CAPITALISED})*|[\w’'-]+(?: [\w’'-]+){{0,3}}?)"
_NAMED = rf"(?:the )?{CAPITALISED}(?: {LINK}{CAPITALISED})*"
_MORE = (
    r"(?P<more>(?:more|fewer) (?:[\w-]+ )?(?:[\w-]+[^s\W]s|people|men|women|children)|(?:more|less) expensive"
    r"|(?!other|over|under|after|number|member)[a-z]{2,}er)"
)
_WHICH = re.compile(
    rf"^(?:which|who|what)(?: (?:one|of (?:the two|these|them)|(?P<noun>[a-z][\w-]*(?: [a-z][\w-]*)?)))? "
    rf"(?P<verb>is|are|was|were|has|have|had|costs?|lasts?"
    rf"|employs?)(?: the)? {_MORE}(?: (?P<rest>[^,:]*?))?[,:;–-]+ ?"
    rf"(?P<a>{_THING}),? or (?P<b>{_THING})$",
    re.I,
)
_IS_A = re.compile(
    rf"^(?P<verb>is|are|was|were|does|do|has) (?P<a>{_NAMED}) (?:have "
    rf"|the )?{_MORE} than (?P<b>{_NAMED})(?P<noun>)(?P<rest>)$"
)
_COMPARE = re.compile(
    rf"^(?:what(?:'s| is| are) the (?:main )?differences? between|compare|how (?:do|does|are)"
    rf"|(?:what )?differences? between)"
    rf" (?P<a>{_THING}) (?:and|with|to|from|or|versus|vs\.?) (?P<b>{_THING})(?P<end>(?: differ(?:ent)?| compare)?)$",
    re.I,
)
_VERSUS = re.compile(
    rf"^(?P<a>{_NAMED}) (?:vs\.?|versus|compared (?:with|to)) (?P<b>{_NAMED})(?: (?:in |by )?(?P<noun>[a-z]+(?: [a-z]+)?))?$"
)
# How a comparative asks for its fact.
_FACTS = {
    ("larger", "bigger", "smaller", "largest", "biggest"): "How large is {thing}?",
    ("longer", "shorter"): "How long is {thing}?",
    ("higher", "taller", "lower"): "How high is {thing}?",
    ("deeper",): "How deep is {thing}?",
    ("older", "younger", "newer"): "How old is {thing}?",
    ("earlier", "later", "sooner"): "When was {thing}?",
    ("cheaper", "dearer"): "How much does {thing} cost?",
    ("heavier", "lighter"): "How heavy is {thing}?",
    ("faster", "slower"): "How fast is {thing}?",
    ("richer", "poorer", "wealthier"): "How rich is {thing}?",
}


def _comparison(words: str) -> Parts | None:
    """Two things and what is compared: one question about each."""
    bare = words.rstrip(" ?!.")
    if found := _WHICH.match(bare) or _IS_A.match(bare):
        question = _fact(found["more"].lower(), found["rest"] or "")
        if question is None:
            return None
        more = f"{found['more']} {found['rest'] or ''}".strip()
    elif found := _VERSUS.match(bare):
        question = f"What is the {found['noun']} of {{thing}}?" if found["noun"] else None
        more = "more"
    elif (found := _COMPARE.match(bare)) and (found["end"] or not bare.lower().startswith("how")):
        question = None
    else:
        return None
    things = (found["a"], found["b"])
    asked = tuple(question.format(thing=thing) if question else f"Tell me about {thing}" for thing in things)
    return Parts("comparison", asked, things, more if question else "")


def _fact(more: str, rest: str) -> str | None:
    """The question behind a comparative, with {thing} in place of what is compared; None if nobody could measure it."""
    for comparatives, question in _FACTS.items():
        if more in comparatives:
            return question
    degree, _, noun = more.partition(" ")
    if degree in ("more", "fewer", "less") and noun:
        counted = f"{noun} {rest}".strip()
        if counted == "expensive":
            return "How much does {thing} cost?"
        return f"How many {counted} does {{thing}} have?"
    return None
