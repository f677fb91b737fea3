"""Reads Markdown, whose text is the file itself: its blocks, and as marks the syntax that a reader does not see."""

from __future__ import annotations

import datetime
import re
import sys
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from index.blocks import Block, BlockKind, Mark, MarkKind, Structure
from index.loaders.metadata import MOST_AUTHORS
from index.loaders.text import BYTE_ORDER_MARK, LONGEST_HEADING, Content, decode_text, iso_date

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Characters. Both bound the time that hostile mark-up can take.
LONGEST_FRONT_MATTER = 65_536
LONGEST_INLINE = 20_000

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\+\+\+[ \t]*\r?\n(?P<toml>.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"(?:\s*(?:#.*)?\r?\n)*[\w-]+[ \t]*:")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_PLAIN = re.compile(r"[^\\`*_\[\]<>&!]*")  # no character that marks anything up
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_NOTE = re.compile(r"\[\^[^\]\s]+\]:")


@dataclass(frozen=True, slots=True)
class _FrontMatter:
    """The fields of front matter in YAML or TOML, the offsets at which it begins and ends, and warnings."""

    fields: Mapping[Any, object]
    start: int
    end: int
    warnings: tuple[str, ...] = ()

    def field(self, *names: str) -> str | None:
        """Return the first field present on one line; None unless it is a string, a number or a date."""
        return next(filter(None, (_plain(self.fields.get(name)) for name in names)), None)

    def names(self, *fields: str) -> tuple[str, ...]:
        """Return the names in the first field present: a name, a list of names, or a list of mappings with ``name``."""
        said = next((self.fields[field] for field in fields if self.fields.get(field)), ())
        values = said[:MOST_AUTHORS] if isinstance(said, list) else [said]
        plain = (_plain(one.get("name") if isinstance(one, dict) else one) for one in values)
        return tuple(name for name in plain if name)


def load_markdown(data: bytes) -> Content:
    """Read Markdown with optional YAML front matter; the title is its ``title``, or the first level-1 heading."""
    text, warnings = decode_text(data)
    front = _front_matter(text)
    structure = _structure(text, front)
    top = next((block for block in structure.blocks if block.kind == "heading" and block.level == 1), None)
    return Content(
        text,
        title=front.field("title") or (structure.words(text, top.start, top.end)[:LONGEST_HEADING] if top else None),
        date=iso_date(front.field("date")),
        body=front.end,
        structure=structure,
        warnings=(*warnings, *front.warnings),
        authors=front.names("author", "authors"),
        language=front.field("lang", "language"),
        publisher=front.field("publisher", "site", "source"),
        url=front.field("url", "link", "canonical"),
    )


def _front_matter(text: str) -> _FrontMatter:
    import yaml  # type: ignore[import-untyped,unused-ignore]

    start = int(text.startswith(BYTE_ORDER_MARK))
    head = text[start : start + LONGEST_FRONT_MATTER]
    if toml := _TOML.match(head):
        return _toml(toml, start)
    found = _FRONT_MATTER.match(head)
    if found is None or not _KEY.match(found["yaml"]):
        return _FrontMatter({}, start, start)
    try:
        fields = yaml.safe_load(found["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError):
        warning = "its front matter is not valid YAML and was left out"
        return _FrontMatter({}, start, start + found.end(), (warning,))
    return _FrontMatter(fields if isinstance(fields, dict) else {}, start, start + found.end())


def _toml(found: re.Match[str], start: int) -> _FrontMatter:
    try:
        return _FrontMatter(tomllib.loads(found["toml"].replace("\r\n", "\n")), start, start + found.end())
    except (tomllib.TOMLDecodeError, RecursionError):
        warning = "its front matter is not valid TOML and was left out"
        return _FrontMatter({}, start, start + found.end(), (warning,))


def _plain(value: object) -> str | None:
    if isinstance(value, datetime.date):  # a datetime is one, too
        return value.isoformat()
    return " ".join(str(value).split()) or None if isinstance(value, str | int | float) else None


def _structure(text: str, front: _FrontMatter) -> Structure:
    """The blocks and marks of the whole file; front matter is furniture outside the prose."""
    from markdown_it import MarkdownIt

    blocks: list[Block] = []
    marks: list[Mark] = []
    if text[front.start : front.end].strip():
        end = front.start + len(text[front.start : front.end].rstrip())
        blocks.append(Block(front.start, end, "furniture", main=False))
        marks.append(Mark(front.start, end, "syntax"))
    # Blocks only: parsing inline mark-up on one enormous line may take forever.
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    prose = text[front.end :]
    lines = [front.end, *(front.end + found.end() for found in _LINE_BREAK.finditer(prose)), len(text)]
    reading = _Reading(text, lines, marks)
    for piece in _with_gaps(_pieces(parser.parse(prose)), len(lines) - 1):
        if block := reading.block(piece):
            blocks.append(block)
    return Structure.of(blocks, marks)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines [first, last) of the prose that are one block, and its inline content; () for code and lines of mark-up alone."""

    first: int
    last: int
    kind: BlockKind
    level: int = 0
    names: bool = False
    content: tuple[str, ...] = ()


def _pieces(tokens: Sequence[Token]) -> Iterator[_Piece]:
    """Yield the blocks that the parser found, in order."""
    depth, quotes, fresh, names = 0, 0, False, False
    row: list[str] | None = None
    for opening, token in pairwise([*tokens, tokens[-1]] if tokens else []):
        first, last = opening.map or (0, 0)
        change = opening.nesting
        if opening.type in ("bullet_list_open", "ordered_list_open", "bullet_list_close", "ordered_list_close"):
            depth += change
        elif opening.type in ("blockquote_open", "blockquote_close"):
            quotes += change
        elif opening.type in ("thead_open", "thead_close"):
            names = change > 0
        elif opening.type == "list_item_open":
            fresh = True
        elif opening.type == "tr_open":
            row, place = [], (first, last)
        elif opening.type == "tr_close" and row is not None:
            yield _Piece(*place, "table_row", names=names, content=tuple(row))
            row = None
        elif opening.type == "inline" and row is not None:
            row.append(opening.content)
        elif opening.type in ("fence", "code_block"):
            yield _Piece(first, last, "code", depth)
        elif opening.type == "html_block":
            yield _Piece(first, last, "paragraph", depth, content=("",))
        elif opening.type == "heading_open" and opening.level == 0:
            yield _Piece(first, last, "heading", int(opening.tag[1:]), content=(token.content,))
        elif opening.type in ("heading_open", "paragraph_open"):
            kind: BlockKind = "list_item" if fresh else "quote" if quotes else "paragraph"
            kind, fresh = "note" if _NOTE.match(token.content) else kind, False
            yield _Piece(first, last, kind, depth, content=(token.content,))


def _with_gaps(pieces: Iterator[_Piece], lines: int) -> Iterator[_Piece]:
    """Yield the blocks, and between them the lines that hold nothing but mark-up, such as rules and link targets."""
    at = 0
    for piece in pieces:
        if at < piece.first:
            yield _Piece(at, piece.first, "furniture")
        yield piece
        at = max(at, piece.last)
    if at < lines:
        yield _Piece(at, lines, "furniture")


class _Reading:
    """Finds the blocks' characters in the file, and adds what is special about them to ``marks``."""

    def __init__(self, text: str, lines: Sequence[int], marks: list[Mark]) -> None:
        self._text, self._lines, self._marks = text, lines, marks
        self._header: int | None = None

    def block(self, piece: _Piece) -> Block | None:
        """Return the block at these lines; None if they are blank."""
        start, end = self._trim(self._lines[piece.first], self._lines[piece.last])
        if start >= end:
            return None
        if piece.kind == "furniture":
            self._mark(start, end)
        elif piece.kind == "code":
            self._mark_fences(piece)
        elif piece.kind == "table_row":
            if piece.names:
                self._header = start
            self._mark_row(start, end, piece.content)
            return Block(start, end, piece.kind, header=self._header)
        elif piece.content == ("",):
            for found in _TAG.finditer(self._text, start, end):
                self._mark(found.start(), found.end())
        else:
            self._mark_lines(piece, piece.content[0].split("\n"))
        return Block(start, end, piece.kind, piece.level)

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        part = self._text[start:end]
        return end - len(part.lstrip()), start + len(part.rstrip())

    def _mark(self, start: int, end: int, kind: MarkKind = "syntax") -> None:
        start, end = self._trim(start, end) if kind == "syntax" else (start, end)
        if start < end:
            self._marks.append(Mark(start, end, kind))

    def _mark_fences(self, piece: _Piece) -> None:
        for line in {piece.first, piece.last - 1}:
            start, end = self._trim(self._lines[line], self._lines[line + 1])
            if self._text.startswith(("```", "~~~"), start):
                self._mark(start, end)

    def _mark_row(self, start: int, end: int, cells: Sequence[str]) -> None:
        for found in _CELL_BORDER.finditer(self._text, start, end):
            self._mark(found.start(), found.end())
        at = start
        for cell in cells:
            place = self._text.find(cell, at, end)
            if cell and place >= 0:
                self._mark_inline(cell, [(0, place)])
                at = place + len(cell)

    def _mark_lines(self, piece: _Piece, content: Sequence[str]) -> None:
        """Mark what stands before and after the content of each line, and what the content marks up."""
        places, read = [], 0
        for line in range(piece.first, piece.last):
            start, end = self._trim(self._lines[line], self._lines[line + 1])
            number = line - piece.first
            if number >= len(content):  # the underline of a heading
                self._mark(start, end)
                continue
            words = content[number].strip()
            ends_so = self._text.endswith(words, start, end)
            place = end - len(words) if ends_so else self._text.find(words, start, end)
            if place < 0:
                return
            self._mark(start, place)
            self._mark(place + len(words), end)
            places.append((read + len(content[number]) - len(content[number].lstrip()), place))
            read += len(content[number]) + 1
        self._mark_inline("\n".join(content), places)

    def _mark_inline(self, content: str, places: Sequence[tuple[int, int]]) -> None:
        """Mark what the content marks up; ``places`` are offsets in it, in order, and those of the file."""
        if _PLAIN.fullmatch(content) or len(content) > LONGEST_INLINE:
            return
        for start, end, kind in inline_marks(content):
            if start < end:
                first, last = _moved(start, places), _moved(end - 1, places) + 1
                self._mark(first, last, kind)


def _moved(offset: int, places: Sequence[tuple[int, int]]) -> int:
    begin, place = places[max(0, bisect_right(places, (offset, sys.maxsize)) - 1)]
    return place + max(0, offset - begin)


@lru_cache(maxsize=1)
def _inline_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.disable("text_join")  # keeps escaped characters apart
    return parser


def inline_marks(content: str) -> list[tuple[int, int, MarkKind]]:
    """Return what the inline mark-up of a paragraph marks, as offsets in it.

    The parser gives no offsets, so its tokens are followed through the content. The marks end where that fails.
    """
    (inline,) = _inline_parser().parseInline(content)
    following = _Following(content)
    for token in inline.children or ():
        if not following.take(token):
            break
    return following.marks


_KINDS: dict[str, MarkKind] = {
    "strong": "strong",
    "em": "emphasis",
    "link": "link",
    "<sup>": "superscript",
    "<sub>": "subscript",
}


class _Following:
    """Follows the parser's inline tokens through the content that they were made from."""

    def __init__(self, content: str) -> None:
        self.marks: list[tuple[int, int, MarkKind]] = []
        self._content, self._at = content, 0
        self._open: list[tuple[str, int]] = []

    def take(self, token: Token) -> bool:
        """Go past a token and mark what it marks; False if it is not next."""
        name, _, what = token.type.rpartition("_")
        if token.type == "text":
            return self._pass(token.content, hidden=False)
        if token.type == "text_special":
            hidden = token.info == "escape" and self._pass("\\")
            return self._pass(token.markup[hidden:], hidden=False)
        if token.type in ("softbreak", "hardbreak"):
            return self._pass("\\" if token.type == "hardbreak" and self._next("\\") else "") and self._pass(
                "\n", hidden=False
            )
        if token.type == "code_inline":
            return self._code(token.markup)
        if token.type == "html_inline":
            return self._tag(token.content)
        if token.type == "image":
            return self._pass("![") and self._pass(token.content, hidden=False) and self._link_end()
        if what == "open":
            done = self._pass(token.markup if name != "link" else "<" if token.markup == "autolink" else "[")
            self._open.append((name, self._at))
            return done
        if what == "close" and self._open:
            self._close(name)
            return (
                self._pass(token.markup or ">")
                if name != "link"
                else self._pass(">")
                if token.markup
                else self._link_end()
            )
        return False

    def _next(self, words: str) -> bool:
        return self._content.startswith(words, self._at)

    def _pass(self, words: str, *, hidden: bool = True) -> bool:
        """Go past words, and white space before them that the parser drops; False if they are not next."""
        if not self._next(words):
            place = self._content.find(words, self._at)
            if place < 0 or self._content[self._at : place].strip():
                return False
            self._at = place
        if hidden:
            self.marks.append((self._at, self._at + len(words), "syntax"))
        self._at += len(words)
        return True

    def _close(self, name: str) -> None:
        opened, start = self._open.pop()
        if opened == name:
            self.marks.append((start, self._at, _KINDS[name]))

    def _code(self, fence: str) -> bool:
        if not self._pass(fence):
            return False
        closing = re.compile(rf"(?<!`){fence}(?!`)").search(self._content, self._at)
        self._at = closing.start() if closing else self._at
        return closing is not None and self._pass(fence)

    def _tag(self, tag: str) -> bool:
        name = tag.lower()
        if name in ("</sup>", "</sub>") and self._open:
            self._close(name.replace("/", ""))
        done = self._pass(tag)
        if name in _KINDS:
            self._open.append((name, self._at))
        return done

    def _link_end(self) -> bool:
        """Go past "](target)", "][label]" or "]"."""
        target = _target_end(self._content, self._at + 1)
        return self._pass(self._content[self._at : target]) if self._next("]") else False


def _target_end(content: str, at: int) -> int:
    """The offset behind a link's target or label at ``at``; ``at`` itself if there is none."""
    from markdown_it.helpers import parseLinkDestination, parseLinkTitle

    if content.startswith("[", at):
        return content.find("]", at) + 1 or at
    if not content.startswith("(", at):
        return at
    place = _skip_space(content, at + 1)
    target = parseLinkDestination(content, place, len(content))
    place = _skip_space(content, target.pos) if target.ok else place
    title = parseLinkTitle(content, place, len(content))
    place = _skip_space(content, title.pos) if title.ok else place
    return place + 1 if content.startswith(")", place) else at


def _skip_space(content: str, at: int) -> int:
    while content[at : at + 1].isspace():
        at += 1
    return at
