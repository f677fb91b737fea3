"""Pages of a PDF as images, drawn in another process."""

from __future__ import annotations

import struct
import zlib

import pytest
from document_fakes import pdf_of

from index.page_image import WIDTH, UndrawablePage, draw_page


def test_a_page_is_drawn_as_wide_as_dense_screens_need_it() -> None:
    image = draw_page(pdf_of("The first page.", "The second."), 2)
    width, height, depth, colour = struct.unpack(">2I2B", image[16:26])
    assert abs(width - WIDTH) <= 1 and height > width and (depth, colour) == (8, 2)
    size = struct.unpack(">I", image[33:37])[0]
    rows = zlib.decompress(image[41 : 41 + size])
    assert len(rows) == height * (1 + 3 * width)
    assert b"\xff\xff\xff" in rows and any(value < 64 for value in rows[1 : len(rows) // 4])  # ink on white


@pytest.mark.parametrize(
    ("data", "page"), [(b"no PDF", 1), (b"", 1), (pdf_of("One."), 7)], ids=["text", "empty", "beyond"]
)
def test_what_cannot_be_drawn_is_said(data: bytes, page: int) -> None:
    with pytest.raises(UndrawablePage, match="damaged, or too large"):
        draw_page(data, page)
