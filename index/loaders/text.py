"""Reads plain text, whose text is the file itself, and defines what loaders return and raise.

A loader turns the bytes of a file into ``Content``. It raises ``UnreadableContent`` with the reason if there is nothing to
read; ``index.documents`` turns any other exception of a parsing library into a reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.blocks import Omission, Structure

LONGEST_HEADING = 1_000  # characters, which bounds the time that hostile mark-up can take
BYTE_ORDER_MARK = "\ufeff"

_LINE_BREAK = re.compile(r"\r\n?|\n")
_ISO_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}.*)?)?)?")


class UnreadableContent(ValueError):
    """The bytes hold no text that can be indexed; the message says why."""


class Overtaxed(UnreadableContent):
    """Reading took too much time or memory, or crashed the sandbox; another attempt may succeed."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: characters [start, end) of the document, its level (from 1), and its words without mark-up."""

    start: int
    level: int
    text: str
    end: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a loader found. Prose begins at ``body``; ``pages`` holds the offset at which each page begins.

    A loader that knows no blocks leaves ``structure`` None and gives ``headings``; paragraphs are then found by their
    lines. ``authors``, ``language``, ``publisher`` and ``url`` are as the document states them, not yet cleaned.
    ``omitted`` counts what the file holds and the text does not.
    """

    text: str
    title: str | None = None
    date: str | None = None
    body: int = 0
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    language: str | None = None
    structure: Structure | None = None
    publisher: str | None = None
    url: str | None = None
    omitted: tuple[Omission, ...] = ()


def load_text(data: bytes) -> Content:
    """Read plain text; a short first line above a blank line is the title, and stays in the text."""
    text = decode_utf8(data)
    body = int(text.startswith(BYTE_ORDER_MARK))
    return Content(text, title=_first_line_title(text[body : body + 1_000]), body=body)


def decode_utf8(data: bytes) -> str:
    """Decode UTF-8; raises UnreadableContent for anything else, as offsets must match the file code point by code point."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableContent(f"not UTF-8{_likely_encoding(data)}; convert it with iconv") from None
    if "\0" in text:
        raise UnreadableContent("holds NUL bytes, so it is not plain text")
    return text


def iso_date(value: str | None) -> str | None:
    """Return the value if it is an ISO 8601 date (year, month or day) or date and time, else None."""
    return value if value and _ISO_DATE.fullmatch(value) else None


def _likely_encoding(data: bytes) -> str:
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:50_000]).best()
    if guess is None or guess.encoding == "utf_8":  # damaged UTF-8
        return ""
    return f" (looks like {guess.encoding.replace('cp125', 'windows-125')})"


def _first_line_title(text: str) -> str | None:
    first, *rest = _LINE_BREAK.split(text.lstrip(), maxsplit=2)
    stands_alone = len(rest) == 2 and not rest[0].strip()
    return (
        first.strip() if stands_alone and len(first) <= 150 and not first.rstrip().endswith((".", ",", ";")) else None
    )
