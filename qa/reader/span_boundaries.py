"""Where answers may begin and end: at whole words, with currency and unit, and balanced quotation marks."""

from __future__ import annotations

import re

EDGE = " \t\n.,;:!?"
CURRENCY = "$£€¥₹₽"
QUOTES = {"“": "”", "‘": "’", "«": "»", "(": ")", "[": "]"}
ABBREVIATION = re.compile(r"\b(?:(?:[A-Za-z]\.)+[A-Za-z]|Jr|Sr|Inc|Co|Ltd|Corp)$")
UNIT_AFTER = re.compile(
    r"\s?%|\s(?:percent|per cent|percentage points?)\b"
    r"|(?<=[\d,.])\s(?:million|billion|trillion|thousand)\b(?:\s(?:dollars|euros|roubles|rubles|pounds))?"
)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space and sentence punctuation at its edges, which annotators set differently."""
    while start < end and text[start] in EDGE:
        start += 1
    while end > start and text[end - 1] in EDGE:
        end -= 1
    return start, end


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """The span [start, end) extended to whole words, currency sign and unit, with balanced quotation marks."""
    start, end = trim(text, start, end)
    if start >= end:
        return start, end
    start, end = _whole_words(text, start, end)
    if start and text[start - 1] in CURRENCY and text[start].isdigit():
        start -= 1
        while start >= 2 and text[start - 2 : start] == "US":
            start -= 2
    if text[end - 1].isdigit() and (unit := UNIT_AFTER.match(text, end)):
        end = unit.end()
    if text[end : end + 1] == "." and ABBREVIATION.search(text, start, end):
        end += 1
    start, end = _balanced(text, start, end)
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def _joined(text: str, place: int) -> bool:
    """Whether the characters around ``place`` belong to one word or number."""
    left, right = text[place - 1], text[place]
    if SPACELESS.match(left) or SPACELESS.match(right):
        return False
    if left.isalnum() and right.isalnum():
        return True
    mark = place - 1 if left in ".," else place if right in ".," else 0
    return 0 < mark < len(text) - 1 and text[mark - 1].isdigit() and text[mark + 1].isdigit()


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Extended so that no word or number is cut; scripts without spaces are left alone."""
    while start > 0 and _joined(text, start):
        start -= 1
    while end < len(text) and _joined(text, end):
        end += 1
    return start, end


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Include the other one of a pair of marks right beside the span, or drop an opening one that is never closed."""
    for opening, closing in QUOTES.items():
        inside = text[start:end]
        if inside.count(opening) > inside.count(closing):
            if text[end : end + 1] == closing:
                end += 1
            elif inside.startswith(opening):
                start += 1
        elif inside.count(closing) > inside.count(opening) and closing != "’":
            if start and text[start - 1] == opening:
                start -= 1
            elif inside.endswith(closing):
                end -= 1
    if text[start:end].count('"') % 2:  # which does not say whether it opens or closes
        if text[end : end + 1] == '"':
            end += 1
        elif start and text[start - 1] == '"':
            start -= 1
    return start, end
