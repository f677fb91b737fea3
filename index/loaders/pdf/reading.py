"""Reads a page with pypdfium2: its lines of words with boxes, the values of its form fields, and its annotations."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.blocks import PAGE_PARTS
from index.loaders.pdf.lines import Line, Word
from index.loaders.pdf.recognition import LARGEST, RESOLUTION

MOST_UNDECODABLE = 0.3  # of a page's characters: beyond this the rest is no text either
POINTS = 72  # in an inch: the unit of pages
LONGEST_VALUE = 100_000  # bytes of a form field or an annotation

_HYPHENS = "\x02\ufffe"  # what PDFium makes of a hyphen at the end of a line
_WITH_TEXT = {1, 3, 5, 6, 8, 9, 10, 11, 12, 13, 14}  # subtypes of annotations whose contents a reader wrote


@dataclass(frozen=True, slots=True)
class Page:
    """What is on a page: its lines in the order of its content, notes on it, and what there is besides.

    ``recognised`` if the lines come from how the page looks, not from its text.
    """

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    decodable: bool = True
    pictures: bool = False
    drawings: bool = False
    recognised: bool = False
    damaged: bool = False


def read_page(pdf: Any, form: Any, number: int) -> Page:
    """Read a page (from 0); ``form`` is the document's form environment, None without forms."""
    page = pdf[number]
    words = page.get_textpage()
    try:
        characters = _characters(words)
        odd = sum(_is_odd(sign) for sign in characters)
        shown = sum(not sign.isspace() for sign in characters)
        decodable = odd <= MOST_UNDECODABLE * shown
        lines = list(_lines(page, words, characters, number)) if decodable else []
        fields, notes = _annotations(page, form, number)
        for field in fields:
            _place(lines, field)
        kinds = set() if lines else {found.type for found in page.get_objects(max_depth=3)}
        pictures = _raw().FPDF_PAGEOBJ_IMAGE in kinds
        return Page(tuple(lines), tuple(notes), decodable, pictures, bool(kinds) and not pictures)
    finally:
        words.close()
        page.close()


def draw_page(pdf: Any, number: int) -> Any:
    """Draw a page (from 0) as a picture: height x width x 3, RGB; very large pages more coarsely."""
    import numpy as np

    page = pdf[number]
    try:
        width, height = page.get_size()
        scale = min(RESOLUTION / POINTS, math.sqrt(LARGEST / max(1.0, width * height)))
        bitmap = page.render(scale=scale, rev_byteorder=True, maybe_alpha=False)
        pixels = np.array(bitmap.to_numpy()[:, :, :3])
        bitmap.close()
        return pixels
    finally:
        page.close()


def _raw() -> Any:
    import pypdfium2

    return pypdfium2.raw


def _characters(words: Any) -> str:
    unicode = _raw().FPDFText_GetUnicode
    return "".join(
        chr(code) if code < 0x110000 else "\ufffd" for code in (unicode(words, n) for n in range(words.count_chars()))
    )


def _is_odd(sign: str) -> bool:
    """Whether a character stands for nothing: control, private use, a surrogate, or unknown."""
    code = ord(sign)
    private = 0xE000 <= code <= 0xF8FF or code >= 0xF0000
    return (
        (code < 32 and sign not in "\r\n\t\x02")
        or 0x7F <= code < 0xA0
        or 0xD800 <= code < 0xE000
        or private
        or sign == "\ufffd"
    )


def _lines(page: Any, words: Any, characters: str, number: int) -> Iterator[Line]:
    """Yield the lines, each as its words; what stands outside the page is left out."""
    boxes = _Boxes(page, words)
    line: list[Word] = []
    start = None
    for place, sign in enumerate(characters + "\n"):
        if sign in _HYPHENS or sign.isspace() or _is_odd(sign):
            if start is not None and (word := boxes.word(characters, start, place)):
                line.append(word)
            start = None
            if line and (sign in "\r\n" or sign in _HYPHENS):
                yield Line(tuple(line), number, broken=sign in _HYPHENS)
                line = []
        elif start is None:
            start = place
    if line:
        yield Line(tuple(line), number)


class _Boxes:
    """Finds the boxes of words as the page is shown: rotated and cropped."""

    def __init__(self, page: Any, words: Any) -> None:
        self._page, self._words, self._raw = page, words, _raw()
        self._rectangle = self._raw.FS_RECTF()
        self._x, self._y = ctypes.c_int(), ctypes.c_int()

    def word(self, characters: str, start: int, end: int) -> Word | None:
        """Return the word of characters [start, end); None if it stands outside the page."""
        first, last = self.of_character(start), self.of_character(end - 1)
        box = (*map(min, first[:2], last[:2]), *map(max, first[2:], last[2:]))
        if box[2] <= 0 or box[3] <= 0 or box[0] >= PAGE_PARTS or box[1] >= PAGE_PARTS:
            return None
        return Word(characters[start:end], *(min(max(0, side), PAGE_PARTS) for side in box))

    def of_character(self, place: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of a character."""
        self._raw.FPDFText_GetLooseCharBox(self._words, place, self._rectangle)
        return self.of(self._rectangle)

    def of(self, rectangle: Any) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of a rectangle in the page's own coordinates."""
        (x1, y1), (x2, y2) = self._shown(rectangle.left, rectangle.top), self._shown(rectangle.right, rectangle.bottom)
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

    def _shown(self, x: float, y: float) -> tuple[int, int]:
        self._raw.FPDF_PageToDevice(self._page, 0, 0, PAGE_PARTS, PAGE_PARTS, 0, x, y, self._x, self._y)
        return self._x.value, self._y.value


def _annotations(page: Any, form: Any, number: int) -> tuple[list[Line], list[str]]:
    """The values of filled form fields as lines, and the texts of annotations."""
    raw, boxes = _raw(), _Boxes(page, None)
    fields, notes = [], []
    for place in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, place)
        if not annotation:
            continue
        subtype = raw.FPDFAnnot_GetSubtype(annotation)
        if subtype == raw.FPDF_ANNOT_WIDGET and form is not None:
            value = _field_value(form, annotation)
            rectangle = raw.FS_RECTF()
            if value and raw.FPDFAnnot_GetRect(annotation, rectangle):
                box = [min(max(0, side), PAGE_PARTS) for side in boxes.of(rectangle)]
                fields.append(Line(tuple(Word(word, *box) for word in value.split()), number))
        elif subtype in _WITH_TEXT and (text := _contents(annotation)):
            notes.append(text)
        raw.FPDFPage_CloseAnnot(annotation)
    return fields, notes


def _field_value(form: Any, annotation: Any) -> str:
    """The value of a text field or a choice; for a box that is ticked the name of what it stands for."""
    raw = _raw()
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        return said_by(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON) and raw.FPDFAnnot_IsChecked(
        form, annotation
    ):
        return said_by(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation)
    return ""


def _contents(annotation: Any) -> str:
    return said_by(_raw().FPDFAnnot_GetStringValue, annotation, b"Contents")


def said_by(get: Any, *arguments: Any) -> str:
    """Return what a function of PDFium says, which writes UTF-16 into a buffer and returns its size in bytes."""
    size = get(*arguments, None, 0)
    if not 2 < size <= LONGEST_VALUE:
        return ""
    said = (ctypes.c_ushort * (size // 2))()
    get(*arguments, said, size)
    return clean(bytes(said).decode("utf-16-le", "replace"))


def clean(text: str) -> str:
    """Text with a line break for every kind of one, and spaces for characters that stand for nothing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(" " if _is_odd(sign) and sign != "\n" else sign for sign in text).strip()


def _place(lines: list[Line], field: Line) -> None:
    """Put the value of a form field behind the line beside it, which is its label, or else where it stands on the page."""
    middle = (field.top + field.bottom) / 2
    beside = [n for n, line in enumerate(lines) if line.top <= middle <= line.bottom and line.left < field.left]
    if beside:
        label = max(beside, key=lambda n: lines[n].left)
        lines[label] = Line((*lines[label].words, *field.words), field.page)
        return
    above = [n for n, line in enumerate(lines) if line.bottom <= middle]
    lines.insert(max(above, key=lambda n: lines[n].bottom) + 1 if above else 0, field)
