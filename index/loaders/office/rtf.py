"""Reads RTF with striprtf: the text without mark-up and the rows of tables; what is known of it from the information group."""

from __future__ import annotations

import re
from itertools import groupby

from index.loaders.draft import Draft, drafted
from index.loaders.paragraphs import paragraphs
from index.loaders.text import Content, UnreadableContent

_TITLE = re.compile(r"\{\\title ([^{}\\]{1,1000})\}")
_AUTHOR = re.compile(r"\{\\author ([^{}]{1,1000})\}")
_CODE_PAGE = re.compile(r"\\ansicpg\d{1,5}")
_LEFT_OUT = {
    "footnotes": re.compile(r"\{\\footnote\b"),
    "comments": re.compile(r"\{\\\*\\annotation\b"),
    "headers and footers": re.compile(r"\{\\(?:header|footer)[lrf]?\b"),
}
_END_OF_CELL = "|"  # as striprtf writes it
_NO_CHARACTER = re.compile(r"\\u-?\d{6,}")  # no program writes such a code, and striprtf would fail
_CREATED = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")


def load_rtf(data: bytes) -> Content:
    """Read the text of a document; raises UnreadableContent if it is not RTF."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableContent("damaged: it is not an RTF document")
    source = data.decode("latin-1")
    title, created, author = _TITLE.search(source), _CREATED.search(source), _AUTHOR.search(source)
    return drafted(
        _draft(_read(source)),
        {what: len(pattern.findall(source)) for what, pattern in _LEFT_OUT.items()},
        title=title[1].strip() if title else None,
        date="{}-{:0>2}-{:0>2}".format(*created.groups()) if created else None,
        authors=(_author(author[1], source),) if author else (),
    )


def _draft(text: str) -> Draft:
    """The paragraphs, and the rows of tables, of which the first names the columns."""
    draft = Draft()
    for is_table, lines in groupby(text.split("\n"), key=lambda line: line.endswith(_END_OF_CELL)):
        if is_table:
            draft.add_table(line.split(_END_OF_CELL) for line in lines)
        elif words := "\n".join(lines).strip():
            draft.append(words, paragraphs(words))
    return draft


def _author(coded: str, source: str) -> str:
    """Decode a name in the document's code page; "" if that fails, as the document matters more."""
    declared = _CODE_PAGE.search(source)
    try:
        return _read(f"{{\\rtf1\\ansi{declared[0] if declared else ''} {coded}}}")
    except Exception:  # as everywhere, a parser may raise anything
        return ""


def _read(source: str) -> str:
    from striprtf.striprtf import rtf_to_text

    read: str = rtf_to_text(_NO_CHARACTER.sub("", source), errors="ignore")  # type: ignore[no-untyped-call]
    return read.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\0", " ").strip()
