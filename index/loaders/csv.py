"""Reads CSV: each row becomes a line that names its columns, so that a passage says what its figures are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from index.loaders.html import decode_html
from index.loaders.text import Content, UnreadableContent

DELIMITERS = ",;\t|"
SAMPLE = 20_000  # characters from which the delimiter is guessed


def load_csv(data: bytes) -> Content:
    """Read the rows below the first, which names the columns; skips rows without a value."""
    text = decode_html(data)
    if "\0" in text:
        raise UnreadableContent("holds NUL bytes, so it is not plain text")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), _dialect(text[:SAMPLE]))
        names = next(rows, [])
        return Content("\n".join(line for row in rows if (line := "; ".join(_cells(names, row)))))
    except csv.Error as error:
        raise UnreadableContent(f"damaged: {error}") from error


def _cells(names: list[str], row: list[str]) -> Iterator[str]:
    for place, value in enumerate(row):
        value, name = " ".join(value.split()), names[place].strip() if place < len(names) else ""
        if value:
            yield f"{name}: {value}" if name else value


def _dialect(sample: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(sample, DELIMITERS)
    except csv.Error:
        return csv.excel
