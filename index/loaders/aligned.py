"""Finds the tables of plain text: lines whose columns are aligned by spaces, or set apart by tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.blocks import Block, row_cells

FEWEST_LINES, FEWEST_COLUMNS = 3, 3  # fewer are aligned by chance in prose

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_WORD = re.compile(r"\w")
_RULE = re.compile(r"[-=_+\s]+")


@dataclass(frozen=True, slots=True)
class _Line:
    """Characters [start, end) of a text, and the places of the cells in them; () for a rule between rows."""

    start: int
    end: int
    cells: tuple[tuple[int, int], ...]


def aligned_rows(text: str, begin: int, end: int) -> Iterator[Block]:
    """Yield the rows of the tables in characters [begin, end) of a text; lines that only draw a rule are furniture."""
    lines = (_line(text, *found.span(1)) for found in _LINE.finditer(text, begin, end))
    for columns, together in groupby(lines, key=lambda line: len(line.cells)):
        rows = list(together)
        if columns >= FEWEST_COLUMNS and len(rows) >= FEWEST_LINES and _are_aligned(text, rows):
            yield from _blocks(text, rows)


def _line(text: str, start: int, end: int) -> _Line:
    words = text[start:end]
    first = start + len(words) - len(words.lstrip())
    last = max(first, start + len(words.rstrip()))
    cells = row_cells(text, first, last) if "  " in words or "\t" in words else []
    return _Line(first, last, tuple(cells) if "|" not in words else ())


def _are_aligned(text: str, rows: Sequence[_Line]) -> bool:
    """Whether all cells hold words, and those of each column begin or end below each other, but for their name above them."""
    written = [row for row in rows if not _RULE.fullmatch(text, row.start, row.end)]
    if not all(_WORD.search(text, *cell) for row in written for cell in row.cells):  # a frame drawn around prose
        return False
    if all("\t" in text[row.start : row.end] for row in rows):
        return True
    left = [text.rfind("\n", 0, row.start) for row in rows[1:]]
    return all(
        any(len({cell[side] - at for cell, at in zip(column, left, strict=True)}) == 1 for side in (0, 1))
        for column in list(zip(*(row.cells for row in rows[1:]), strict=True))[1:]
    )


def _blocks(text: str, rows: Sequence[_Line]) -> Iterator[Block]:
    shown = [row for row in rows if not _RULE.fullmatch(text, row.start, row.end)]
    names = [not any(map(str.isdigit, text[row.start : row.end])) for row in shown]
    header = shown[0].start if len(shown) > 1 and names[0] and not any(names[1:]) else None
    for row in rows:
        written = not _RULE.fullmatch(text, row.start, row.end)
        yield (
            Block(row.start, row.end, "table_row", header=header) if written else Block(row.start, row.end, "furniture")
        )
