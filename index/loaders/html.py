"""Reads HTML by walking its elements and emitting the readable text, so that offsets and headings are exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.loaders.text import Content, Heading, UnreadableContent, iso_date

SKIPPED = frozenset({
    "script", "style", "nav", "noscript", "template", "head", "iframe", "object", "svg", "math", "button", "select",
    "textarea", "canvas", "audio", "video",
})  # fmt: skip
PARAGRAPHS = frozenset({
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "ol", "p", "pre", "section",
    "summary", "table", "ul",
})  # fmt: skip
LINES = frozenset({"br", "li", "tr", "caption"})
CELLS = frozenset({"td", "th"})

_HEADING_TAG = re.compile(r"h([1-6])")
_SPACE = re.compile(r"\s+")
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DATES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[translate(@name, 'DATE', 'date')='date']/@content",
    "//meta[@name='DC.date' or @name='dc.date' or @name='DC.date.issued']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "(//time/@datetime)[1]",
)
_AUTHORS = (
    "//meta[translate(@name, 'AUTHOR', 'author')='author']/@content",
    "//meta[@property='article:author']/@content",
    "//meta[@name='DC.creator' or @name='dc.creator' or @name='citation_author']/@content",
)


def load_html(data: bytes) -> Content:
    """Read the visible text of a page, without navigation; the title is the page's, or its first heading."""
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(decode_html(data).replace("\0", " ").encode("utf-8", "replace"), parser)
    if root is None:
        raise UnreadableContent("empty: it holds no text")
    page = _Page()
    for step in _steps(root):
        page.take(step)
    titles = (_squeezed(found) for found in root.xpath("//head/title//text() | //meta[@property='og:title']/@content"))
    title = next((found for found in titles if found), None)
    first = next((heading.text for heading in page.headings if heading.level == 1), None)
    dates = (iso_date(_squeezed(found)) for query in _DATES for found in root.xpath(query))
    date = next((found for found in dates if found), None)
    cut = any("depth" in problem.message for problem in parser.error_log)
    warnings = ("part of it is nested too deeply to be read",) if cut else ()
    return Content(
        page.text,
        title or first,
        date,
        headings=tuple(page.headings),
        warnings=warnings,
        authors=_authors(root),
        language=root.get("lang") or root.get("xml:lang"),
    )


def _authors(root: Any) -> tuple[str, ...]:
    """The names in the first kind of metadata that has any; URLs of pages about authors do not count."""
    said = ([_squeezed(one) for one in root.xpath(query) if one.strip() and "://" not in one] for query in _AUTHORS)
    return tuple(next(filter(None, said), ()))


def decode_html(data: bytes) -> str:
    """Decode a page by its byte order mark, declared charset, UTF-8, or the likeliest encoding, whichever fits first.

    Raises UnreadableContent if none does.
    """
    from charset_normalizer import from_bytes

    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    declared = _CHARSET.search(data[:4_096])
    for encoding in (declared[1].decode("ascii") if declared else "utf-8", "utf-8"):
        try:
            return data.decode("utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    guess = from_bytes(data[:50_000]).best()
    if guess is None:
        raise UnreadableContent("its encoding is not known; save it as UTF-8")
    return data.decode(guess.encoding, errors="replace")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A heading in progress: its offset, its level, and the number of parts emitted before it."""

    start: int
    level: int
    part: int


class _Page:
    """The text emitted so far and the headings in it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._gap = ""
        self._open: _Opened | None = None
        self.headings: list[Heading] = []

    @property
    def text(self) -> str:
        """The text emitted so far."""
        return "".join(self._parts)

    def take(self, step: tuple[str, str]) -> None:
        """Process one step of the walk: a gap, some text, or the start or end of a heading."""
        kind, value = step
        if kind == "gap":
            self._gap = max(self._gap, value, key=_rank)
        elif kind == "text":
            self._emit(value)
        elif kind == "heading":
            self._gap = "\n\n"
            self._emit("", level=int(value))
        else:
            self._close()

    def _emit(self, value: str, level: int = 0) -> None:
        gap = self._gap if self._length else ""
        if level:
            self._put(gap)
            self._gap, self._open = "", _Opened(self._length, level, len(self._parts))
            return
        if value.startswith(" "):
            gap, value = max(gap, " " if self._length else "", key=_rank), value[1:]
        if not value:
            self._gap = gap
            return
        if self._open and self._open.start == self._length:
            gap = ""
        self._put(gap + value.rstrip(" "))
        self._gap = " " if value.endswith(" ") else ""

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _close(self) -> None:
        if self._open is None:
            return
        opened, self._open, self._gap = self._open, None, "\n\n"
        if words := _squeezed("".join(self._parts[opened.part :])):
            self.headings.append(Heading(opened.start, opened.level, words, self._length))


def _rank(gap: str) -> int:
    return (" ", "\n", "\n\n").index(gap) + 1 if gap else 0


def _squeezed(text: object) -> str:
    return _SPACE.sub(" ", str(text)).strip()


def _steps(root: Any) -> Iterator[tuple[str, str]]:
    """Walk the page, yielding (kind, value); white space is collapsed outside ``pre``."""
    from lxml import etree

    walk = etree.iterwalk(root, events=("start", "end"))
    verbatim = 0
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        heading = _HEADING_TAG.fullmatch(tag)
        gap = "\n\n" if tag in PARAGRAPHS else "\n" if tag in LINES else " " if tag in CELLS else ""
        skipped = not tag or tag in SKIPPED or "hidden" in element.attrib
        if event == "start":
            if skipped:
                walk.skip_subtree()
                continue
            yield ("heading", heading[1]) if heading else ("gap", gap)
            verbatim += tag == "pre"
            if element.text:
                yield "text", element.text if verbatim else _SPACE.sub(" ", element.text)
            continue
        if not skipped:
            verbatim -= tag == "pre"
            yield ("end", "") if heading else ("gap", gap)
        if element.tail:
            yield "text", element.tail if verbatim else _SPACE.sub(" ", element.tail)
