"""Whether an answer is of the type that its question asks for: a country, a number, a time, a name (Li and Roth 2002)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from qa.countries import names

NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions "
    "billion billions trillion dozen dozens half third thirds quarter quarters tenth once twice no none double triple"
)
TIME_WORDS = (
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday spring summer autumn fall winter today yesterday tomorrow tonight morning afternoon "
    "evening night noon midnight century centuries decade decades year years month months week weeks day days ago "
    "christmas easter ramadan"
)


def _any_of(words: str) -> re.Pattern[str]:
    """Any of the words, whole, in any case."""
    return re.compile(rf"\b(?:{'|'.join(words.split())})\b", re.I)


NUMBER, TIME = _any_of(NUMBER_WORDS), _any_of(TIME_WORDS)


@cache
def _country() -> re.Pattern[str]:
    """The name of a country."""
    return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, names()), key=len, reverse=True))})(?!\w)")


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _named(text: str) -> bool:
    """Whether it holds a word with a capital, or in a script without them."""
    return any(word[:1].isalpha() and not word[:1].islower() for word in text.split())


ASKED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (
        re.compile(r"\b(?:which|what)(?: \w+){0,2} (?:country|countries)\b", re.I),
        lambda text: bool(_country().search(text)),
    ),
    (
        re.compile(
            r"\bhow (?:many|much|old|long|far|tall|high|big|large|deep|wide|fast)\b|\bwhat (?:percentage|share)\b", re.I
        ),
        lambda text: _has_digit(text) or bool(NUMBER.search(text)),
    ),
    (
        re.compile(r"^(?:\w+ ){0,2}?when\b|\b(?:which|what) (?:year|month|day|date|century|decade)\b", re.I),
        lambda text: _has_digit(text) or bool(TIME.search(text)),
    ),
    (re.compile(r"^(?:and |so |but |to |by |with |from )?who(?:m|se)?\b", re.I), _named),
)


def suits(question: str, answer: str) -> float:
    """1.0 where the answer is of the type that the question names, -1.0 where it is not, 0.0 where it names none.

    "How did he say when ...?" names none: only the word that asks counts.
    """
    for asked, is_one in ASKED:
        if asked.search(question):
            return 1.0 if is_one(answer) else -1.0
    return 0.0
