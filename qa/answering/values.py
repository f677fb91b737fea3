"""Figures, dates and names compared by what they mean: whether two answers say the same, and whether they differ."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from qa.english import MONTHS, WEEKDAYS, any_of
from qa.question.answer_type import AnswerType

ROUNDED = 0.05  # of a figure: how far one that is rounded may be from the exact one; chosen and not fitted
CONVERTED = 0.02  # the same between two units

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
WORDS = {word: float(value) for value, word in enumerate(_UNITS.split())} | {
    word: 10.0 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
    "mn": 1e6, "bn": 1e9, "tn": 1e12,
}  # fmt: skip
# Each unit with its dimension and its size in the first unit of that.
_DIMENSIONS: dict[str, dict[str, float]] = {
    "length": {
        "metre": 1, "meter": 1, "m": 1, "kilometre": 1e3, "kilometer": 1e3, "km": 1e3, "centimetre": 0.01,
        "centimeter": 0.01, "cm": 0.01, "mile": 1609.344, "foot": 0.3048, "feet": 0.3048, "yard": 0.9144, "inch": 0.0254,
    },
    "area": {
        "hectare": 1, "acre": 0.4047, "square kilometre": 100, "square kilometer": 100, "sq km": 100, "km2": 100,
        "km²": 100, "square mile": 259, "square metre": 1e-4, "square meter": 1e-4, "square foot": 9.29e-6,
        "square feet": 9.29e-6,
    },
    "weight": {
        "kilogram": 1, "kilo": 1, "kg": 1, "gram": 1e-3, "tonne": 1e3, "ton": 1e3, "metric ton": 1e3, "metric tonne": 1e3,
    },
    "time": {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800},
    "years": {"year": 1, "month": 1 / 12, "decade": 10, "century": 100},
    "share": {"percent": 1, "per cent": 1, "%": 1, "percentage point": 1},
    "dollars": {"dollar": 1, "$": 1, "us$": 1, "usd": 1},
    "euros": {"euro": 1, "€": 1, "eur": 1},
    "pounds": {"pound": 1, "£": 1, "gbp": 1},
}  # fmt: skip
UNITS = {unit: (dimension, float(size)) for dimension, units in _DIMENSIONS.items() for unit, size in units.items()}
_BEFORE = re.compile(r"(us\$|[$€£])\s*$", re.I)
_NAMED_UNITS = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_AFTER = re.compile(rf"[\s-]*({_NAMED_UNITS})(?:e?s)?(?![\w²])", re.I)
_ASKED_IN = re.compile(rf"\bin ({_NAMED_UNITS})(?:e?s)?\s*\?*\s*$", re.I)
_DIGITS = r"\d+(?:[.,  ]\d{3})*(?:\.\d+)?|\d+"
_FIGURE = re.compile(
    rf"(?P<digits>{_DIGITS})(?:[\s-]*(?P<scale>{any_of(SCALES)})\b)?"
    rf"|\b(?P<words>(?:{any_of([*WORDS, *SCALES, 'a', 'half'])})(?:(?:[\s-]+|\s+and\s+)(?:{any_of([*WORDS, *SCALES])}))*)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number; ``dimension`` is that of its unit, in whose first unit it is given, empty without a known one."""

    number: float
    dimension: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """Parts of a date, each None if it is not said."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None


def figures(text: str) -> list[Figure]:
    """The numbers of a text, in digits or words, with their units."""
    found = []
    for match in _FIGURE.finditer(text):
        number = _number(match)
        if number is None:
            continue
        dimension, size = UNITS.get(_unit_at(text, match), ("", 1.0))
        found.append(Figure(number * size, dimension))
    return found


def _unit_at(text: str, figure: re.Match[str]) -> str:
    """The unit before or behind a figure in lower case; empty if none is known."""
    before, after = _BEFORE.search(text[: figure.start()]), _AFTER.match(text, figure.end())
    return (before[1] if before else after[1] if after else "").lower()


def in_unit_asked(question: str, answer: str) -> bool:
    """Whether a figure of an answer has the unit that a question names at its end; true if it names none."""
    asked = _ASKED_IN.search(question)
    if asked is None:
        return True
    units = [UNITS.get(_unit_at(answer, figure)) for figure in _FIGURE.finditer(answer)]
    return UNITS[asked[1].lower()] in units


def _number(match: re.Match[str]) -> float | None:
    """The value of a number in digits or words; None for words such as "a" or "hundred" in "hundreds" that give none."""
    if match["digits"]:
        value = float(re.sub(r"[,  ](?=\d{3}(?!\d))", "", match["digits"]).replace(",", "."))
        return value * SCALES.get((match["scale"] or "").lower(), 1.0)
    words = re.split(r"[\s-]+", match["words"].lower())
    if words in (["a"], ["half"]):
        return None
    total = part = 0.0
    for word in words:
        if word in WORDS:
            part += WORDS[word]
        elif word == "a":
            part += 1
        elif word in ("hundred", "dozen"):
            part = max(part, 1) * SCALES[word]
        elif word in SCALES:
            total, part = total + max(part, 1) * SCALES[word], 0.0
        elif word == "half":
            part += 0.5
    return total + part


_MONTHS = {name.lower(): number for number, name in enumerate(MONTHS, 1)} | {
    name[:3].lower(): number for number, name in enumerate(MONTHS, 1)
}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(WEEKDAYS)}
_MONTH = rf"(?P<month>{any_of(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d)"
_DATES = [
    re.compile(pattern, re.I)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<number>\d\d)-(?P<day>\d\d)\b",
        rf"\b{_DAY}(?: of)? {_MONTH}\b(?:,? (?:of )?{_YEAR})?",
        rf"\b{_MONTH} (?:the )?{_DAY}\b(?!\d)(?:,? {_YEAR})?",
        rf"\b{_MONTH}\b(?:,? (?:of )?{_YEAR})?",
        rf"\b{_YEAR}\b",
    )
]
_WEEKDAY = re.compile(rf"\b(?P<weekday>{any_of(_WEEKDAYS)})\b", re.I)


def date_of(text: str) -> Date | None:
    """The first date of a text, as precisely as it is said; None if there is none."""
    weekday = _WEEKDAY.search(text)
    known = _WEEKDAYS[weekday["weekday"].lower()] if weekday else None
    for pattern in _DATES:
        if found := pattern.search(text):
            parts = found.groupdict()
            month = int(parts["number"]) if parts.get("number") else _MONTHS.get((parts.get("month") or "").lower())
            year, day = ((int(parts[name]) if parts.get(name) else None) for name in ("year", "day"))
            return Date(year, month, day, known)
    return Date(weekday=known) if weekday else None


_TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir dame lord lady president minister prime chancellor king queen prince princess "
    "captain general colonel major judge chief director mayor bishop saint st the a an of de von van der la le el al and "
    "jr sr".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|\.")


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, initials among them, without titles; empty if nothing is capitalised."""
    words = [word for word in _WORD.findall(re.sub(r"['’]s\b", "", text)) if word != "."]
    kept = [word.lower() for word in words if word[:1].isupper() or word[:1].isdigit()]
    return tuple(word for word in kept if word not in _TITLES) or tuple(kept)


Verdict = bool | None  # whether two answers say the same; None: they cannot be compared


def _same_figures(one: str, other: str) -> Verdict:
    """Whether two texts give the same first figure, exactly or rounded; ranges are the same if they share an end."""
    left, right = figures(one), figures(other)
    if not left or not right:
        return None
    told = [verdict for a in left for b in right if (verdict := _same_figure(a, b)) is not None]
    return any(told) if told else None


def _same_figure(one: Figure, other: Figure) -> Verdict:
    if one.dimension and other.dimension and one.dimension != other.dimension:
        return None
    low, high = sorted((abs(one.number), abs(other.number)))
    if high == low:
        return True
    apart = (high - low) / high
    if apart <= 1e-9 or (one.dimension and apart <= CONVERTED and not _round_alike(one.number, other.number)):
        return True
    return apart <= ROUNDED and (_rounds_to(high, low) or _rounds_to(low, high))


def _round_alike(one: float, other: float) -> bool:
    """Whether both figures are whole and small, so that a difference is one that was counted."""
    return max(one, other) < 1000 and one == int(one) and other == int(other)


def _rounds_to(exact: float, rounded: float) -> bool:
    """Whether a figure gives another when it is rounded to that one's last digit that is not zero."""
    if rounded == 0 or exact == 0:
        return False
    digits = f"{rounded:.6g}".split("e")[0].replace(".", "").strip("0")
    place = len(digits) - 1 - math.floor(math.log10(abs(rounded)))
    return len(digits) < len(f"{exact:.6g}".split("e")[0].replace(".", "").strip("0")) and math.isclose(
        round(exact, place), rounded, rel_tol=1e-6
    )


def _same_dates(one: str, other: str) -> Verdict:
    """Whether what two dates both say is the same; None if they share no part, or one text holds no date."""
    left, right = date_of(one), date_of(other)
    if left is None or right is None:
        return None
    shared = [
        (a, b)
        for a, b in ((left.year, right.year), (left.month, right.month), (left.day, right.day))
        if a is not None and b is not None
    ]
    if not shared and left.weekday is not None and right.weekday is not None:
        shared = [(left.weekday, right.weekday)]
    return all(a == b for a, b in shared) if shared else None


def _same_names(one: str, other: str) -> Verdict:
    """Whether one name is the other, shortened, with initials, or with a title; None if one text holds no name."""
    left, right = sorted((name_words(one), name_words(other)), key=len)
    if not left or not right:
        return None
    if all(any(_same_word(word, known) for known in right) for word in left):
        return True
    return "".join(left) == "".join(word[0] for word in right)  # an abbreviation


def _same_word(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


_SAME: dict[AnswerType, Callable[[str, str], Verdict]] = {
    "figure": _same_figures,
    "date": _same_dates,
    "name": _same_names,
}


@lru_cache(maxsize=4096)
def same(kind: AnswerType, one: str, other: str) -> Verdict:
    """Whether two answers of a type say the same; None if they cannot be compared."""
    return _SAME[kind](one, other)


def holds(kind: AnswerType, text: str) -> bool:
    """Whether a text holds a value of a type at all."""
    if kind == "figure":
        return bool(figures(text))
    return date_of(text) is not None if kind == "date" else bool(name_words(text))
