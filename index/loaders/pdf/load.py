"""Reads PDF with pypdfium2: the text of the pages with a box for each word, form fields, and annotations."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from index.loaders import metadata
from index.loaders.draft import drafted
from index.loaders.office.archives import ENCRYPTED
from index.loaders.pdf.layout import Outline, compose, letters
from index.loaders.pdf.reading import Page, draw_page, read_page, said_by
from index.loaders.pdf.recognition import INSTALL, Recognise, recogniser
from index.loaders.text import Content, Overtaxed, UnreadableContent

LONGEST_LANGUAGE = 64  # 16-bit units
MOST_LISTED = 10_000  # entries of an outline

_STATED = (b"Title", b"Author", b"CreationDate")
_CREATED = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


def load_pdf(data: bytes) -> Content:
    """Read the text layer of the pages, and with the extra ``ocr`` the words of those that are pictures."""
    return pdf_content(data, recogniser())


def pdf_content(data: bytes, recognise: Recognise | None) -> Content:
    """Read a PDF; without ``recognise`` pages that are pictures, or whose text cannot be decoded, are named in a warning."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = ENCRYPTED if "password" in str(error).lower() else "damaged: it cannot be opened as PDF"
        raise UnreadableContent(reason) from error
    try:
        pdf.init_forms()
        pages = [_read(pdf, number, recognise) for number in range(len(pdf))]
        title, author, created = (said_by(pypdfium2.raw.FPDF_GetMetaText, pdf, name) for name in _STATED)
        language, outline = _language(pdf), _outline(pdf)
    finally:
        pdf.close()
    if not any(page.lines or page.notes for page in pages):
        may_help = recognise is None and any(map(_is_shown_only, pages))
        raise (Overtaxed if may_help else UnreadableContent)(
            _why_nothing(pages) + (f": {INSTALL} reads them" if may_help else "")
        )
    draft, starts = compose([page.lines for page in pages], [page.notes for page in pages], outline)
    return drafted(
        draft,
        title=metadata.title(title),
        date=_date(created),
        pages=starts,
        warnings=_coverage(pages, "" if recognise else f": {INSTALL} reads them"),
        authors=(author,),
        language=language,
    )


def _read(pdf: Any, number: int, recognise: Recognise | None) -> Page:
    import pypdfium2

    try:
        page = read_page(pdf, pdf.formenv, number)
    except pypdfium2.PdfiumError:
        return Page((), damaged=True)
    if recognise is None or not _is_shown_only(page):
        return page
    return replace(page, lines=tuple(recognise(draw_page(pdf, number), number)), recognised=True)


def _is_shown_only(page: Page) -> bool:
    """Whether a page shows words, perhaps, that it does not hold as text."""
    return not page.lines and (page.pictures or not page.decodable)


def _why_nothing(pages: Sequence[Page]) -> str:
    count = f"{len(pages)} page{'s' * (len(pages) > 1)}"
    if any(page.damaged for page in pages):
        return f"damaged: no text can be read on its {count}"
    if any(not page.decodable for page in pages):
        return f"its fonts do not say which characters they show on its {count}"
    if any(page.pictures for page in pages):
        return f"image-only: no text on its {count}"
    return f"empty: no text on its {count}" + (", only drawings" if any(page.drawings for page in pages) else "")


def _coverage(pages: Sequence[Page], what_helps: str) -> tuple[str, ...]:
    """A warning for each reason for which pages were not read, or not as text."""
    recognised: list[int] = []
    undecodable: list[int] = []
    images: list[int] = []
    damaged: list[int] = []
    empty: list[int] = []
    for number, page in enumerate(pages, start=1):
        if page.recognised and page.lines:
            recognised.append(number)
        elif page.damaged:
            damaged.append(number)
        elif not page.decodable:
            undecodable.append(number)
        elif not page.lines:
            (images if page.pictures else empty).append(number)
    kinds = (
        ("read from a picture, so letters may be wrong,", recognised, ""),
        ("text that cannot be decoded", undecodable, what_helps),
        ("image only, so not read", images, what_helps),
        ("damage, so not read,", damaged, ""),
        ("no text", empty, ""),
    )
    return tuple(
        f"{words} on {len(found)} of its {len(pages)} pages ({_listed(found)}){more}"
        for words, found, more in kinds
        if found
    )


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")


def _outline(pdf: Any) -> Outline:
    """The headings that the outline lists."""
    import pypdfium2

    listed = {}
    for entry in islice(pdf.get_toc(), MOST_LISTED):
        place, title = entry.get_dest(), letters(said_by(pypdfium2.raw.FPDFBookmark_GetTitle, entry))
        if place is not None and title:
            listed[place.get_index(), title] = entry.level + 1
    return listed


def _language(pdf: Any) -> str:
    """The language that the catalog states; "" if there is none."""
    import pypdfium2

    said = (ctypes.c_ushort * LONGEST_LANGUAGE)()
    size = pypdfium2.raw.FPDFCatalog_GetLanguage(pdf, said, ctypes.sizeof(said))
    return bytes(said)[:size].decode("utf-16-le", "replace").rstrip("\0") if size <= ctypes.sizeof(said) else ""


def _date(created: str) -> str | None:
    found = _CREATED.match(created)
    return "-".join(part for part in found.groups() if part) if found else None
