"""Messages that ask twice: two questions in one, and comparisons of two things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from qa.english import AUXILIARIES, CAPITALISED, LINK, QUESTION_WORDS, any_of

MOST = 4  # parts, chosen and not fitted: each is read as a question of its own, and more are a questionnaire

PartKind = Literal["questions", "comparison"]

_ASKS = (
    rf"(?:{any_of([*QUESTION_WORDS, *AUXILIARIES])}|(?:in|on|at|by|to|for|from|with|of|since) (?:which|what|whom))\b"
)
_SENTENCE = re.compile(r"[^?]+\?+")
_OPENING = re.compile(r"^(?:and|also|but|then|plus|or)\b[ ,]*", re.I)
_JOINED = re.compile(
    rf"^(?P<first>{_ASKS} .+?),? (?:and|and also|as well as) "
    rf"(?P<second>(?:who|where|when|why|how|what|which)(?: [a-z]+)?? {any_of(AUXILIARIES)}\b.+|who [a-z]+ .+)$",
    re.I,
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


def parts_of(message: str) -> Parts | None:
    """The parts of a message that asks more than one thing; None for a single question."""
    words = " ".join(message.split()).strip()
    return _comparison(words) or _questions(words)


def _questions(words: str) -> Parts | None:
    """Several questions, each with a mark, or two that "and" joins, each with a question word of its own."""
    asked = [_OPENING.sub("", sentence.strip()) for sentence in _SENTENCE.findall(words)]
    if len(asked) > 1 and not _SENTENCE.sub("", words).strip():
        if all(re.match(_ASKS, one, re.I) and len(one.split()) > 1 for one in asked):
            return Parts("questions", tuple(_capital(one) for one in asked[:MOST]))
        return None
    if len(asked) > 1:
        return None
    bare = words.rstrip(" ?!.")
    if both := _WHERE_AND_WHEN.match(bare):
        return Parts("questions", tuple(f"{both[one].capitalize()} {both['rest']}?" for one in ("one", "two")))
    joined = _JOINED.match(bare)
    if (
        joined is None or len(joined["first"].split()) < 3 or " who " in joined["first"]
    ):  # "the man who led and who won"
        return None
    return Parts("questions", (f"{joined['first']}?", f"{_capital(joined['second'])}?"))


def _capital(question: str) -> str:
    """The question with a capital at its start."""
    return question[:1].upper() + question[1:]


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
_VERSUS = re.compile(rf"^(?P<a>{_NAMED}) (?:vs\.?|versus|compared (?:with|to)) (?P<b>{_NAMED})$")
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
    elif (found := _COMPARE.match(bare)) and (found["end"] or not bare.lower().startswith("how")):
        question = None
    elif not (found := _VERSUS.match(bare)):
        return None
    else:
        question = None
    things = (found["a"], found["b"])
    asked = tuple(question.format(thing=thing) if question else f"Tell me about {thing}" for thing in things)
    more = f"{found['more']} {found['rest'] or ''}".strip() if question else ""
    return Parts("comparison", asked, things, more)


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
