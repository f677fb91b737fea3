"""The sentence around a place in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A full stop ends a sentence when white space and something that can begin one follow, and no common abbreviation precedes.
_END = re.compile(r"""[.!?…]["'”’)\]]*(?=\s+["'“‘(\[]*[^\W_a-z])|\n\s*\n|\n(?=\s*(?:[-*#>|]|\d+[.)]\s))""")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Sen|Rep|Gov|Lt|Col|Capt|No|vs|Fig|Inc|Ltd|Co|Jr|Sr)|\b[A-Z])\.$")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a text."""

    start: int
    end: int


def sentence_around(words: str, start: int, end: int) -> Span:
    """The sentence, or the run of sentences, of ``words`` that holds [start, end), white space trimmed."""
    ends = _ends(words)
    left = max((place for place in ends if place <= start), default=0)
    right = min((place for place in ends if place >= end), default=len(words))
    while left < start and words[left].isspace():
        left += 1
    return _trimmed(words, left, max(right, end), end)


def sentences(words: str) -> list[Span]:
    """All sentences of a text, in order, white space trimmed, empty ones left out."""
    borders = [0, *_ends(words), len(words)]
    spans = [_trimmed(words, left, right, left) for left, right in zip(borders, borders[1:], strict=False)]
    return [span for span in spans if span.start < span.end]


def _ends(words: str) -> list[int]:
    """Where sentences end, ascending."""
    places = (match.end() for match in _END.finditer(words))
    return [place for place in places if not _ABBREVIATION.search(words[max(0, place - 8) : place])]


def _trimmed(words: str, left: int, right: int, keep: int) -> Span:
    """[left, right) without white space at its ends, but never cut before ``keep`` on the right."""
    while right > keep and words[right - 1].isspace():
        right -= 1
    while left < right and words[left].isspace():
        left += 1
    return Span(left, right)
