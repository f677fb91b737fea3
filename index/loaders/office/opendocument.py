"""Reads OpenDocument texts, sheets and slides by walking their XML: all text in reading order, notes below their paragraph."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.blocks import BlockKind
from index.loaders.draft import Draft, drafted, page_starts
from index.loaders.office.archives import (
    ENCRYPTED,
    attribute,
    check_archive,
    counted,
    member_xml,
    name_of,
    own,
    unpacked,
)
from index.loaders.text import Content, UnreadableContent

MOST_REPEATED = 1_000  # columns that one cell may stand for
MOST_SPACES = 100  # that one element may stand for: tables of contents need fewer

_MANIFEST = "META-INF/manifest.xml"
_SIGNS = {"tab": "\t", "line-break": "\n", "soft-page-break": ""}
_BELOW = {"note", "annotation", "text-box", "desc"}  # what stands apart from the paragraph that it is in
_LEFT_OUT = {"deletion": "tracked deletions", "object": "embedded documents"}
_NOT_SHOWN = {
    "forms",
    "note-citation",
    "creator",
    "date",
    "creator-initials",
    "sequence-decls",
    "shapes",
    "table-columns",
}
_TITLES = {"title"}  # of slides


def load_opendocument(data: bytes) -> Content:
    """Read the body, then headers and footers; title, date, authors and language only as the file states them."""
    check_archive(data, "an OpenDocument file")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _MANIFEST in archive.namelist() and b"encryption-data" in unpacked(archive, _MANIFEST):
            raise UnreadableContent(ENCRYPTED)
        root = member_xml(archive, "content.xml")
        document = _Document(_titles(root))
        for body in root.iter("{*}body"):
            document.put_all(body)
            if own(body, "spreadsheet") is None:  # the headers of sheets are fields alone
                document.put_furniture(_optional(archive, "styles.xml"))
        said = {name_of(one): "".join(one.itertext()).strip() for one in _descendants(_optional(archive, "meta.xml"))}
        written = said.get("creation-date") or said.get("date") or ""
        return drafted(
            document.draft,
            document.left_out,
            title=" ".join(said.get("title", "").split()),
            date=written[:10] or None,
            authors=tuple(filter(None, [said.get("initial-creator") or said.get("creator")])),
            language=said.get("language"),
            pages=page_starts(document.pages, document.draft.length),
        )


def _titles(root: Any) -> set[str]:
    """The styles of the paragraph that is the document's title: the program's own, and those made from it."""
    made = (one for one in root.iter("{*}style") if attribute(one, "parent-style-name") == "Title")
    return {"Title", *(attribute(one, "name") for one in made)}


def _optional(archive: zipfile.ZipFile, name: str) -> Any:
    """The root of a member; () if it is missing or damaged."""
    try:
        return member_xml(archive, name)
    except UnreadableContent:
        return ()


def _descendants(root: Any) -> Iterator[Any]:
    return iter(()) if isinstance(root, tuple) else root.iter()


class _Document:
    """What has been put so far, and what is left out."""

    def __init__(self, titles: set[str]) -> None:
        self._titles = titles
        self.draft = Draft()
        self.left_out: Counter[str] = Counter()
        self.pages: list[int] = []  # how long the text was at the beginning of each slide

    def put_all(self, parent: Any, kind: BlockKind = "paragraph", depth: int = 0) -> None:
        """Put the blocks below an element; ``kind`` is that of its paragraphs, ``depth`` that of its list."""
        for child in parent:
            name = name_of(child)
            if name == "h":
                self._put(child, "heading", int(attribute(child, "outline-level") or 1))
            elif name == "p":
                titled = kind == "paragraph" and attribute(child, "style-name") in self._titles
                self._put(child, "heading" if titled else kind, 1 if titled else depth)
            elif name == "table":
                self._put_table(child)
            elif name in _LEFT_OUT:
                self.left_out[_LEFT_OUT[name]] += 1
            elif name == "list":
                self.put_all(child, "list_item" if kind == "paragraph" else kind, depth + 1)
            elif name == "frame" and attribute(child, "class") in _TITLES:
                self.put_all(child, "heading", 1)
            elif name in ("notes", "annotation", "note-body"):
                self.put_all(child, "note")
            elif name == "desc":
                self.draft.add(" ".join("".join(child.itertext()).split()), "caption")
            elif name not in _NOT_SHOWN:
                if name == "page":
                    self.pages.append(self.draft.length)
                self.put_all(child, kind, depth)

    def put_furniture(self, styles: Any) -> None:
        """Put each header and footer once."""
        roots = [one for one in _descendants(styles) if name_of(one) in ("header", "footer")]
        for text in dict.fromkeys(self._words(root, []) for root in roots):
            self.draft.add(text, "furniture", main=False)

    def _put(self, paragraph: Any, kind: BlockKind, level: int) -> None:
        pieces: list[str] = []
        below: list[Any] = []
        self._collect(paragraph, pieces, below)
        self.draft.add("".join(pieces), kind, level=level)
        self.put_all(below)

    def _put_table(self, table: Any) -> None:
        """Put a table and what stands in it apart from its words. In a workbook its name is a heading."""
        below: list[Any] = []
        rows = _nearest(table, "table-row")
        self.draft.add_table(
            ([*self._cells(row, below)] for row in rows),
            name=attribute(table, "name") if name_of(table.getparent()) == "spreadsheet" else "",
        )
        self.put_all(below)

    def _cells(self, row: Any, below: list[Any]) -> Iterator[str]:
        for cell in _nearest(row, "table-cell", "covered-table-cell"):
            yield from [self._words(cell, below)] * counted(cell, "number-columns-repeated", MOST_REPEATED)

    def _words(self, element: Any, below: list[Any]) -> str:
        """The text of an element on one line; what stands apart from it goes to ``below``."""
        pieces: list[str] = []
        self._collect(element, pieces, below)
        return " ".join("".join(pieces).split())

    def _collect(self, parent: Any, pieces: list[str], below: list[Any]) -> None:
        pieces.append(parent.text if name_of(parent) in ("p", "h", "span", "a") and parent.text else "")
        for child in parent:
            name = name_of(child)
            if name == "s":
                pieces.append(" " * counted(child, "c", MOST_SPACES))
            elif name in _SIGNS:
                pieces.append(_SIGNS[name])
            elif name in _BELOW:
                below.append(child)
            elif name in _LEFT_OUT:
                self.left_out[_LEFT_OUT[name]] += 1
            elif name and name not in _NOT_SHOWN:
                pieces.append(" " if name in ("p", "h") else "")  # in a cell
                self._collect(child, pieces, below)
            pieces.append(child.tail or "")


def _nearest(parent: Any, *names: str) -> Iterator[Any]:
    """Yield the nearest elements of these names below one, such as the rows in a group of rows."""
    for child in parent:
        if name_of(child) in names:
            yield child
        else:
            yield from _nearest(child, *names)
