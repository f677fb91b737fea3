"""The text that a reader is given of a passage, and where each of its characters stands in the passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Ints
from index.blocks import CELL_BORDER, row_cells

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Layout:
    """A text; ``places`` [L] are the places of its characters in the passage, ``NOWHERE`` for those that are not of it."""

    text: str
    places: Ints


def laid_out(passage: str, header: str) -> Layout:
    """A row of a table with each cell behind the name of its column ("Port: Skela; Opened: 1931"), as sentences say it.

    The names stand above a passage that is no row with as many cells, or with a first one that has no name.
    """
    cells = [range(start, end) for start, end in row_cells(passage, 0, len(passage))]
    names = header.split(CELL_BORDER)
    if header and len(cells) == len(names) + 1:
        names = ["", *names]
    if not header or not any(cells) or not 1 < len(cells) == len(names) or "\n" in passage.strip():
        above = f"{header}\n" if header else ""
        return Layout(above + passage, _joined([above, range(len(passage))]))
    pieces: list[str | range] = []
    for name, cell in zip(names, cells, strict=True):
        pieces += [f"{name}: " if name else "", cell, "; "] if cell else []
    text = "".join(piece if isinstance(piece, str) else passage[piece.start : piece.stop] for piece in pieces)
    return Layout(text, _joined(pieces))


def _joined(pieces: Sequence[str | range]) -> Ints:
    """The places of pieces one after the other: words that are not of the passage, or places in it."""
    return np.concatenate(
        [
            np.full(len(piece), NOWHERE) if isinstance(piece, str) else np.arange(piece.start, piece.stop)
            for piece in pieces
        ]
    ).astype(np.int64)
