"""Reads Word documents with python-docx: paragraphs and table rows in order, headings by style."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from index.loaders.archives import check_archive
from index.loaders.text import Content, Heading, UnreadableContent

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STYLE = re.compile(r"heading ([1-9])", re.IGNORECASE)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def load_docx(data: bytes) -> Content:
    """Read the paragraphs and tables of the body; the title is the property, or the first Title or Heading 1."""
    if data.startswith(_OLE):
        raise UnreadableContent("encrypted, or an old .doc file under another name")
    check_archive(data, "a Word document")
    import docx

    document = docx.Document(io.BytesIO(data))
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for text, level in _blocks(document):
        if parts:
            parts.append("\n\n")
            length += 2
        if level:
            headings.append(Heading(length, level, " ".join(text.split()), length + len(text)))
        parts.append(text)
        length += len(text)
    first = next((heading.text for heading in headings if heading.level == 1), None)
    if not _has_properties(document):  # python-docx would make some up
        return Content("".join(parts), first, headings=tuple(headings))
    properties = document.core_properties
    written = properties.created or properties.modified
    return Content(
        "".join(parts),
        properties.title.strip() or first,
        written.date().isoformat() if written else None,
        headings=tuple(headings),
        authors=(properties.author,),
        language=properties.language,
    )


def _has_properties(document: Any) -> bool:
    """Whether the file itself states a title, a date and so on."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    return any(one.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES for one in document.part.package.rels.values())


def _blocks(document: Any) -> Iterator[tuple[str, int]]:
    """Yield each paragraph or table that holds text, and its heading level (0: none)."""
    from docx.text.paragraph import Paragraph

    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            text, level = block.text.strip(), _level(block)
        else:
            text, level = "\n".join(_rows(block._tbl)), 0
        if text:
            yield text, level


def _level(paragraph: Any) -> int:
    name = (paragraph.style.name or "") if paragraph.style is not None else ""
    found = _STYLE.fullmatch(name)
    return int(found[1]) if found else int(name == "Title")


def _rows(table: Any) -> Iterator[str]:
    """Yield the rows of a table from its XML, as the library's cells take quadratic time on large tables."""
    for row in table.iter(f"{_WORD}tr"):
        cells = (" ".join("".join(cell.itertext(f"{_WORD}t")).split()) for cell in row.iterchildren(f"{_WORD}tc"))
        if text := " | ".join(cell for cell in cells if cell):
            yield text
