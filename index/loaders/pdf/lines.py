"""Words on a page with their boxes, and the lines that they form."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box, in parts of the page's width and height from the top left (see ``index.blocks.PAGE_PARTS``)."""

    text: str
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Line:
    """The words of a line on a page (from 0); ``broken`` if a hyphen breaks its last word."""

    words: tuple[Word, ...]
    page: int
    broken: bool = False

    @cached_property
    def text(self) -> str:
        """The words with a space between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def left(self) -> int:
        """The left edge of the leftmost word."""
        return min(word.left for word in self.words)

    @cached_property
    def right(self) -> int:
        """The right edge of the rightmost word."""
        return max(word.right for word in self.words)

    @cached_property
    def top(self) -> int:
        """The upper edge of the highest word."""
        return min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> int:
        """The lower edge of the lowest word."""
        return max(word.bottom for word in self.words)

    @cached_property
    def height(self) -> int:
        """The height that most of its characters have, which goes with the size of the font."""
        heights = Counter[int]()
        for word in self.words:
            heights[word.bottom - word.top] += len(word.text)
        return max(1, heights.most_common(1)[0][0])
