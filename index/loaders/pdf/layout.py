"""Makes a text of the lines of pages: paragraphs and headings in reading order, furniture and notes never inside a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.blocks import BlockKind, Box
from index.loaders.draft import Draft
from index.loaders.pdf.furniture import find_furniture
from index.loaders.pdf.hyphens import Hyphens
from index.loaders.pdf.lines import Line, Word

# How lines differ that begin something new. All are shares of what is usual in the document or of the line's own height.
WIDE_PITCH = 1.35  # of the usual distance between lines
LARGE = 1.15  # of the usual height: a heading
SMALL = 0.9  # of the usual height: a footnote
DIFFERENT = 1.12  # of each other's heights
SAME = 1.04  # of each other's heights: headings of one level
INDENT = 0.6  # of a line's height
SHORT = 0.15  # of the width of the text: a line that ends so far from the right edge is the last of its paragraph
LONGEST_HEADING = 200  # characters

_ENDS = re.compile(r"[.!?:;…]['\"”’»)\]]*$")
_ITEM = re.compile(r"(?:[-*+•–‣▪■●○◦]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])$")
_NOTE = re.compile(r"^(?:\d{1,3}|[*†‡§¶]+)\W?\s?\w?")


@dataclass(slots=True)
class _Open:
    """A paragraph in progress, and what waits until it ends."""

    lines: list[Line] = field(default_factory=list)
    waiting: list[tuple[Line | str, BlockKind]] = field(default_factory=list)


Outline = Mapping[tuple[int, str], int]  # the level of headings by the page where they stand and their ``letters``


def letters(title: str) -> str:
    """What an outline and a page have in common where they write a heading: its letters, not its number."""
    return "".join(filter(str.isalpha, title.casefold()))


def compose(
    pages: Sequence[Sequence[Line]], notes: Sequence[Sequence[str]], outline: Outline
) -> tuple[Draft, tuple[int, ...]]:
    """Return the text of the pages, with the texts of their annotations, and the offset at which each page begins."""
    layout = _Layout(pages, outline)
    for lines, texts in zip(pages, notes, strict=True):
        layout.add_page(lines, texts)
    layout.end_paragraph()
    return layout.draft, layout.page_starts()


class _Layout:
    """The text so far, and what is usual in the document."""

    def __init__(self, pages: Sequence[Sequence[Line]], outline: Outline) -> None:
        self.draft = Draft()
        self._outline = outline
        self._furniture = find_furniture(pages)
        lines = [line for page in pages for line in page if id(line) not in self._furniture]
        self._hyphens = Hyphens(lines)
        sizes = Counter[int]()
        for line in lines:
            sizes[line.height] += len(line.text)
        self._height = sizes.most_common(1)[0][0] if sizes else 1
        self._levels = _heading_levels(sizes, self._height)
        self._pitch = _usual_pitch(pages)
        self._open = _Open()
        self._starts: list[int | None] = []

    def add_page(self, lines: Sequence[Line], notes: Sequence[str]) -> None:
        """Add the lines of the next page in the order of its content, and its annotations at the next end of a paragraph."""
        self._starts.append(None)
        text = [line for line in lines if id(line) not in self._furniture]
        aside = [line for line in lines if id(line) in self._furniture]
        upper = min((line.top for line in text), default=0)
        footnotes = self._footnotes(text)
        right = max((line.right for line in text), default=0)
        self._wait((line, "furniture") for line in aside if line.top < upper)
        for line in text[: len(text) - len(footnotes)]:
            if self._open.lines and self._begins(self._open.lines[-1], line, right):
                self.end_paragraph()
            self._open.lines.append(line)
        self._wait((line, "note") for line in footnotes)
        self._wait((note, "note") for note in notes)
        self._wait((line, "furniture") for line in aside if line.top >= upper)

    def _wait(self, blocks: Iterator[tuple[Line | str, BlockKind]]) -> None:
        self._open.waiting += blocks
        if not self._open.lines:
            self.end_paragraph()

    def end_paragraph(self) -> None:
        """Put the paragraph in progress, and then what stands between its pages."""
        ended, self._open = self._open, _Open()
        if ended.lines:
            self._put(ended.lines, *self._kind(ended.lines))
        together: list[Line] = []
        for block, kind in ended.waiting:
            if isinstance(block, str):
                self.draft.add(block, kind)
            elif kind == "note":
                if together and _NOTE.match(block.text):
                    self._put(together, "note")
                    together = []
                together.append(block)
            else:
                self._put([block], kind)
        if together:
            self._put(together, "note")

    def page_starts(self) -> tuple[int, ...]:
        """The offset at which each page begins; a page without text begins where the next does."""
        starts, following = [], self.draft.length
        for start in reversed(self._starts):
            following = following if start is None else min(start, following)
            starts.append(following)
        return (0, *starts[-2::-1]) if starts else ()

    def _begins(self, last: Line, line: Line, right: int) -> bool:
        """Whether a line begins a paragraph; ``right`` is the right edge of the page's text."""
        if not _alike(last, line) or _ITEM.match(line.words[0].text) or self._listed([last]) or self._listed([line]):
            return True
        ended = _ENDS.search(last.text) is not None
        if line.page != last.page or line.top < last.top - last.height / 2:  # the next page or column
            return ended
        if line.top - last.top > WIDE_PITCH * self._pitch * max(1.0, last.height / self._height):
            return True
        short = last.right < right - SHORT * (right - last.left)
        return ended and (short or line.left - last.left > INDENT * line.height)

    def _listed(self, lines: Sequence[Line]) -> int:
        """The level of the heading that the outline says these lines are; 0 if it names none."""
        return self._outline.get((lines[0].page, letters(" ".join(line.text for line in lines))), 0)

    def _kind(self, lines: list[Line]) -> tuple[BlockKind, int]:
        if level := self._listed(lines) if self._outline else 0:
            return "heading", level
        if lines[0].height in self._levels and sum(len(line.text) for line in lines) <= LONGEST_HEADING:
            return "heading", self._levels[lines[0].height]
        return ("list_item", 1) if _ITEM.match(lines[0].words[0].text) else ("paragraph", 0)

    def _footnotes(self, lines: list[Line]) -> list[Line]:
        """The lines in small type at the foot of a page, from the first that begins with a number or a sign."""
        first = len(lines)
        while first and lines[first - 1].height < SMALL * self._height:
            first -= 1
        while first < len(lines) and not _NOTE.match(lines[first].text):
            first += 1
        return lines[first:] if first else []

    def _put(self, lines: list[Line], kind: BlockKind, level: int = 0) -> None:
        """Put lines as one block, with the box of each word."""
        parts: list[str] = []
        boxes: list[tuple[int, Word, Line]] = []
        length = 0
        for line, following in zip(lines, [*lines[1:], None], strict=True):
            for word in line.words:
                boxes.append((length, word, line))
                parts.append(word.text)
                gap = " " if word is not line.words[-1] else self._gap(line, following)
                parts.append(gap)
                length += len(word.text) + len(gap)
        start = self.draft.add("".join(parts), kind, level=level, main=kind != "furniture")
        for at, word, line in boxes:
            place = start + at
            side = (word.left, word.top, word.right, word.bottom)
            self.draft.structure.add_box(Box(place, place + len(word.text), line.page + 1, *side))
            if self._starts[line.page] is None:
                self._starts[line.page] = place

    def _gap(self, line: Line, following: Line | None) -> str:
        """What stands between the last word of a line and the first of the next."""
        if not line.broken:
            return "\n"
        right = following.words[0].text if following else ""
        return "-" if self._hyphens.belongs(line.words[-1].text, right) else ""


def _alike(last: Line, line: Line) -> bool:
    """Whether two lines share a size of type; one may hold words in another."""
    heights = (word.bottom - word.top for word in line.words)
    return any(1 / DIFFERENT < height / last.height < DIFFERENT for height in heights)


def _heading_levels(sizes: Counter[int], usual: int) -> dict[int, int]:
    """The level of headings by the heights of their lines, the largest first; heights that hardly differ are one level."""
    levels: dict[int, int] = {}
    level, last = 0, None
    for height in sorted((height for height in sizes if height > LARGE * usual), reverse=True):
        if last is None or last > SAME * height:
            level, last = min(level + 1, 6), height
        levels[height] = level
    return levels


def _usual_pitch(pages: Sequence[Sequence[Line]]) -> float:
    """The usual distance from one line to the next."""
    steps = [
        below.top - above.top
        for page in pages
        for above, below in pairwise(page)
        if 0 < below.top - above.top < 4 * above.height
    ]
    return median(steps) if steps else 0.0
