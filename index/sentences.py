"""Sentences of a text as places in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_PARAGRAPH = re.compile(r"\n\s*\n|\r\n\s*\r\n")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The characters [start, end) of a text, without white space at either end."""

    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """The sentences of ``text`` in order; a blank line always ends one."""
    import nupunkt

    cuts = sorted(
        {
            0,
            len(text),
            *(start for start, _ in nupunkt.sent_spans(text)),
            *(found.end() for found in _PARAGRAPH.finditer(text)),
        }
    )
    trimmed = (
        (left + len(text[left:right]) - len(text[left:right].lstrip()), left + len(text[left:right].rstrip()))
        for left, right in pairwise(cuts)
    )
    return [Sentence(left, right) for left, right in trimmed if left < right]


def sentence_at(text: str, start: int, end: int) -> Sentence:
    """The sentence, or the run of sentences, that holds the characters [start, end)."""
    held = [sentence for sentence in sentences(text) if sentence.end > start and sentence.start < end]
    return Sentence(min([start, *(s.start for s in held)]), max([end, *(s.end for s in held)]))
