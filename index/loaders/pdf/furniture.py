"""Finds running heads, running feet and page numbers: lines at the edge of pages that repeat or count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from index.blocks import PAGE_PARTS
from index.loaders.pdf.lines import Line

MARGIN = PAGE_PARTS // 5  # from the upper and the lower edge: heads and feet of small pages reach so far
DEEPEST = 3  # lines from the edge
SAME_PLACE = PAGE_PARTS // 60  # how far the height of a head may differ between pages
FEWEST = 3  # pages on which a head stands; two where there are only two
COUNTED = 0.3  # of the pages: where page numbers count up, they do on more, but not on all

_DIGITS = re.compile(r"\d+")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def find_furniture(pages: Sequence[Sequence[Line]]) -> set[int]:
    """Return the ids (``id``) of the lines that are furniture."""
    edges = [[_from_the_top(page), _from_the_bottom(page)] for page in pages]
    repeated = Counter(key for both in edges for key in {_key(line) for side in both for line in side})
    offsets = Counter(
        offset for both in edges for offset in {one for side in both for line in side[:1] for one in _offsets(line)}
    )
    numbered = sum(1 for page in pages if page)
    counting = {offset for offset, count in offsets.items() if count >= max(2, COUNTED * numbered)}
    enough = min(FEWEST, max(2, numbered))
    found: set[int] = set()
    for both in edges:
        outermost = [side[0] for side in both if side and not counting.isdisjoint(_offsets(side[0]))]
        number = min(outermost, key=lambda line: len(line.words), default=None)  # a page has one
        for side in both:
            for line in side:
                if repeated[_key(line)] < enough and line is not number:
                    break  # what is further in belongs to the text
                found.add(id(line))
    return found


def _from_the_top(page: Sequence[Line]) -> list[Line]:
    return [line for line in sorted(page, key=lambda line: line.top)[:DEEPEST] if line.top < MARGIN]


def _from_the_bottom(page: Sequence[Line]) -> list[Line]:
    return [line for line in sorted(page, key=lambda line: -line.bottom)[:DEEPEST] if line.bottom > PAGE_PARTS - MARGIN]


def _key(line: Line) -> tuple[str, int]:
    """What is the same on each page where a head stands: its words without numbers, and its height."""
    return _DIGITS.sub("#", line.text.casefold()), round(line.top / SAME_PLACE)


def _offsets(line: Line) -> Iterator[int]:
    """Yield the differences between a number at either end of a line and the number of its page."""
    ends = (line.words[0].text, line.words[-1].text)
    for text in dict.fromkeys(end.strip("-–—|.[]()") for end in ends):
        if text.isdecimal() and len(text) <= 4:
            yield int(text) - line.page
        elif text and set(text.lower()) <= set(_ROMAN):
            yield _roman(text.lower()) - line.page


def _roman(text: str) -> int:
    values = [_ROMAN[sign] for sign in text]
    return sum(-one if one < following else one for one, following in zip(values, [*values[1:], 0], strict=True))
