"""Reads HTML by walking its elements and emitting the readable text, so that blocks and marks have exact offsets.

All text that a reader can see is kept; what is outside a page's main content is marked.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from index.blocks import CELL_BORDER, MOST_EMPTY, BlockKind, Mark, MarkKind, Structure
from index.loaders.draft import Draft, drafted
from index.loaders.metadata import authors
from index.loaders.text import BYTE_ORDER_MARK, Content, UnreadableContent, decoded, iso_date
from index.loaders.web.linked_data import linked_data
from index.loaders.web.main_content import all_main, byline, mark_main, read_page

# What is left out, each with its name for readers; None for what no reader sees.
LEFT_OUT: dict[str, str | None] = {
    "script": None, "style": None, "noscript": None, "template": None, "head": None, "svg": None, "nav": "menus",
    "iframe": "embedded pages", "object": "embedded objects", "canvas": "drawings", "audio": "recordings", "video": "videos",
    "button": "form controls", "select": "form controls", "textarea": "form controls", "dialog": "hidden elements",
}  # fmt: skip
PARAGRAPHS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "ol", "p", "pre", "section",
    "summary", "table", "ul",
})  # fmt: skip
LINES = frozenset({"li", "tr", "caption"})
CELLS = frozenset({"td", "th"})
RAISED = frozenset({"sup", "sub"})
SPACED = frozenset({"br", *RAISED, *CELLS})  # apart from the words around them
# Tags and roles whose text is not the main content of a page, unless they stand inside its article.
ASIDES = frozenset({"header", "footer", "aside", "banner", "contentinfo", "complementary", "navigation", "search"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
KINDS: dict[str, BlockKind] = {
    "li": "list_item", "pre": "code", "blockquote": "quote", "figcaption": "caption", "caption": "caption",
}  # fmt: skip
MARKED: dict[str, MarkKind] = {
    "b": "strong", "strong": "strong", "i": "emphasis", "em": "emphasis", "a": "link", "sup": "superscript", "sub": "subscript",
}  # fmt: skip

_SPACE = re.compile(r"\s+")
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_TITLES = (
    "//meta[@name='DC.title' or @name='dc.title' or @name='DC.Title' or @name='citation_title']/@content",
    "//meta[@property='og:title' or @name='og:title']/@content",
    "//meta[@property='twitter:title' or @name='twitter:title']/@content",
    "//head/title//text()",
)
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
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTE = re.compile(
    r"(?<![a-z])(?:foot|end)notes?(?![a-z])|\bdoc-(?:foot|end)note|\bcite_note|\bfn[:_-]?\d", re.IGNORECASE
)
_NOTE_SIGN = re.compile(r"\b(?:doc-)?noteref\b")
_PERMALINKS, _EDIT_LINK = {"¶", "#", "§", "🔗"}, "mw-editsection"  # beside headings, of which they are no words
_LONGEST_ROW = 2_000  # characters; a longer row of a table holds columns of a page, or its articles
_LONGEST_RAISED = 40  # characters; longer ones are small print rather than an exponent or a note
_NO_DATA = ("table", "h1", "h2", "h3", "ul", "ol", "blockquote", "pre", "form")  # not found in the cells of data
_FEWEST_NAMED = 3  # columns
_SCRIPTS = ("msup", "msub", "msubsup", "munder", "mover", "munderover", "mmultiscripts")
_GAPS = ("", " ", "\n")  # the later the wider
_RAISED = str.maketrans("0123456789+-−=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
# Before a number that refers to a note rather than raises: a longer word, a full stop, any number but ten.
_NOTED = re.compile(r"(?:[^\W\d]{4}|[.,;:!?”’\"')]|(?<!\b10)(?<=\d))\Z")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|e|º|ª|tm|sm|®|™)\.?", re.IGNORECASE)


def load_html(data: bytes) -> Content:
    """Read the visible text of a saved web page; what is outside its main content is marked so."""
    source, warnings = decode_html(data)
    content = load_page(source)
    return replace(content, warnings=(*warnings, *content.warnings))


def load_page(source: str) -> Content:
    """Read a saved web page that is decoded already, whatever encoding it declares."""
    content, page = _read(source), read_page(_storable(source))
    structure = mark_main(content.text, content.structure or Structure(), page.text)
    stated = (content.authors, page.authors, byline(content.text, structure))
    return replace(
        content,
        structure=structure,
        title=content.title or page.title,
        date=content.date or page.date,
        authors=next(filter(None, map(authors, stated)), ()),
        publisher=page.publisher,
        url=page.url,
    )


def read_html(source: str) -> Content:
    """Read the visible text of HTML that is no web page, such as a chapter or a mail; all of it is main content."""
    content = _read(source)
    return replace(content, structure=all_main(content.structure or Structure()))


def _storable(source: str) -> str:
    """The source, without what cannot be stored."""
    return source.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _read(source: str) -> Content:
    root, cut = _parsed(_storable(source))
    page = _Page()
    page.walk(root)
    titles = (_squeezed(found) for query in _TITLES for found in root.xpath(query))
    dates = (iso_date(_squeezed(found)) for query in _DATES for found in root.xpath(query))
    linked = linked_data(root)
    read = drafted(page.draft, page.left_out, title=linked.title or next(filter(None, titles), None))
    return replace(
        read,
        date=linked.date or next(filter(None, dates), None),
        warnings=("part of it is nested too deeply to be read",) if cut else (),
        authors=linked.authors or _authors(root),
        language=root.get("lang") or root.get("xml:lang"),
    )


def _authors(root: Any) -> tuple[str, ...]:
    """The names in the first kind of metadata that has any; URLs of pages about authors do not count."""
    said = (
        [_squeezed(one) for one in root.xpath(query) if one.strip() and not one.strip().startswith("http")]
        for query in _AUTHORS
    )
    return tuple(next(filter(None, said), ()))


def _parsed(source: str) -> tuple[Any, bool]:
    """The root element, and whether the parser gave up on depth; raises UnreadableContent if there is none."""
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(source.encode("utf-8"), parser)
    if root is None:
        raise UnreadableContent("empty: it holds no text")
    return root, any("depth" in problem.message for problem in parser.error_log)


def decode_html(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode a page in the encoding that it declares, or else as any text, with a warning if that is not UTF-8.

    Raises UnreadableContent if it is no text in any encoding.
    """
    declared = _CHARSET.search(data[:4_096])
    try:
        return data.decode(declared[1].decode("ascii") if declared else "utf-8").removeprefix(BYTE_ORDER_MARK), ()
    except (UnicodeDecodeError, LookupError):
        text, warnings = decoded(data)
        return text.removeprefix(BYTE_ORDER_MARK), warnings


@dataclass(slots=True)
class _Table:
    """A table of data: the offset and the width of the row that names its columns, the row in progress and its next column.

    ``reach`` holds for each column the last row that a cell above reaches down to.
    """

    header: int | None = None
    columns: int = 0
    row: int = 0
    column: int = 0
    reach: dict[int, int] = field(default_factory=dict)

    def begin_row(self) -> None:
        """Go to the first column of the next row."""
        self.row, self.column = self.row + 1, 0

    def place(self, cell: Any) -> int:
        """The column in which the next cell of the row stands, beside those that reach down to it."""
        while self.reach.get(self.column, 0) >= self.row:
            self.column += 1
        place = self.column
        wide, high = (_span(cell, name) if place < MOST_EMPTY else 1 for name in ("colspan", "rowspan"))
        self.reach.update(dict.fromkeys(range(place, place + wide), self.row + high - 1) if high > 1 else {})
        self.column += wide
        return place


@dataclass(frozen=True, slots=True)
class _Frame:
    """What an open element, and those around it, mean for the text in it; ``mark`` is where its own mark begins."""

    kind: BlockKind = "paragraph"
    level: int = 0
    lists: int = 0
    table: _Table | None = None
    in_row: bool = False
    names: bool = False
    verbatim: bool = False
    mark: tuple[int, int] = (0, 0)
    article: bool = False
    aside: bool = False

    def inside(self, tag: str, element: Any, mark: tuple[int, int]) -> _Frame:
        """The frame of an element inside this one."""
        table = (_Table() if _is_data(element) else None) if tag == "table" else self.table
        in_row = self.in_row or (tag == "tr" and table is not None)
        lists = self.lists + (tag in ("ul", "ol"))
        kind, level = self.kind, self.level
        if in_row:
            kind, level = "table_row", 0
        elif tag in HEADINGS:
            kind, level = "heading", int(tag[1])
        elif kind != "note" and _NOTE.search(_described(element)):
            kind, level = "note", 0
        elif kind != "note" and tag in KINDS:
            kind, level = KINDS[tag], lists if tag == "li" else 0
        names = _names_columns(element) if tag == "tr" else self.names
        verbatim, article = self.verbatim or tag == "pre", self.article or tag in ("article", "main")
        aside = self.aside or (not article and (tag in ASIDES or element.get("role") in ASIDES))
        return _Frame(kind, level, lists, table, in_row, names, verbatim, mark, article, aside)


class _Page:
    """The blocks emitted so far, the one in progress, and what was left out."""

    def __init__(self) -> None:
        self.draft = Draft()
        self.left_out: Counter[str] = Counter()
        self._frames = [_Frame()]
        self._block = _InProgress()
        self._pictures: list[str] = []  # descriptions of pictures beside the block in progress

    def walk(self, root: Any) -> None:
        """Emit all that a reader sees below an element."""
        from lxml import etree

        walk = etree.iterwalk(root, events=("start", "end"))
        skipped: Any = None
        for event, element in walk:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start" and self._takes_whole(tag, element):
                walk.skip_subtree()
                skipped = element
            elif event == "start":
                self._begin(tag, element)
            else:
                if element is not skipped:
                    self._end(tag)
                skipped = None
                self._say(element.tail)
        self._break()

    def _takes_whole(self, tag: str, element: Any) -> bool:
        """Take an element that is not walked: it is hidden, holds no text, or is emitted in another way."""
        if tag == "math":
            self._say(f" {formula(element)} ")
        elif not tag or tag in LEFT_OUT:
            if what := LEFT_OUT.get(tag):
                self.left_out[what] += _has_words(element)
        elif _is_hidden(element):
            formulas = [formula(math) for math in element.iter("math")]  # hidden beside a picture of it
            self._say(f" {' '.join(formulas)} " if formulas else None)
            self.left_out["hidden elements"] += not formulas and _has_words(element)
        elif tag == "img":
            if words := " ".join(element.get("alt", "").split()):
                self._pictures.append(words)
        elif (tag in RAISED or _NOTE_SIGN.search(_described(element))) and _is_short(element):
            self._raise(tag if tag in RAISED else "sup", _words(element))
        elif (tag == "a" and _words(element) in _PERMALINKS) or _EDIT_LINK in element.get("class", ""):
            pass
        else:
            return False
        return True

    def _begin(self, tag: str, element: Any) -> None:
        around = self._frames[-1]
        if around.in_row:
            if around.table and tag in CELLS:
                self._block.cell = around.table.place(element)
            self._block.widen(" " if tag in PARAGRAPHS or tag == "br" else "")
        elif tag in PARAGRAPHS or tag in LINES or (tag == "br" and self._block.gap == "\n"):
            self._break()
        elif tag in SPACED:
            self._block.widen("\n" if tag == "br" else " ")
        if tag == "tr" and around.table:
            around.table.begin_row()
        self._block.licence |= tag == "a" and "license" in element.get("rel", "").split()
        self._frames.append(around.inside(tag, element, (self._block.number, self._block.next)))
        self._say(element.text)

    def _end(self, tag: str) -> None:
        frame, around = self._frames[-1], self._frames[-2]
        if (kind := MARKED.get(tag)) and frame.mark[0] == self._block.number:
            self._block.mark(frame.mark[1], kind)
        if around.in_row:
            self._block.widen(" " if tag in PARAGRAPHS else "")
        elif tag in PARAGRAPHS or tag in LINES:
            self._break()
        elif tag in SPACED and tag != "br":
            self._block.widen(" ")
        self._frames.pop()

    def _say(self, words: str | None) -> None:
        if words:
            self._block.say(words, self._frames[-1])

    def _raise(self, tag: str, words: str) -> None:
        """Emit a superscript or subscript, which must not read as part of the number or word before it."""
        if tag == "sup" and _NOTED.search(self._block.text) and words.strip("[]()").isdigit():
            self._block.widen(" ")
        start = self._block.next
        self._say(raised(tag, words))
        self._block.mark(start, MARKED[tag])

    def _break(self) -> None:
        """End the block in progress, and emit the descriptions of the pictures in it as captions."""
        block, self._block = self._block, _InProgress(self._block.number + 1)
        frame = block.frame
        table = frame.table if frame.in_row else None
        if frame.kind == "list_item" and not frame.lists:
            frame = replace(frame, level=1)
        if table:
            block.end_row(table.columns)
        start = self.draft.add(
            block.text,
            frame.kind,
            level=frame.level,
            main=frame.kind == "heading" or not (frame.aside or (block.licence and not frame.article)),
            header=table.header if table else None,
            names=table is not None and frame.names,
            marks=block.marks,
        )
        if table and frame.names and block.text:
            table.header, table.columns = start, block.filled + 1
        for words in self._pictures:
            self.draft.add(words, "caption", main=not frame.aside)
        self._pictures = []


class _InProgress:
    """A block whose text is still being emitted. ``next`` is the offset of its next character, ``licence`` if it links to one.

    In a row, the next words stand in the column ``cell`` and the last ones in the column ``filled``, both from 0.
    """

    def __init__(self, number: int = 0) -> None:
        self.number, self.gap, self.frame, self.licence = number, "", _Frame(), False
        self.marks: list[Mark] = []
        self.cell = self.filled = 0
        self._parts: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    @property
    def next(self) -> int:
        """The offset at which the next words will stand."""
        return self._length + len(self._gap())

    def _gap(self) -> str:
        if self.cell > self.filled:
            return "|" * (not self._length) + _borders(self.cell - self.filled)
        return self.gap if self._length else ""

    def end_row(self, columns: int) -> None:
        """Put the empty cells at the end of a row that fills more than its first of so many columns."""
        if self.filled and columns > self.filled + 1:
            self._parts += (_borders(columns - self.filled - 1), "|")

    def say(self, words: str, frame: _Frame) -> None:
        """Emit text; white space is collapsed outside ``pre``. The block is of the kind of its first words."""
        if not frame.verbatim:
            words = _SPACE.sub(" ", words)
            self.widen(" " if words.startswith(" ") else "")
            words = words.removeprefix(" ")
        if not words or (not self._length and not words.strip()):
            return
        if not self._length:
            self.frame, self.gap = frame, ""
        shown = words if frame.verbatim else words.removesuffix(" ")
        gap = self._gap()
        self._parts += (gap, shown)
        self._length += len(gap) + len(shown)
        self.filled, self.gap = self.cell, " " if len(shown) < len(words) else ""

    def widen(self, gap: str) -> None:
        """Put at least this much between the words so far and the next."""
        if _GAPS.index(gap) > _GAPS.index(self.gap):
            self.gap = gap

    def mark(self, start: int, kind: MarkKind) -> None:
        """Mark the characters from an offset on."""
        if start < self._length:
            self.marks.append(Mark(start, self._length, kind))


def raised(tag: str, words: str) -> str:
    """Return a superscript or subscript as characters that are not read with the word before: 10 and "6" give 10⁶.

    Ordinals such as "th" stay as they are. What has no such characters follows "^" or "_".
    """
    if not words or (tag == "sup" and _ORDINAL.fullmatch(words)) or words.startswith(("[", "(")):
        return words
    table, sign = (_RAISED, "^") if tag == "sup" else (_LOWERED, "_")
    if all(ord(one) in table for one in words):
        return words.translate(table)
    return sign + words if len(words) == 1 or words.isalnum() else f"{sign}({words})"


def formula(element: Any) -> str:
    """Return a formula of MathML on one line, with its exponents and indices apart from what they belong to."""
    try:
        return " ".join(_formula(element).split())
    except RecursionError:
        return _words(element)


def _formula(element: Any) -> str:
    name = str(element.tag).rpartition("}")[2]
    parts = [_formula(child) for child in element if isinstance(child.tag, str)]
    if name.startswith("annotation"):
        return ""
    if name in _SCRIPTS and len(parts) > 1:
        below, above = (
            (parts[1], "") if name in ("msub", "munder") else ("", parts[1]) if len(parts) < 3 else parts[1:3]
        )
        return parts[0] + raised("sub", below.strip()) + raised("sup", above.strip())
    if name == "mfrac" and len(parts) == 2:
        return "/".join(part if len(part.strip()) < 2 else f"({part.strip()})" for part in parts)
    if name == "msqrt":
        return f"√({''.join(parts)})"
    return (element.text or "").strip() + "".join(parts)


def _borders(number: int) -> str:
    """The borders beside cells; those of too many empty ones are one."""
    return CELL_BORDER * (number if number <= MOST_EMPTY else 1)


def _span(cell: Any, name: str) -> int:
    """How many columns or rows a cell covers."""
    said = cell.get(name, "")
    return min(max(int(said), 1), MOST_EMPTY) if re.fullmatch(r"[0-9]{1,9}", said) else 1


def _is_hidden(element: Any) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _HIDING.search(element.get("style", "")) is not None
    )


def _is_data(table: Any) -> bool:
    """Whether a table holds data in rows and columns, rather than columns of a page."""
    if table.get("role") in ("presentation", "none") or any(True for _ in table.iterdescendants(*_NO_DATA)):
        return False
    rows = list(table.iter("tr"))
    sizes = [sum(cell.tag in CELLS for cell in row) for row in rows]
    return len(rows) > 1 and max(sizes) > 1 and all(len(_words(row)) <= _LONGEST_ROW for row in rows)


def _names_columns(row: Any) -> bool:
    cells = [cell.tag for cell in row if cell.tag in CELLS]
    return len(cells) > 1 and (set(cells) == {"th"} or row.getparent().tag == "thead" or _heads_figures(row))


def _heads_figures(row: Any) -> bool:
    """Whether a first row of ordinary cells begins with an empty one, or holds words alone, and most rows below it figures.

    Two columns are no sign of it, as a name may stand beside each value.
    """
    if row.getprevious() is not None:
        return False
    below, words = list(row.itersiblings("tr")), [_words(cell) for cell in row]
    if below and not words[0] and all(words[1:]):  # a corner
        return True
    figures = sum(any(map(str.isdigit, _words(other))) for other in below)
    return (
        len(words) >= _FEWEST_NAMED
        and all(words)
        and not any(map(str.isdigit, "".join(words)))
        and figures > len(below) / 2
    )


def _described(element: Any) -> str:
    return " ".join(element.get(name, "") for name in ("class", "id", "role", "epub:type"))


def _is_short(element: Any) -> bool:
    return len(_words(element)) <= _LONGEST_RAISED


def _has_words(element: Any) -> bool:
    return any(words.strip() for words in element.itertext())


def _squeezed(text: object) -> str:
    return _SPACE.sub(" ", str(text)).strip()


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
