"""RTF through striprtf: the text without its mark-up; title and date from the information group."""

from __future__ import annotations

import re

from index.loaders import Content, UnreadableContent

_TITLE = re.compile(r"\{\\title ([^{}\\]{1,1000})\}")
_CREATED = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")


def load_rtf(data: bytes) -> Content:
    """The paragraphs of the document."""
    from striprtf.striprtf import rtf_to_text

    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableContent("damaged: it is not an RTF document")
    source = data.decode("latin-1")
    read: str = rtf_to_text(source, errors="ignore")  # type: ignore[no-untyped-call]
    text = read.replace("\r\n", "\n").replace("\0", " ")
    title, created = _TITLE.search(source), _CREATED.search(source)
    return Content(
        text.encode("utf-8", "replace").decode("utf-8").strip(),
        title=title[1].strip() or None if title else None,
        date="{}-{:0>2}-{:0>2}".format(*created.groups()) if created else None,
    )
