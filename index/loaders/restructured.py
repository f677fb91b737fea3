"""Reads reStructuredText with docutils, which here neither opens other files nor passes HTML through."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.blocks import BlockKind
from index.loaders.draft import Draft, drafted
from index.loaders.progress import go_on
from index.loaders.text import Content, decode_text, iso_date

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,  # nothing is printed
    "halt_level": 6,  # nothing stops the reading
}
_KINDS: dict[str, BlockKind] = {
    "list_item": "list_item", "footnote": "note", "citation": "note", "block_quote": "quote", "attribution": "quote",
    "literal_block": "code", "doctest_block": "code", "math_block": "code", "caption": "caption", "rubric": "caption",
}  # fmt: skip
LINES_TOGETHER = 5_000  # which take some seconds
MOST_SPANNED = 100  # columns by one cell
_NOT_SHOWN = {"comment", "substitution_definition", "target", "label", "raw", "docinfo", "colspec"}
_ROLE = re.compile(r":[\w:+.-]+:`(?P<words>[^`<]*)(?:<[^`>]*>)?`|`(?P<other>[^`]*)`_*")


def load_rst(data: bytes) -> Content:
    """Read the text without mark-up; title, author and date are those of its head. Unknown directives are read as code."""
    from docutils import nodes

    text, warnings = decode_text(data)
    tree = _parsed(text)
    page = _Page()
    page.put_all(tree)
    said = {one.tagname: one.astext() for info in tree.findall(nodes.docinfo) for one in info.children}
    return drafted(
        page.draft,
        page.left_out,
        warnings=warnings,
        title=tree.get("title"),
        date=iso_date(said.get("date")),
        authors=(said.get("author") or said.get("authors", "").replace("\n\n", ";"),),
    )


def _parsed(text: str) -> Any:
    """The tree of a text; says after some lines that the reading goes on, as the library takes half a minute a megabyte."""
    from docutils.core import publish_doctree
    from docutils.readers.standalone import Reader

    class Saying(Reader):  # type: ignore[misc,unused-ignore]
        said = 0

        def new_document(self) -> Any:
            document = super().new_document()
            document.note_source = self.note
            return document

        def note(self, source: object, line: int | None) -> None:
            if (line or 0) >= self.said + LINES_TOGETHER:
                self.said = line or 0
                go_on()

    return publish_doctree(text, reader=Saying(), settings_overrides=_SETTINGS)


class _Page:
    """What has been put so far, and what is left out."""

    def __init__(self) -> None:
        self.draft = Draft()
        self.left_out: Counter[str] = Counter()

    def put_all(self, parent: Any, kind: BlockKind = "paragraph", depth: int = 0, section: int = 1) -> None:
        """Put the blocks below a node; ``section`` is the level of its headings, ``depth`` that of its lists."""
        for node in parent.children:
            name = node.tagname
            if name in ("title", "subtitle"):
                titled = parent.tagname in ("document", "section")
                self.draft.add(_words(node), "heading" if titled else "caption", level=section + (name == "subtitle"))
            elif name == "section":
                self.put_all(node, kind, depth, section + 1)
            elif name == "table":
                self._put_table(node)
            elif name == "image":
                self.draft.add(node.get("alt", ""), "caption")
            elif name == "system_message":
                self._put_unknown(node)
            elif name in _NOT_SHOWN:
                continue
            elif name in ("bullet_list", "enumerated_list"):
                self.put_all(node, kind, depth + 1, section)
            elif _is_text(node):
                self.draft.add(_words(node), _KINDS.get(name, kind), level=depth if kind == "list_item" else 0)
            else:
                self.put_all(node, _KINDS.get(name, kind), depth, section)

    def _put_table(self, table: Any) -> None:
        from docutils import nodes

        header, columns = None, 0
        for caption in table.findall(nodes.title):
            self.draft.add(_words(caption), "caption")
        for row in table.findall(nodes.row):
            names = header is None and isinstance(row.parent, nodes.thead)
            cells = list(_cells(row))
            start = self.draft.add_row(cells, header=header, names=names, columns=columns)
            header, columns = (start, len(cells)) if names else (header, columns)

    def _put_unknown(self, message: Any) -> None:
        """Put what the parser did not understand as it stands; a file that it would have to open is left out."""
        from docutils import nodes

        for source in message.findall(nodes.literal_block):
            if source.astext().startswith((".. include::", ".. raw::", ".. csv-table::")):
                self.left_out["inclusions"] += 1
            else:
                self.draft.add(source.astext(), "code")


def _cells(row: Any) -> Iterator[str]:
    for entry in row.children:
        yield _words(entry)
        yield from [""] * min(entry.get("morecols", 0), MOST_SPANNED)


def _is_text(node: Any) -> bool:
    from docutils import nodes

    return isinstance(node, nodes.TextElement)


def _words(node: Any) -> str:
    return "".join(_pieces(node)).strip()


def _pieces(node: Any) -> Iterator[str]:
    from docutils import nodes

    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child.astext()
        elif isinstance(child, nodes.problematic):
            yield _ROLE.sub(lambda role: (role["words"] or role["other"] or "").strip(), child.astext())
        elif isinstance(child, nodes.image):
            yield child.get("alt", "")
        elif isinstance(child, nodes.footnote_reference | nodes.citation_reference):
            yield f"[{child.astext()}]"
        elif not isinstance(child, nodes.system_message):
            yield from _pieces(child)
            yield " " if isinstance(child, nodes.paragraph) else ""  # in a cell
