"""Finds the paragraphs of a text that states none: by blank lines, short lines, list items and aligned columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.blocks import Block, BlockKind, Structure
from index.loaders.aligned import aligned_rows
from index.loaders.text import Content, Heading
from index.sentences import ends_sentence

WIDEST_WRAP = 160  # characters; if a text's lines are longer, no editor wrapped them and every line is a paragraph

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_LINE_BREAK = re.compile(r"\r\n|[\r\n\f\v\x85\u2028\u2029]")
_OPENS_ITEM = re.compile(r"(?:[-*+•–]|\(?\w{1,3}[.)])\s")
_ITEM = re.compile(r"(?:[-*+•–]|\(?(?:\d{1,3}|[a-z])[.)])\s")  # narrower: "Mr. Who" may open a line of prose


def structure_of(content: Content) -> Structure:
    """Return the structure that a loader found, or else the headings it found and the paragraphs between them."""
    return content.structure or paragraphs(content.text, content.body, content.headings)


def paragraphs(text: str, begin: int = 0, headings: Sequence[Heading] = ()) -> Structure:
    """Return the headings and, between them, paragraphs and list items; nothing before ``begin``."""
    width, start, found = _line_width(text), begin, Structure()
    for heading in headings:
        if heading.start < begin:
            continue
        _add(found, text, start, heading.start, width)
        if block := _stripped(text, heading.start, heading.end, "heading", heading.level):
            found.add_block(block)
        start = heading.end
    _add(found, text, start, len(text), width)
    return found


def _add(found: Structure, text: str, start: int, end: int, width: int) -> None:
    for row in aligned_rows(text, start, end):
        _add_prose(found, text, start, row.start, width)
        found.add_block(row)
        start = row.end
    _add_prose(found, text, start, end, width)


def _add_prose(found: Structure, text: str, start: int, end: int, width: int) -> None:
    part = text[start:end]
    cuts = [0, *_paragraph_starts(part, width), len(part)]
    for first, last in pairwise(cuts):
        if block := _stripped(text, start + first, start + last):
            item = _ITEM.match(text, block.start)
            found.add_block(Block(block.start, block.end, "list_item", 1) if item else block)


def _stripped(text: str, start: int, end: int, kind: BlockKind = "paragraph", level: int = 0) -> Block | None:
    part = text[start:end]
    words = part.strip()
    if not words:
        return None
    first = start + len(part) - len(part.lstrip())
    return Block(first, first + len(words), kind, level)


def _paragraph_starts(part: str, width: int) -> Iterator[int]:
    """Yield the offsets at which paragraphs begin: after a blank line, or after a line that does not just wrap."""
    previous: re.Match[str] | None = None
    for line in _LINE.finditer(part):
        if line[0].isspace():
            continue
        if previous is not None:
            between = part[previous.end() : line.start()]
            blank = len(between) > 1 and len(_LINE_BREAK.findall(between)) > 1
            if blank or _ends_paragraph(previous[0].rstrip(), line[0].lstrip(), width):
                yield line.start()
        previous = line


def _ends_paragraph(line: str, following: str, width: int) -> bool:
    """Whether a single line break ends a paragraph: one paragraph per line, a short line such as a heading, or a list."""
    if _OPENS_ITEM.match(following):
        return True
    if following[0].islower():
        return False
    return width > WIDEST_WRAP or len(line) < 0.6 * width or ends_sentence(line)


def _line_width(text: str) -> int:
    """The 90th percentile of line lengths, so that a few overlong lines do not count."""
    lengths = sorted(len(line[0]) for line in _LINE.finditer(text) if not line[0].isspace())
    return lengths[len(lengths) * 9 // 10] if lengths else 0
