"""A document as it looks, from its blocks, with the cited characters marked in place.

Every character that is shown stands in the document's text; only mark-up ("syntax") is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import filterfalse, groupby, pairwise

from index.blocks import Block, Mark, MarkKind, Structure
from index.sentences import Offsets
from ui.html.markup import EMPTY, Html, join, tag, text

TAGS: dict[MarkKind, str] = {
    "strong": "strong", "emphasis": "em", "superscript": "sup", "subscript": "sub", "link": "span"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Highlights:
    """What is marked in a text: the passage, its sentence, and the quote; None marks nothing."""

    passage: Offsets | None = None
    sentence: Offsets | None = None
    quote: Offsets | None = None


class Rendering:
    """Makes the blocks of one text, of which ``quote`` gets the id ``pc-mark`` where it begins."""

    def __init__(self, words: str, structure: Structure, highlights: Highlights) -> None:
        self._words, self._structure, self._highlights = words, structure, highlights
        self._marked = False

    def shown(self, first: int, last: int) -> Html:
        """Characters [first, last), in their blocks."""
        blocks = (
            replace(block, start=max(block.start, first), end=min(block.end, last))
            for block in self._structure.blocks.touching(first, last)
        )
        parts: list[Html] = []
        for (is_table, _), some in groupby(filterfalse(self._is_syntax, blocks), key=_table_of):
            alike = list(some)
            parts += [self._table(alike)] if is_table else [self._block(block) for block in alike]
        return join(parts)

    def _is_syntax(self, block: Block) -> bool:
        """Whether a block is mark-up alone, as the line below a table's header."""
        marks = self._marks(block.start, block.end)
        return any(one.kind == "syntax" and one.start <= block.start and block.end <= one.end for one in marks)

    def _table(self, rows: Sequence[Block]) -> Html:
        lines = [tag("tr", *self._cells(row)) for row in rows]
        return tag("div", tag("table", tag("tbody", *lines)), class_=self._class(rows[0], "pc-table"))

    def _cells(self, row: Block) -> Iterator[Html]:
        name = "th" if row.header == row.start else "td"
        for start, end in self._structure.cells(self._words, row):
            yield tag(name, self._inline(start, end))

    def _block(self, block: Block) -> Html:
        inside = self._inline(block.start, block.end)
        style = self._class(block, f"pc-block pc-is-{block.kind}")
        if block.kind == "heading":
            return tag(f"h{min(block.level + 2, 6)}", inside, class_=style)
        level = str(min(block.level, 6)) if block.kind == "list_item" else None
        return tag("pre" if block.kind == "code" else "div", inside, class_=style, data_level=level)

    def _class(self, block: Block, style: str) -> str:
        return style if block.main else f"{style} pc-aside"

    def _inline(self, start: int, end: int) -> Html:
        """Characters [start, end) of one block: its marks as elements, the highlights around them."""
        marks = [*self._marks(start, end)]
        spans = [span for span in (self._highlights.passage, self._highlights.sentence, self._highlights.quote) if span]
        cuts = {start, end}
        edges = [*((mark.start, mark.end) for mark in marks), *((span.start, span.end) for span in spans)]
        for left, right in edges:
            cuts |= {min(max(left, start), end), min(max(right, start), end)}
        steps = sorted((at, by, mark.kind) for mark in marks for at, by in ((mark.start, 1), (mark.end, -1)))
        held: Counter[MarkKind] = Counter()
        parts, done = [], 0
        for left, right in pairwise(sorted(cuts)):
            while done < len(steps) and steps[done][0] <= left:
                held[steps[done][2]] += steps[done][1]
                done += 1
            parts.append(self._segment(left, right, [*+held]))
        return join(parts)

    def _segment(self, start: int, end: int, held: Sequence[MarkKind]) -> Html:
        """Characters that are all marked alike."""
        if "syntax" in held:
            return EMPTY
        shown = text(self._words[start:end])
        for kind in held:
            shown = tag(TAGS[kind], shown, class_="pc-link" if kind == "link" else None)
        return self._highlighted(shown, start, end)

    def _highlighted(self, shown: Html, start: int, end: int) -> Html:
        def within(span: Offsets | None) -> bool:
            return span is not None and span.start <= start and end <= span.end

        quote = self._highlights.quote or self._highlights.passage
        id = "pc-mark" if within(quote) and not self._marked else None
        self._marked = self._marked or id is not None
        if within(self._highlights.quote):
            return tag("mark", shown, id=id)
        if within(self._highlights.sentence):
            return tag("span", shown, class_="pc-in-sentence")
        return tag("span", shown, class_="pc-in-passage", id=id) if within(self._highlights.passage) else shown

    def _marks(self, start: int, end: int) -> Iterator[Mark]:
        """The marks that touch a block; they begin in it, as marks do not cross blocks."""
        rows = self._structure.marks
        for place in range(rows.after(start - 1), len(rows)):
            mark = rows[place]
            if mark.start >= end:
                return
            yield mark


def _table_of(block: Block) -> tuple[bool, int | None]:
    """Whether a block is a row, and the header of its table."""
    return block.kind == "table_row", block.header
