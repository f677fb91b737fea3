"""Reads plain text, whose text is the file itself, and defines what loaders return and raise.

A loader turns the bytes of a file into ``Content``. It raises ``UnreadableContent`` with the reason if there is nothing to
read; ``index.documents`` turns any other exception of a parsing library into a reason.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from index.blocks import Omission, Structure

LONGEST_HEADING = 1_000  # characters, which bounds the time that hostile mark-up can take
BYTE_ORDER_MARK = "\ufeff"
MOST_DAMAGED = 0.1  # of the characters: more are no damage, but another encoding
SAMPLE = 50_000  # bytes from which the encoding is guessed

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the one of UTF-16, so it comes first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_REPLACED = "\ufffd"
_LINE_BREAK = re.compile(r"\r\n?|\n")
_ISO_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}.*)?)?)?")


class UnreadableContent(ValueError):
    """The bytes hold no text that can be indexed; the message says why."""


class Overtaxed(UnreadableContent):
    """Reading took too much time or memory, crashed the sandbox, or needs an extra; another attempt may succeed."""


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
    text, warnings = decode_text(data)
    body = int(text.startswith(BYTE_ORDER_MARK))
    return Content(text, title=_first_line_title(text[body : body + 1_000]), body=body, warnings=warnings)


def decode_text(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text, code point by code point, and a warning if it is not UTF-8; raises UnreadableContent for no text."""
    text, warnings = decoded(data)
    if "\0" in text:
        raise UnreadableContent("holds NUL bytes, so it is not plain text")
    return text, warnings


def iso_date(value: str | None) -> str | None:
    """Return the value if it is an ISO 8601 date (year, month or day) or date and time, else None."""
    return value if value and _ISO_DATE.fullmatch(value) else None


def decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text, and a warning if it is not UTF-8; raises UnreadableContent if it is no text in any encoding."""
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    damaged = None if encoding else _damaged_utf8(data)
    encoding = encoding or (None if damaged else _likeliest(data))
    if encoding is None:
        damaged = damaged or data.decode("utf-8", "replace")
        count = damaged.count(_REPLACED)
        if count > MOST_DAMAGED * len(damaged):
            raise UnreadableContent("its encoding is not known: save it as UTF-8")
        return damaged, (f"{count} of its characters are damaged, and shown as {_REPLACED}",)
    name = encoding.replace("_", "-").replace("cp125", "windows-125")
    return data.decode(encoding, "replace"), (f"read as {name}, as it is not UTF-8",)


def _damaged_utf8(data: bytes) -> str | None:
    """The text with signs for what is damaged, if most of what is beyond ASCII is UTF-8; else None."""
    text = data.decode("utf-8", "replace")
    beyond = sum(not sign.isascii() for sign in text)
    return text if beyond > 2 * text.count(_REPLACED) else None


def _likeliest(data: bytes) -> str | None:
    """The encoding in which the text looks most like one, None if in none; windows-1252 if that reads the same."""
    from charset_normalizer import from_bytes

    sample = data[:SAMPLE]
    # Of equals, one of Windows: those of DOS are rare.
    best = max(
        from_bytes(sample),
        key=lambda match: (-match.chaos, match.encoding.startswith("cp125"), match.coherence),
        default=None,
    )
    if best is None:
        return None
    same = sample.decode("cp1252", "replace") == sample.decode(best.encoding, "replace")
    return "cp1252" if same else best.encoding


def _first_line_title(text: str) -> str | None:
    first, *rest = _LINE_BREAK.split(text.lstrip(), maxsplit=2)
    stands_alone = len(rest) == 2 and not rest[0].strip()
    return (
        first.strip() if stands_alone and len(first) <= 150 and not first.rstrip().endswith((".", ",", ";")) else None
    )
