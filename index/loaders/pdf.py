"""Reads PDF with pypdfium2: the text of the pages in order, the offset of each, and which pages have none."""

from __future__ import annotations

import ctypes
import re
from typing import Any

from index.loaders.text import Content, UnreadableContent

LONGEST_LANGUAGE = 64  # 16-bit units

_HYPHENATED = re.compile("[\ufffe\x02]\r?\n?")  # what PDFium emits for the hyphen of a word broken across lines
_CREATED = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


def load_pdf(data: bytes) -> Content:
    """Read the text layer of the pages. A scan has none: such pages are named in a warning, and there is no OCR."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = "encrypted" if "password" in str(error).lower() else "damaged: it cannot be opened as PDF"
        raise UnreadableContent(reason) from error
    try:
        pages = [_page_text(pdf, number) for number in range(len(pdf))]
        images = [
            number for number, page in enumerate(pages, start=1) if not page.strip() and _shows_image(pdf, number)
        ]
        fields, language = pdf.get_metadata_dict(), _language(pdf)
    finally:
        pdf.close()
    if not any(page.strip() for page in pages):
        raise UnreadableContent(f"image-only: no text on its {len(pages)} pages")
    return Content(
        "\n".join(pages),
        title=" ".join(fields.get("Title", "").split()) or None,
        date=_date(fields.get("CreationDate", "")),
        pages=_starts(pages),
        warnings=_coverage(pages, images),
        authors=(fields.get("Author", ""),),
        language=language,
    )


def _page_text(pdf: Any, number: int) -> str:
    page = pdf[number]
    words = page.get_textpage()
    text: str = words.get_text_bounded()
    words.close()
    page.close()
    text = _HYPHENATED.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
    return text.encode("utf-8", "replace").decode("utf-8").rstrip()


def _language(pdf: Any) -> str:
    """The language that the catalog states; "" if there is none."""
    import pypdfium2

    said = (ctypes.c_ushort * LONGEST_LANGUAGE)()
    size = pypdfium2.raw.FPDFCatalog_GetLanguage(pdf, said, ctypes.sizeof(said))
    return bytes(said)[:size].decode("utf-16-le", "replace").rstrip("\0") if size <= ctypes.sizeof(said) else ""


def _starts(pages: list[str]) -> tuple[int, ...]:
    starts = [0]
    for page in pages[:-1]:
        starts.append(starts[-1] + len(page) + 1)
    return tuple(starts)


def _shows_image(pdf: Any, number: int) -> bool:
    """Whether a page (counted from 1) shows an image."""
    import pypdfium2

    page = pdf[number - 1]
    found = any(True for _ in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    page.close()
    return found


def _coverage(pages: list[str], images: list[int]) -> tuple[str, ...]:
    """One warning for pages that are images only, and one for pages that hold nothing."""
    empty = [number for number, page in enumerate(pages, start=1) if not page.strip() and number not in images]
    kinds = (("image only, so not read", images), ("no text", empty))
    return tuple(
        f"{words} on {len(found)} of its {len(pages)} pages ({_listed(found)})" for words, found in kinds if found
    )


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")


def _date(created: str) -> str | None:
    found = _CREATED.match(created)
    return "-".join(part for part in found.groups() if part) if found else None
