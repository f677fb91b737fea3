"""Reads CSV: each row is a block of its own, below the row that names the columns."""

from __future__ import annotations

import csv
import io

from index.loaders.draft import Draft, drafted
from index.loaders.text import Content, UnreadableContent
from index.loaders.web.html import decode_html

csv.field_size_limit(2**31 - 1)  # the library's own limit is 131,072 characters

DELIMITERS = ",;\t|"
SAMPLE = 20_000  # characters from which the delimiter is guessed


def load_csv(data: bytes) -> Content:
    """Read the rows that hold a value; the first names the columns."""
    text, warnings = decode_html(data)
    if "\0" in text:
        raise UnreadableContent("holds NUL bytes, so it is not plain text")
    draft = Draft()
    try:
        draft.add_table(csv.reader(io.StringIO(text, newline=""), _dialect(text[:SAMPLE])))
    except csv.Error as error:
        raise UnreadableContent(f"damaged: {error}") from error
    return drafted(draft, warnings=warnings)


def _dialect(sample: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(sample, DELIMITERS)
    except csv.Error:
        return csv.excel
