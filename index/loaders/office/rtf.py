"""Reads RTF with striprtf: the text without mark-up; title, date and author from the information group."""

from __future__ import annotations

import re

from index.loaders.text import Content, UnreadableContent

_TITLE = re.compile(r"\{\\title ([^{}\\]{1,1000})\}")
_AUTHOR = re.compile(r"\{\\author ([^{}]{1,1000})\}")
_CODE_PAGE = re.compile(r"\\ansicpg\d{1,5}")
_CREATED = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")


def load_rtf(data: bytes) -> Content:
    """Read the text of a document; raises UnreadableContent if it is not RTF."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableContent("damaged: it is not an RTF document")
    source = data.decode("latin-1")
    title, created, author = _TITLE.search(source), _CREATED.search(source), _AUTHOR.search(source)
    return Content(
        _read(source),
        title=title[1].strip() or None if title else None,
        date="{}-{:0>2}-{:0>2}".format(*created.groups()) if created else None,
        authors=(_author(author[1], source),) if author else (),
    )


def _author(coded: str, source: str) -> str:
    """Decode a name in the document's code page; "" if that fails, as the document matters more."""
    declared = _CODE_PAGE.search(source)
    try:
        return _read(f"{{\\rtf1\\ansi{declared[0] if declared else ''} {coded}}}")
    except Exception:  # as everywhere, a parser may raise anything
        return ""


def _read(source: str) -> str:
    from striprtf.striprtf import rtf_to_text

    read: str = rtf_to_text(source, errors="ignore")  # type: ignore[no-untyped-call]
    return read.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\0", " ").strip()
