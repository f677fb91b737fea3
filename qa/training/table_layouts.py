"""How a table reads in a passage: as Markdown, as cells in a line, as CSV, or as rows that name their columns."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Place = tuple[int, int]  # row and column; the header is row -1


@dataclass(frozen=True, slots=True)
class Table:
    """The headers and the cells; every row has as many cells as there are headers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def turned(self) -> Table:
        """The columns as rows: the cell (row, column) becomes (column - 1, row + 1)."""
        columns = list(zip(self.header, *self.rows, strict=True))
        return Table(columns[0], tuple(columns[1:]))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a line; the cell they are, or None for what separates cells."""

    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Laid:
    """A table as text, and the characters [start, end) of each cell."""

    text: str
    spans: dict[Place, tuple[int, int]]


Line = list[Piece]


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to write tables: ``keeps_blanks`` says whether a blank cell leaves the others in their columns.

    ``names_columns`` says whether each row repeats the headers, which makes it longer.
    """

    lines: Callable[[Table, random.Random], list[Line]]
    keeps_blanks: bool
    names_columns: bool = False

    def lay(self, table: Table, rng: random.Random) -> Laid:
        """Write the table, one line per row."""
        text, spans = [], {}
        length = 0
        for number, line in enumerate(self.lines(table, rng)):
            for piece in [Piece("\n"), *line] if number else line:
                if piece.place is not None:
                    spans[piece.place] = length, length + len(piece.text)
                text.append(piece.text)
                length += len(piece.text)
        return Laid("".join(text), spans)


def _cells(table: Table) -> list[Line]:
    """Header and rows, one piece per cell."""
    return [
        [Piece(text, (number, column)) for column, text in enumerate(row)]
        for number, row in enumerate([table.header, *table.rows], -1)
    ]


def _joined(cells: Iterable[Line], separator: str) -> Line:
    """The pieces of all cells in a line, with a separator between two cells."""
    return [piece for number, cell in enumerate(cells) for piece in ([Piece(separator)] if number else []) + cell]


def _markdown(table: Table, rng: random.Random) -> list[Line]:
    padded, outer, dashes = rng.random() < 0.4, rng.random() < 0.9, rng.choice(["---", "----", ":---", "---:", ":-:"])
    widths = [max(map(len, column)) if padded else 0 for column in zip(table.header, *table.rows, strict=True)]
    opening, closing = (Piece("| "), Piece(" |")) if outer else (Piece(""), Piece(""))

    def line(cells: Line) -> Line:
        filled = [[cell, Piece(" " * (width - len(cell.text)))] for cell, width in zip(cells, widths, strict=True)]
        return [opening, *_joined(filled, " | "), closing]

    header, *rows = _cells(table)
    rule = line([Piece("-" * width if padded else dashes) for width in widths])
    return [line(header), rule, *map(line, rows)]


def _separated(*separators: str) -> Callable[[Table, random.Random], list[Line]]:
    """Cells in a line, blank ones left out, as they come from web pages, Word and PDF."""

    def lines(table: Table, rng: random.Random) -> list[Line]:
        separator = rng.choice(separators)
        return [_joined(([cell] for cell in row if cell.text), separator) for row in _cells(table)]

    return lines


def _tabs(table: Table, rng: random.Random) -> list[Line]:
    return [_joined(([cell] for cell in row), "\t") for row in _cells(table)]


def _csv(table: Table, rng: random.Random) -> list[Line]:
    separator = rng.choice([",", ",", ";", ", "])

    def quoted(cell: Piece) -> Line:
        return [Piece('"'), cell, Piece('"')] if separator.strip() in cell.text else [cell]

    return [_joined(map(quoted, row), separator) for row in _cells(table)]


def _named(*separators: str) -> Callable[[Table, random.Random], list[Line]]:
    """Rows that name the column of each cell."""

    def lines(table: Table, rng: random.Random) -> list[Line]:
        separator = rng.choice(separators)

        def line(row: Line) -> Line:
            cells = zip(table.header, row, strict=True)
            return _joined(([Piece(f"{name}: " if name else ""), cell] for name, cell in cells if cell.text), separator)

        return [line(row) for row in _cells(table)[1:]]

    return lines


# How often each stands is a guess at what folders of articles hold; rows that name their columns are what CSV files and
# tables with known headers become in the index.
LAYOUTS = {
    Layout(_markdown, keeps_blanks=True): 8,
    Layout(_named(" | "), keeps_blanks=True, names_columns=True): 7,
    Layout(_named("; ", ", "), keeps_blanks=True, names_columns=True): 3,
    Layout(_separated(" ", " ", "  ", "   "), keeps_blanks=False): 3,
    Layout(_separated(" | "), keeps_blanks=False): 2,
    Layout(_tabs, keeps_blanks=True): 3,
    Layout(_csv, keeps_blanks=True): 3,
}
