"""Puts a text together block by block, keeping the offsets of what has been put."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from index.blocks import Block, BlockKind, Mark, Omission, Structure, row_text, width
from index.loaders.text import Content

PARAGRAPH_GAP, LINE_GAP = "\n\n", "\n"  # white space between two blocks; the second between list items and rows
_LINES = ("list_item", "table_row")
MOST_ABOVE = 10  # rows of a title, a source, a date above the names of the columns


class Draft:
    """A text in the making, block by block, with its structure."""

    def __init__(self) -> None:
        self.length = 0
        self.structure = Structure()
        self._parts: list[str] = []
        self._last: BlockKind | None = None

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def add(
        self,
        text: str,
        kind: BlockKind = "paragraph",
        *,
        level: int = 0,
        main: bool = True,
        header: int | None = None,
        names: bool = False,
        marks: Iterable[Mark] = (),
    ) -> int:
        """Append a block and return the offset of its first character; text without any but white space adds nothing.

        The text loses white space at both ends. ``names``: whether a row of a table names its columns; give its offset as
        ``header`` of the rows below it. ``marks`` are offsets in ``text``; those outside its words are dropped.
        """
        words = text.strip()
        if not words:
            return self.length
        start = self._next(kind)
        self._put(words, start)
        self._last = kind
        self.structure.add_block(Block(start, self.length, kind, level, main, start if names else header))
        shift = start - text.index(words[0])
        for mark in marks:
            first, last = max(start, mark.start + shift), min(self.length, mark.end + shift)
            if first < last:
                self.structure.add_mark(Mark(first, last, mark.kind))
        return start

    def add_row(self, cells: Iterable[str], *, header: int | None = None, names: bool = False, columns: int = 0) -> int:
        """Append a row of a table, its cells on one line, as ``add`` does; ``columns`` is how many its header names."""
        return self.add(row_text(cells, columns), "table_row", header=header, names=names)

    def add_table(self, rows: Iterable[Sequence[str]], *, name: str = "") -> None:
        """Append the rows that hold words; the first names the columns. Rows of one cell above wider ones are captions.

        ``name`` is a heading above them all.
        """
        filled = (cells for cells in rows if any(map(str.strip, cells)))
        above, table = _headed(filled)
        names = next(table, None)
        if names is None:
            return
        self.add(name, "heading", level=2)  # no title of the document
        for cells in above:
            self.add(" ".join(cells), "caption")
        header = self.add_row(names, names=True)
        for cells in table:
            self.add_row(cells, header=header, columns=width(names))

    def _next(self, kind: BlockKind) -> int:
        """The offset at which the next block of this kind begins."""
        return self.length + len(self._gap(kind))

    def append(self, text: str, structure: Structure) -> int:
        """Append a whole text with its structure, such as a chapter; return the offset at which it begins."""
        start = self._next("paragraph")
        self._put(text, start)
        self._last = "paragraph"
        for block in structure.blocks:
            header = None if block.header is None else start + block.header
            self.structure.add_block(
                Block(start + block.start, start + block.end, block.kind, block.level, block.main, header)
            )
        for mark in structure.marks:
            self.structure.add_mark(Mark(start + mark.start, start + mark.end, mark.kind))
        for box in structure.boxes:
            self.structure.add_box(replace(box, start=start + box.start, end=start + box.end))
        return start

    def _gap(self, kind: BlockKind) -> str:
        if not self.length:
            return ""
        return LINE_GAP if kind in _LINES and self._last == kind else PARAGRAPH_GAP

    def _put(self, text: str, start: int) -> None:
        gap = PARAGRAPH_GAP[: start - self.length]
        self._parts += (gap, text)
        self.length = start + len(text)


def _headed(rows: Iterator[Sequence[str]]) -> tuple[list[Sequence[str]], Iterator[Sequence[str]]]:
    """The rows of one cell above a table's first row of at least three, and the table from there; none above a narrower one."""
    above: list[Sequence[str]] = []
    for cells in rows:
        filled = sum(map(bool, map(str.strip, cells)))
        if filled > 2:
            return above, chain([cells], rows)
        above.append(cells)
        if filled == 2 or len(above) > MOST_ABOVE:
            break
    return [], chain(above, rows)


def drafted(draft: Draft, left_out: Mapping[str, int] | None = None, **fields: Any) -> Content:
    """The content of a draft; its first heading of level 1 is the title unless ``fields`` state one.

    ``left_out`` counts what the file holds and the draft does not, by plural nouns such as "images".
    """
    text, structure = draft.text, draft.structure
    first = next((block for block in structure.blocks if block.kind == "heading" and block.level == 1), None)
    fields["title"] = fields.get("title") or (structure.words(text, first.start, first.end) if first else None)
    omitted = tuple(Omission(what, count) for what, count in (left_out or {}).items() if count)
    return Content(text, structure=structure, omitted=omitted, **fields)


def page_starts(lengths: Sequence[int], length: int) -> tuple[int, ...]:
    """The offsets at which pages begin, from how long the text was before each of them and is in the end."""
    return tuple(min(before + len(PARAGRAPH_GAP) if before else 0, length) for before in lengths)
