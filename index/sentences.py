"""Splits texts into sentences, as offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

# Characters given to nupunkt at once. It decides by the words next to a full stop, so a window gives the same sentences as the
# whole text (all 43,673 in 4.9 million characters), but takes quadratic time on a run without white space: 7 s for 100,000
# characters.
WINDOW = 1_000

# The Chinese and Japanese characters; each counts as a word.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_CLOSING = r"""["'”’»)\]」』）]*"""
_BORDER = re.compile(rf"\n\s*\n|\r\n\s*\r\n|[。！？]+{_CLOSING}")  # a blank line, or a full stop of Chinese or Japanese
_END = re.compile(rf"[.!?…。！？]{_CLOSING}\s*\Z")
_LONGEST_END = 16  # characters
_UP_TO_WHITE_SPACE = re.compile(r".*\s", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Offsets:
    """Characters [start, end) of a text."""

    start: int
    end: int


def sentences(text: str) -> list[Offsets]:
    """Split a text into sentences, in order and stripped of white space; a blank line always ends one."""
    cuts = sorted({0, len(text), *_starts(text, WINDOW), *(found.end() for found in _BORDER.finditer(text))})
    trimmed = (_trimmed(text, start, end) for start, end in pairwise(cuts))
    return [sentence for sentence in trimmed if sentence.start < sentence.end]


def sentence_at(text: str, start: int, end: int) -> Offsets:
    """Return the bounds of the sentences that overlap characters [start, end), which they include."""
    held = [sentence for sentence in sentences(text) if sentence.end > start and sentence.start < end]
    return Offsets(min([start, *(s.start for s in held)]), max([end, *(s.end for s in held)]))


def find_words(words: str, text: str, near: int = 0) -> re.Match[str] | None:
    """Find words in a text, whatever white space separates them, at the place nearest to the character ``near``.

    None if they are not there, or ``words`` is blank.
    """
    parts = words.split()
    places = re.finditer(r"\s+".join(map(re.escape, parts)), text) if parts else ()
    return min(places, key=lambda place: abs(place.start() - near), default=None)


def ends_sentence(text: str) -> bool:
    """Whether a text ends with a full stop or the like, perhaps inside quotes or brackets."""
    return _END.search(text[-_LONGEST_END:]) is not None


def _trimmed(text: str, start: int, end: int) -> Offsets:
    words = text[start:end]
    return Offsets(end - len(words.lstrip()), start + len(words.rstrip()))


def _starts(text: str, window: int) -> Iterator[int]:
    """Yield the starts of sentences in languages that put spaces between words, in windows of whole words."""
    import nupunkt

    place = 0
    while place < len(text):
        words = text[place : place + window]
        last = place + window >= len(text)
        if not last and (before := _UP_TO_WHITE_SPACE.match(words)):
            words = before[0]
        starts = [place + start for start, _ in nupunkt.sent_spans(words)][1:]
        yield from starts
        if last:
            return
        place = starts[-1] if starts else place + (_last_word(words) or len(words))


def _last_word(text: str) -> int:
    before = _UP_TO_WHITE_SPACE.match(text.rstrip())
    return before.end() if before else 0
