"""Reads Word documents by walking their XML: all text in reading order, with notes, comments, text boxes and insertions.

python-docx, mammoth and docx2python each lose some of these. Names are compared without their namespace, in which the two
editions of the standard (Transitional and Strict) differ.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.blocks import BlockKind
from index.loaders.draft import Draft, drafted
from index.loaders.office.archives import (
    attribute,
    check_archive,
    core_properties,
    counted,
    main_part,
    member_xml,
    name_of,
    own,
    relationships,
)
from index.loaders.text import Content, UnreadableContent

MOST_SPANNED = 100  # columns by one cell
MOST_BASES = 20  # styles that one builds on: more are a circle

_HEADING = re.compile(r"heading ([1-9])")
_LEVELS = tuple("012345678")
_KINDS: dict[str, BlockKind] = {
    "quote": "quote",
    "intense quote": "quote",
    "caption": "caption",
    "html preformatted": "code",
}
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes", "commentReference": "comments"}
_SEPARATORS = {"separator", "continuationSeparator", "continuationNotice"}  # the lines above notes
_LEFT_OUT = {
    "del": "tracked deletions",
    "moveFrom": "tracked deletions",
    "altChunk": "embedded documents",
    "chart": "charts",
}
_NOT_SHOWN = {"pPr", "rPr", "sdtPr", "sdtEndPr", "instrText", "delText", "delInstrText", "fldData"}


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph is: its heading level, its depth as a list item (both from 1, 0: none), and its kind otherwise."""

    level: int = 0
    depth: int = 0
    kind: BlockKind = "paragraph"


def load_docx(data: bytes) -> Content:
    """Read the body, each note below the paragraph that refers to it; title, date and authors only as the file states them."""
    check_archive(data, "a Word document")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        main = main_part(archive, "word/document.xml")
        return core_properties(archive, _Document(archive, main).read())


class _Document:
    """A document being read: its parts, the notes that are still to be put, and what is left out."""

    def __init__(self, archive: zipfile.ZipFile, main: str) -> None:
        self._archive = archive
        self._root = member_xml(archive, main)
        self._parts = {one.id: one for one in relationships(archive, main)}
        self._left_out: Counter[str] = Counter()
        self._styles = {id: style for root in self._of_kind("styles") for id, style in _styles(root)}
        self._notes = {
            kind: {
                attribute(note, "id"): note for root in self._of_kind(kind) for note in root if not _is_separator(note)
            }
            for kind in _NOTES.values()
        }
        self._draft = Draft()

    def read(self) -> Content:
        """Put the body, then the notes to which nothing refers, then headers and footers, each once."""
        self._put_all(self._root)
        for kind, notes in self._notes.items():
            while notes:
                self._put_note(kind, next(iter(notes)))
        texts = [self._words(root) for kind in ("header", "footer") for root in self._of_kind(kind)]
        for text in dict.fromkeys(texts):
            self._draft.add(text, "furniture", main=False)
        return drafted(self._draft, self._left_out)

    def _of_kind(self, kind: str) -> Iterator[Any]:
        """Yield the roots of the parts of a kind; one that is damaged is left out."""
        for one in self._parts.values():
            if one.kind == kind:
                try:
                    yield member_xml(self._archive, one.part)
                except UnreadableContent:
                    self._left_out[f"damaged {kind}"] += 1

    def _put_all(self, parent: Any, kind: BlockKind = "paragraph") -> None:
        """Put the blocks below an element; ``kind`` is that of its paragraphs."""
        for child in parent:
            name = name_of(child)
            if name in ("p", "oMathPara", "oMath"):
                self._put_paragraph(child, kind)
            elif name == "tbl":
                self._put_table(child)
            elif name in _LEFT_OUT:
                self._left_out[_LEFT_OUT[name]] += 1
            elif name == "AlternateContent":
                self._put_all(_choice(child), kind)
            elif name not in _NOT_SHOWN:
                self._put_all(child, kind)

    def _put_paragraph(self, paragraph: Any, kind: BlockKind) -> None:
        pieces: list[str] = []
        below: list[Any] = []
        self._collect(paragraph, pieces, below)
        style = self._style(paragraph)
        if kind == "paragraph":
            kind = "heading" if style.level else "list_item" if style.depth else style.kind
        self._draft.add("".join(pieces), kind, level=style.level or style.depth)
        self._put_below(below)

    def _put_table(self, table: Any) -> None:
        """Put a table and what stands in it apart from its words. A table of one column is layout, so its cells are text."""
        rows = [list(_nearest(row, "tc")) for row in _nearest(table, "tr") if not self._deleted(row)]
        if all(len(cells) == 1 for cells in rows):
            for [cell] in rows:
                self._put_all(cell)
            return
        below: list[Any] = []
        self._draft.add_table([*self._cells(cells, below)] for cells in rows)
        self._put_below(below)

    def _cells(self, cells: Sequence[Any], below: list[Any]) -> Iterator[str]:
        for cell in cells:
            yield self._words(cell, below)
            yield from [""] * (counted(own(own(cell, "tcPr"), "gridSpan"), "val", MOST_SPANNED) - 1)

    def _deleted(self, row: Any) -> bool:
        deleted = own(own(row, "trPr"), "del") is not None
        self._left_out[_LEFT_OUT["del"]] += deleted
        return deleted

    def _words(self, element: Any, below: list[Any] | None = None) -> str:
        """The text of an element on one line; what stands apart from it goes to ``below``."""
        pieces: list[str] = []
        self._collect(element, pieces, [] if below is None else below)
        return " ".join("".join(pieces).split())

    def _collect(self, parent: Any, pieces: list[str], below: list[Any]) -> None:
        """Collect the text below an element, and the notes, text boxes and drawings that stand apart from it."""
        for child in parent:
            name = name_of(child)
            if name == "t":
                pieces.append(child.text or "")
            elif name in _SIGNS:
                pieces.append(_SIGNS[name])
            elif name in _NOTES or name in ("txbxContent", "relIds") or (name == "docPr" and child.get("descr")):
                below.append(child)
            elif name in _LEFT_OUT:
                self._left_out[_LEFT_OUT[name]] += 1
            elif name == "AlternateContent":
                self._collect(_choice(child), pieces, below)
            elif name == "r" and _is_hidden(child):
                self._left_out["hidden passages"] += 1
            elif name not in _NOT_SHOWN:
                if name in ("p", "tc"):  # in a cell or a heading of a page
                    pieces.append(" ")
                self._collect(child, pieces, below)

    def _put_below(self, below: list[Any]) -> None:
        for element in below:
            name = name_of(element)
            if name in _NOTES:
                self._put_note(_NOTES[name], attribute(element, "id"))
            elif name == "txbxContent":
                self._put_all(element)
            elif name == "docPr":
                self._draft.add(" ".join(element.get("descr").split()), "caption")
            else:
                self._put_diagram(attribute(element, "dm"))

    def _put_note(self, kind: str, id: str) -> None:
        note = self._notes[kind].pop(id, None)
        if note is not None:
            self._put_all(note, "note")

    def _put_diagram(self, id: str) -> None:
        """Put the words of a SmartArt drawing, a paragraph for each point."""
        try:
            data = member_xml(self._archive, self._parts[id].part)
        except (KeyError, UnreadableContent):
            self._left_out["diagrams"] += 1
            return
        for point in data.iter("{*}pt"):
            self._draft.add(self._words(point))

    def _style(self, paragraph: Any) -> _Style:
        """The style of a paragraph, with what it states itself."""
        properties = own(paragraph, "pPr")
        if properties is None:
            return _Style()
        named = self._styles.get(attribute(own(properties, "pStyle"), "val"), _Style())
        return replace(named, level=_outline(properties) or named.level, depth=_depth(properties) or named.depth)


def _styles(root: Any) -> Iterator[tuple[str, _Style]]:
    """Yield the paragraph styles by id."""
    found = {attribute(one, "styleId"): one for one in root.iterchildren("{*}style")}
    for id in found:
        style, current = _Style(), id
        for _ in range(MOST_BASES):
            element = found.get(current)
            if element is None:
                break
            style = _with_base(style, element)
            current = attribute(own(element, "basedOn"), "val")
        yield id, style


def _with_base(style: _Style, element: Any) -> _Style:
    """A style with what it leaves open taken from one that it builds on."""
    name, properties = attribute(own(element, "name"), "val").lower(), own(element, "pPr")
    heading = _HEADING.fullmatch(name)
    level = int(heading[1]) if heading else int(name == "title") or _outline(properties)
    kind = _KINDS.get(name, "paragraph") if style.kind == "paragraph" else style.kind
    return _Style(style.level or level, style.depth or _depth(properties), kind)


def _outline(properties: Any) -> int:
    """The heading level (from 1) that paragraph properties state; 0 for none, and for body text, which is 9 there."""
    stated = attribute(own(properties, "outlineLvl"), "val")
    return int(stated) + 1 if stated in _LEVELS else 0


def _depth(properties: Any) -> int:
    """The depth of a list item (from 1) that paragraph properties state; 0 if it is none."""
    numbers = own(properties, "numPr")
    if attribute(own(numbers, "numId"), "val") in ("", "0"):  # 0 takes the number of a style away
        return 0
    stated = attribute(own(numbers, "ilvl"), "val")
    return int(stated) + 1 if stated in _LEVELS else 1


def _is_separator(note: Any) -> bool:
    return attribute(note, "type") in _SEPARATORS


def _choice(alternatives: Any) -> Any:
    """The first of several versions of the same content; the others are for older programs."""
    return next(iter(alternatives), ())


def _is_hidden(run: Any) -> bool:
    hidden = own(own(run, "rPr"), "vanish")
    return hidden is not None and attribute(hidden, "val") not in ("0", "false", "off")


def _nearest(parent: Any, name: str) -> Iterator[Any]:
    """Yield the nearest elements of a name below one, through content controls and the like, not inside each other."""
    for child in parent:
        if name_of(child) == name:
            yield child
        elif name_of(child) not in _NOT_SHOWN | {"tbl"}:
            yield from _nearest(child, name)
