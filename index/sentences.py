"""Sentences of a text as places in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

# nupunkt decides by the words beside a full stop, so that it is as right about a window as about the whole text (43,673
# sentences in 4.9 million characters begin at the same places), and it looks from each stop to the end of the run without
# white space that it stands in: 7 s for a run of 100,000 characters, with the square of its length.
WINDOW = 1_000

# Characters of Chinese and Japanese, each of which counts as a word.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_CLOSING = r"""["'”’»)\]」』）]*"""
_BORDER = re.compile(rf"\n\s*\n|\r\n\s*\r\n|[。！？]+{_CLOSING}")  # a blank line, or a full stop of Chinese or Japanese
_END = re.compile(rf"[.!?…。！？]{_CLOSING}\s*\Z")
_LONGEST_END = 16  # characters
_UP_TO_WHITE_SPACE = re.compile(r".*\s", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Offsets:
    """The characters [start, end) of a text."""

    start: int
    end: int


def sentences(text: str) -> list[Offsets]:
    """The sentences of ``text`` in order, without the white space around them; a blank line always ends one."""
    cuts = sorted({0, len(text), *_starts(text, WINDOW), *(found.end() for found in _BORDER.finditer(text))})
    trimmed = (_trimmed(text, start, end) for start, end in pairwise(cuts))
    return [sentence for sentence in trimmed if sentence.start < sentence.end]


def sentence_at(text: str, start: int, end: int) -> Offsets:
    """The sentence, or the run of sentences, that holds the characters [start, end)."""
    held = [sentence for sentence in sentences(text) if sentence.end > start and sentence.start < end]
    return Offsets(min([start, *(s.start for s in held)]), max([end, *(s.end for s in held)]))


def find_words(words: str, text: str) -> re.Match[str] | None:
    """Where words stand in a text, whatever white space is between them; None if they do not, or there are none."""
    parts = words.split()
    return re.search(r"\s+".join(map(re.escape, parts)), text) if parts else None


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return _END.search(text[-_LONGEST_END:]) is not None


def _trimmed(text: str, start: int, end: int) -> Offsets:
    words = text[start:end]
    return Offsets(end - len(words.lstrip()), start + len(words.rstrip()))


def _starts(text: str, window: int) -> Iterator[int]:
    """Where sentences begin in languages that put spaces between words; looked for in windows of whole words."""
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
    """Where the last word begins."""
    before = _UP_TO_WHITE_SPACE.match(text.rstrip())
    return before.end() if before else 0
