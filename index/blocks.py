"""The structure of a text: blocks, inline marks, and boxes on pages, held as numbers, as a table may have millions of rows.

Blocks are in order and do not overlap. From the offset at which prose begins they hold every character that is not white
space. Offsets count code points and are half-open.
"""

from __future__ import annotations

import re
import struct
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import le, lt
from typing import Generic, Literal, TypeVar, get_args, overload

BlockKind = Literal[
    "paragraph", "heading", "list_item", "table_row", "code", "quote", "note", "caption", "furniture"
]  # fmt: skip
MarkKind = Literal["syntax", "strong", "emphasis", "link", "superscript", "subscript"]
# Stored as places in these lists: append to them, and never reorder them.
KINDS: tuple[BlockKind, ...] = get_args(BlockKind)
MARKS: tuple[MarkKind, ...] = get_args(MarkKind)

CELL_BORDER = " | "  # between the cells of a row, in every type whose text is extracted
PAGE_PARTS = 10_000  # the parts of a page's width and height in which boxes are given

MOST_EMPTY = 100  # cells of a row: if a row has more, none of them are kept

_GAP = re.compile(r"\t| {2,}")
_BORDER = re.compile(r"(?<!\\)\|")
_HEAD = struct.Struct("<3i")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Block:
    """Characters [start, end) that belong together.

    ``level`` is that of a heading or the depth of a list item, from 1; else 0. ``main`` is false outside the main content:
    menus, teasers, comments, running heads. ``header`` is the offset at which the row begins that names the columns of a
    table row; that row names itself.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    level: int = 0
    main: bool = True
    header: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What is special about characters [start, end) inside a block; "syntax" is mark-up to hide when a text is shown."""

    start: int
    end: int
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Box:
    """Where characters [start, end) stand on a page (from 1), in PAGE_PARTS of its width and height from the top left."""

    start: int
    end: int
    page: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Omission:
    """What a loader left out, as a plural noun such as "hidden elements", and how many of them."""

    what: str
    count: int


class Rows(Sequence[T], Generic[T]):
    """Values of one type held as rows of 32-bit numbers, each made on access."""

    def __init__(self, width: int, make: Callable[..., T], numbers: array[int] | None = None) -> None:
        self.numbers = array("i") if numbers is None else numbers
        self._width, self._make = width, make

    def __len__(self) -> int:
        return len(self.numbers) // self._width

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        places = range(len(self))[place]
        return self._row(places) if isinstance(places, int) else [self._row(one) for one in places]

    def __iter__(self) -> Iterator[T]:
        return map(self._row, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self.numbers == other.numbers

    def __hash__(self) -> int:
        return hash(self.numbers.tobytes())

    def __repr__(self) -> str:
        return repr(list(self))

    def column(self, place: int) -> array[int]:
        """Return one number of every row; 0 is the start and 1 the end."""
        return self.numbers[place :: self._width]

    def touching(self, start: int, end: int) -> Iterator[T]:
        """Yield the rows that share a character with [start, end); the rows must be in order and not overlap."""
        for place in range(max(0, self.after(start) - 1), len(self)):
            if self.numbers[place * self._width] >= end:
                break
            if self.numbers[place * self._width + 1] > start:
                yield self._row(place)

    def after(self, offset: int) -> int:
        """Return the place of the first row that begins after an offset."""
        return bisect_right(range(len(self)), offset, key=lambda place: self.numbers[place * self._width])

    def _row(self, place: int) -> T:
        return self._make(*self.numbers[place * self._width : (place + 1) * self._width])


def _block(start: int, end: int, kind: int, level: int, main: int, header: int) -> Block:
    return Block(start, end, KINDS[kind], level, bool(main), None if header < 0 else header)


def _mark(start: int, end: int, kind: int) -> Mark:
    return Mark(start, end, MARKS[kind])


_BLOCK_WIDTH, _MARK_WIDTH, _BOX_WIDTH = 6, 3, 7


def _blocks(numbers: array[int] | None = None) -> Rows[Block]:
    return Rows(_BLOCK_WIDTH, _block, numbers)


def _marks(numbers: array[int] | None = None) -> Rows[Mark]:
    return Rows(_MARK_WIDTH, _mark, numbers)


def _boxes(numbers: array[int] | None = None) -> Rows[Box]:
    return Rows(_BOX_WIDTH, Box, numbers)


@dataclass(frozen=True, slots=True)
class Structure:
    """The blocks, inline marks and boxes of one text. Marks may nest; boxes are in order and do not overlap."""

    blocks: Rows[Block] = field(default_factory=_blocks)
    marks: Rows[Mark] = field(default_factory=_marks)
    boxes: Rows[Box] = field(default_factory=_boxes)

    @classmethod
    def of(cls, blocks: Iterable[Block], marks: Iterable[Mark] = (), boxes: Iterable[Box] = ()) -> Structure:
        """Hold these values; blocks and boxes must be in order, and marks are sorted."""
        made = cls()
        for block in blocks:
            made.add_block(block)
        for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
            made.add_mark(mark)
        for box in boxes:
            made.add_box(box)
        return made

    def add_block(self, block: Block) -> None:
        """Append a block."""
        header = -1 if block.header is None else block.header
        kind = KINDS.index(block.kind)
        self.blocks.numbers.extend((block.start, block.end, kind, block.level, block.main, header))

    def add_mark(self, mark: Mark) -> None:
        """Append a mark."""
        self.marks.numbers.extend((mark.start, mark.end, MARKS.index(mark.kind)))

    def add_box(self, box: Box) -> None:
        """Append a box."""
        self.boxes.numbers.extend((box.start, box.end, box.page, box.left, box.top, box.right, box.bottom))

    @classmethod
    def unpack(cls, packed: bytes) -> Structure:
        """Read what ``pack`` returned; raises ValueError if it is anything else."""
        if len(packed) < _HEAD.size or len(packed) % 4:
            raise ValueError("not a packed structure")
        counts = _HEAD.unpack_from(packed)
        numbers = array("i", packed[_HEAD.size :])
        ends = [0, counts[0] * _BLOCK_WIDTH]
        ends += [ends[1] + counts[1] * _MARK_WIDTH, ends[1] + counts[1] * _MARK_WIDTH + counts[2] * _BOX_WIDTH]
        if min(counts) < 0 or ends[-1] != len(numbers):
            raise ValueError("not a packed structure")
        parts = [numbers[first:last] for first, last in pairwise(ends)]
        return cls(_blocks(parts[0]), _marks(parts[1]), _boxes(parts[2]))

    def pack(self) -> bytes:
        """Return the structure as little-endian 32-bit numbers."""
        head = _HEAD.pack(len(self.blocks), len(self.marks), len(self.boxes))
        return head + b"".join(rows.numbers.tobytes() for rows in (self.blocks, self.marks, self.boxes))

    def check(self, length: int) -> None:
        """Raise ValueError unless this can be the structure of a text of ``length`` characters."""
        for rows, ordered in ((self.blocks, True), (self.marks, False), (self.boxes, True)):
            starts, ends = rows.column(0), rows.column(1)
            if not all(map(lt, starts, ends)) or min(starts, default=0) < 0 or max(ends, default=0) > length:
                raise ValueError("a place beyond the text, or an empty one")
            if ordered and not all(map(le, ends, starts[1:])):
                raise ValueError("places that overlap or are not in order")
        if not set(self.blocks.column(2)) <= set(range(len(KINDS))):
            raise ValueError("an unknown kind of block")
        if not set(self.marks.column(2)) <= set(range(len(MARKS))):
            raise ValueError("an unknown kind of mark")
        if not set(self.blocks.column(5)) <= {-1, *self.blocks.column(0)}:
            raise ValueError("a header that is no row")

    def main(self, start: int, end: int) -> bool:
        """Whether all blocks that share a character with [start, end) are main content."""
        return all(block.main for block in self.blocks.touching(start, end))

    def boxes_of(self, start: int, end: int) -> list[Box]:
        """Return the boxes that share a character with [start, end)."""
        return list(self.boxes.touching(start, end))

    def words(self, text: str, start: int, end: int) -> str:
        """Return characters [start, end) of the text on one line, without mark-up."""
        parts, at = [], start
        for place in range(self.marks.after(start - 1), len(self.marks)):
            mark = self.marks[place]
            if mark.start >= end:
                break
            if mark.kind == "syntax" and mark.end > at:
                parts.append(text[at : max(at, mark.start)])
                at = mark.end
        parts.append(text[at:end])
        return " ".join("".join(parts).split())

    def cells(self, text: str, row: Block) -> list[tuple[int, int]]:
        """Return [start, end) of each cell of a row of a table; a border at either end of the row is no cell."""
        return row_cells(text, row.start, row.end)


def row_text(cells: Iterable[str], columns: int = 0) -> str:
    """Return a row of a table on one line, of which ``row_cells`` finds the cells again, empty ones too.

    Empty cells at its end are kept up to so many ``columns``; a row that only its first cell fills has no others.
    """
    words = [" ".join(cell.split()) for cell in cells]
    filled = width(words)
    if filled < 2:
        return "".join(words)
    words = words[: max(filled, columns)] + [""] * (columns - len(words))
    if words.count("") > MOST_EMPTY:
        return CELL_BORDER.join(filter(None, words))
    return "|" * (not words[0]) + CELL_BORDER.join(words) + "|" * (not words[-1])


def width(cells: Iterable[str]) -> int:
    """Return how many cells a row has up to the last that holds words."""
    return max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)


def row_cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return [start, end) of each cell of the row [start, end); a border at either end of it is no cell.

    Tabs or several spaces are the borders of a row that has no others.
    """
    between = [found.start() for found in _BORDER.finditer(text, start, end)]
    borders = [start, *(between or (found.start() for found in _GAP.finditer(text, start, end))), end]
    places = [_trimmed(text, first + (number > 0), last) for number, (first, last) in enumerate(pairwise(borders))]
    first, last = (int(len(places) > 1 and place[0] >= place[1]) for place in (places[0], places[-1]))
    return places[first : len(places) - last]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return end - len(part.lstrip()), start + len(part.rstrip())
