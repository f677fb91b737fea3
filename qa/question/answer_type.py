"""The type of answer that a question asks for: a figure, a date or a name."""

from __future__ import annotations

import re
from typing import Literal

from qa.english import AUXILIARIES, PREPOSITIONS, any_of

AnswerType = Literal["figure", "date", "name"]

_MEASURES = (
    "age amount budget capacity cost costs depth distance duration fare fee fine height income length loss "
    "number percentage population price profit proportion rate revenue salary share size speed sum tax temperature "
    "toll total turnover wage weight width"
).split()
_MEASURE = (
    rf"{any_of(_MEASURES)}(?=\s*(?:[?,]|$)|\s+{any_of((*AUXILIARIES, *PREPOSITIONS))}\b)"  # "age", not "age groups"
)
_ABOUT = "(?:exactly |about |approximately |roughly )?"
_LEAD = rf"^(?:and |so |but )?(?:(?:in|on|at|by|to|for|from|of|since|until|with|under|over) )?{_ABOUT}"
_NO_CLAUSE = (
    r"(?!.*(?:, (?:who|what|which|where|why|how)\b|\bwhat\s*\?*$))"  # "When it burst, what was lost?" asks for no date
)
_TYPES: dict[AnswerType, re.Pattern[str]] = {
    "date": re.compile(
        rf"{_LEAD}(?:when\b{_NO_CLAUSE}|(?:what|which) (?:exact )?(?:year|month|day|date|century|decade|season)\b)",
        re.I,
    ),
    "figure": re.compile(
        rf"{_LEAD}how (?:many|much|long|far|tall|high|deep|old|large|big|heavy|wide|fast|thick)\b"
        rf"|{_LEAD}what (?:\w+ )?{_MEASURE}"
        rf"|{_LEAD}what (?:is|was|are|were|will be) (?:the|its|his|her|their) (?:[\w-]+ ){{0,3}}?{_MEASURE}"
        r"|^what (?:does|did|do|will|would) .+ (?:cost|weigh|earn|measure)\b",
        re.I,
    ),
    "name": re.compile(
        rf"{_LEAD}(?:who|whom|whose|where)\b|{_LEAD}(?:what|which) (?:\w+ )?(?:name|person|man|woman|city|town|"
        r"village|country|state|region|place|company|firm|bank|river|lake|team|club|party|newspaper|language)\b"
        r"|^what (?:is|was) the (?:[\w-]+ ){0,2}(?:name|capital|seat)\b",
        re.I,
    ),
}


def type_wanted(question: str) -> AnswerType | None:
    """The type that the question's own words ask for; None if they leave it open."""
    asked = question.strip()
    return next((kind for kind, pattern in _TYPES.items() if pattern.search(asked)), None)
