"""Plain text and Markdown: the text of the document is the file itself. Other formats have a module ``loaders_*`` each.

A loader is a function from the bytes of a file to its ``Content``. It raises ``UnreadableContent`` with the reason
where there is nothing to read; what a parsing library raises besides is turned into a reason by ``index.documents``.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST_FRONT_MATTER = 65_536
LONGEST_HEADING = 1_000
BYTE_ORDER_MARK = "\ufeff"

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"(?:\s*(?:#.*)?\r?\n)*[\w-]+[ \t]*:")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_PLAIN = re.compile(r"[^\\`*_\[\]<>&!]*")  # no character that marks anything up
_ISO_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}.*)?)?)?")


class UnreadableContent(ValueError):
    """The bytes hold no text that can be indexed; the message is the reason."""


class Overtaxed(UnreadableContent):
    """Reading took too much time or memory, or broke its reader; on another day it may not."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: the characters [start, end) of the document, its level from 1, and its words without mark-up."""

    start: int
    level: int
    text: str
    end: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a loader found; the prose begins at ``body``, ``pages`` are the offsets at which pages begin."""

    text: str
    title: str | None = None
    date: str | None = None
    body: int = 0
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()


def load_text(data: bytes) -> Content:
    """Plain text; a short first line that stands alone is the title and stays part of the text."""
    text = decode_utf8(data)
    body = int(text.startswith(BYTE_ORDER_MARK))
    return Content(text, title=_first_line_title(text[body : body + 1_000]), body=body)


def load_markdown(data: bytes) -> Content:
    """Markdown with optional YAML front matter; the title is its ``title``, else the first first-level heading."""
    text = decode_utf8(data)
    fields, body, warnings = _front_matter(text)
    headings = _markdown_headings(text, body)
    title = fields.get("title") or next((heading.text for heading in headings if heading.level == 1), None)
    return Content(text, title, iso_date(fields.get("date")), body, headings, warnings=warnings)


def decode_utf8(data: bytes) -> str:
    """The bytes as text, code point for code point; offsets are promised on UTF-8, so nothing else is accepted."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableContent(f"not UTF-8{_likely_encoding(data)}; convert it with iconv") from None
    if "\0" in text:
        raise UnreadableContent("holds NUL bytes, so it is not plain text")
    return text


def iso_date(value: str | None) -> str | None:
    """The value where it is an ISO 8601 date (year, month or day) or date and time."""
    return value if value and _ISO_DATE.fullmatch(value) else None


def _likely_encoding(data: bytes) -> str:
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:50_000]).best()
    if guess is None or guess.encoding == "utf_8":  # which it would be but for some damage
        return ""
    return f" (looks like {guess.encoding.replace('cp125', 'windows-125')})"


def _first_line_title(text: str) -> str | None:
    first, *rest = _LINE_BREAK.split(text.lstrip(), maxsplit=2)
    stands_alone = len(rest) == 2 and not rest[0].strip()
    return (
        first.strip() if stands_alone and len(first) <= 150 and not first.rstrip().endswith((".", ",", ";")) else None
    )


def _front_matter(text: str) -> tuple[dict[str, str], int, tuple[str, ...]]:
    """The plain fields of the front matter, the offset at which it ends, and warnings."""
    import yaml  # type: ignore[import-untyped,unused-ignore]

    start = int(text.startswith(BYTE_ORDER_MARK))
    found = _FRONT_MATTER.match(text[start : start + LONGEST_FRONT_MATTER])
    if found is None or not _KEY.match(found["yaml"]):
        return {}, start, ()
    try:
        fields = yaml.safe_load(found["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, start + found.end(), ("its front matter is not valid YAML and was left out",)
    return _plain_fields(fields), start + found.end(), ()


def _plain_fields(fields: object) -> dict[str, str]:
    if not isinstance(fields, dict):
        return {}
    plain = {}
    for key, value in fields.items():
        if isinstance(value, datetime.date):  # a datetime is one, too
            plain[str(key)] = value.isoformat()
        elif isinstance(value, str | int | float) and str(value).strip():
            plain[str(key)] = " ".join(str(value).split())
    return plain


def _markdown_headings(text: str, body: int) -> tuple[Heading, ...]:
    from markdown_it import MarkdownIt

    # Blocks alone: inline mark-up matters in headings only, and its cost on one enormous line is not bounded.
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
