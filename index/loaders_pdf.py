"""PDF through pypdfium2: the text of the pages one after the other, and the offset at which each begins."""

from __future__ import annotations

import re
from typing import Any

from index.loaders import Content, UnreadableContent

_HYPHENATED = re.compile("[\ufffe\x02]\r?\n?")  # what PDFium writes for a hyphen at which a line breaks a word
_CREATED = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


def load_pdf(data: bytes) -> Content:
    """The text layer of the pages; there is none in a scan, which is reported and not guessed at."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = "encrypted" if "password" in str(error).lower() else "damaged: it cannot be opened as PDF"
        raise UnreadableContent(reason) from error
    try:
        pages = [_page_text(pdf, number) for number in range(len(pdf))]
        fields = pdf.get_metadata_dict()
    finally:
        pdf.close()
    if not any(page.strip() for page in pages):
        raise UnreadableContent(f"image-only: no text on its {len(pages)} pages")
    return Content(
        "\n".join(pages),
        title=" ".join(fields.get("Title", "").split()) or None,
        date=_date(fields.get("CreationDate", "")),
        pages=_starts(pages),
        warnings=_empty_pages(pages),
    )


def _page_text(pdf: Any, number: int) -> str:
    page = pdf[number]
    words = page.get_textpage()
    text: str = words.get_text_bounded()
    words.close()
    page.close()
    text = _HYPHENATED.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
    return text.encode("utf-8", "replace").decode("utf-8").rstrip()


def _starts(pages: list[str]) -> tuple[int, ...]:
    starts = [0]
    for page in pages[:-1]:
        starts.append(starts[-1] + len(page) + 1)
    return tuple(starts)


def _empty_pages(pages: list[str]) -> tuple[str, ...]:
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page.strip()]
    if not empty:
        return ()
    shown = ", ".join(empty[:10]) + (", ..." if len(empty) > 10 else "")
    return (f"no text on {len(empty)} of its {len(pages)} pages ({shown})",)


def _date(created: str) -> str | None:
    found = _CREATED.match(created)
    return "-".join(part for part in found.groups() if part) if found else None
