"""Reads CSV: each row is a block of its own, below the row that names the columns."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator

from index.loaders.draft import Draft, drafted
from index.loaders.text import Content, UnreadableContent
from index.loaders.web.html import decode_html

csv.field_size_limit(2**31 - 1)  # the library's own limit is 131,072 characters

DELIMITERS = "\t;|,"  # the comma last: figures and prose hold it too
SAMPLE = 20_000  # characters from which the delimiter is guessed


def load_csv(data: bytes) -> Content:
    """Read the rows that hold a value; the first names the columns."""
    text, warnings = decode_html(data)
    if "\0" in text:
        raise UnreadableContent("holds NUL bytes, so it is not plain text")
    draft = Draft()
    try:
        draft.add_table(_rows(text, _delimiter(text[:SAMPLE])))
    except csv.Error as error:
        raise UnreadableContent(f"damaged: {error}") from error
    return drafted(draft, warnings=warnings)


def _delimiter(sample: str) -> str:
    """The delimiter that gives the most rows one common width. The library's own guess takes quadratic time over quotes."""
    return max(DELIMITERS, key=lambda delimiter: _agreeing(_rows(sample, delimiter)))


def _agreeing(rows: Iterable[list[str]]) -> int:
    return max(Counter(len(row) for row in rows if len(row) > 1).values(), default=0)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
