"""Reads plain text and Markdown, whose text is the file itself, and defines what loaders return and raise.

A loader turns the bytes of a file into ``Content``. It raises ``UnreadableContent`` with the reason if there is nothing to
read; ``index.documents`` turns any other exception of a parsing library into a reason.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from index.loaders.metadata import MOST_AUTHORS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Characters. Both bound the time that hostile mark-up can take.
LONGEST_FRONT_MATTER = 65_536
LONGEST_HEADING = 1_000
BYTE_ORDER_MARK = "\ufeff"

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"(?:\s*(?:#.*)?\r?\n)*[\w-]+[ \t]*:")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_PLAIN = re.compile(r"[^\\`*_\[\]<>&!]*")  # no character that marks anything up
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

    ``authors`` and ``language`` are as the document states them, not yet cleaned.
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


@dataclass(frozen=True, slots=True)
class _FrontMatter:
    """The fields of YAML front matter, the offset at which it ends, and warnings."""

    fields: Mapping[object, object]
    end: int
    warnings: tuple[str, ...] = ()

    def field(self, name: str) -> str | None:
        """Return a field on one line; None unless it is a string, a number or a date."""
        return _plain(self.fields.get(name))

    def names(self, *fields: str) -> tuple[str, ...]:
        """Return the names in the first field present: a name, a list of names, or a list of mappings with ``name``."""
        said = next((self.fields[field] for field in fields if self.fields.get(field)), ())
        values = said[:MOST_AUTHORS] if isinstance(said, list) else [said]
        plain = (_plain(one.get("name") if isinstance(one, dict) else one) for one in values)
        return tuple(name for name in plain if name)


def load_text(data: bytes) -> Content:
    """Read plain text; a short first line above a blank line is the title, and stays in the text."""
    text = decode_utf8(data)
    body = int(text.startswith(BYTE_ORDER_MARK))
    return Content(text, title=_first_line_title(text[body : body + 1_000]), body=body)


def load_markdown(data: bytes) -> Content:
    """Read Markdown with optional YAML front matter; the title is its ``title``, or the first level-1 heading."""
    text = decode_utf8(data)
    front = _front_matter(text)
    headings = _markdown_headings(text, front.end)
    return Content(
        text,
        title=front.field("title") or next((heading.text for heading in headings if heading.level == 1), None),
        date=iso_date(front.field("date")),
        body=front.end,
        headings=headings,
        warnings=front.warnings,
        authors=front.names("author", "authors"),
        language=front.field("lang") or front.field("language"),
    )


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


def _front_matter(text: str) -> _FrontMatter:
    import yaml  # type: ignore[import-untyped,unused-ignore]

    start = int(text.startswith(BYTE_ORDER_MARK))
    found = _FRONT_MATTER.match(text[start : start + LONGEST_FRONT_MATTER])
    if found is None or not _KEY.match(found["yaml"]):
        return _FrontMatter({}, start)
    try:
        fields = yaml.safe_load(found["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError):
        return _FrontMatter({}, start + found.end(), ("its front matter is not valid YAML and was left out",))
    return _FrontMatter(fields if isinstance(fields, dict) else {}, start + found.end())


def _plain(value: object) -> str | None:
    if isinstance(value, datetime.date):  # a datetime is one, too
        return value.isoformat()
    return " ".join(str(value).split()) or None if isinstance(value, str | int | float) else None


def _markdown_headings(text: str, body: int) -> tuple[Heading, ...]:
    from markdown_it import MarkdownIt

    # Blocks only: inline mark-up matters in headings only, and parsing it on one enormous line may take forever.
    blocks = MarkdownIt("commonmark").disable("inline")
    prose = text[body:]
    lines = [body, *(body + found.end() for found in _LINE_BREAK.finditer(prose)), len(text)]
    tokens = blocks.parse(prose)
    headings = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.level == 0 and opening.map:
            first, last = opening.map
            words = _without_markup(inline.content[:LONGEST_HEADING])
            headings.append(Heading(lines[first], int(opening.tag[1:]), words, lines[min(last, len(lines) - 1)]))
    return tuple(headings)


@lru_cache(maxsize=1)
def _inline_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


def _without_markup(markdown: str) -> str:
    if _PLAIN.fullmatch(markdown):
        return " ".join(markdown.split())
    (inline,) = _inline_parser().parseInline(markdown)
    shown = (child.content if child.content else " " for child in inline.children or () if child.type != "html_inline")
    return " ".join("".join(shown).split())
