"""Pages of a PDF as images, drawn in another process."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from document_fakes import pdf_of
from PIL import Image

from index.page_image import WIDTH, UndrawablePage, draw_page


def test_a_page_is_drawn_as_wide_as_dense_screens_need_it() -> None:
    image = draw_page(pdf_of("The first page.", "The second."), 2)
    width, height, depth, colour = struct.unpack(">2I2B", image[16:26])
    assert abs(width - WIDTH) <= 1 and height > width and (depth, colour) == (8, 2)
    size = struct.unpack(">I", image[33:37])[0]
    rows = zlib.decompress(image[41 : 41 + size])
    assert len(rows) == height * (1 + 3 * width)
    assert b"\xff\xff\xff" in rows and any(value < 64 for value in rows[1 : len(rows) // 4])  # ink on white


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_picture_is_drawn_upright_and_no_larger_than_a_page(form: str) -> None:
    picture, file = Image.new("RGB", (2 * WIDTH, 200), "white"), io.BytesIO()
    turned = Image.Exif()
    turned[0x0112] = 6  # of the tag orientation: a quarter to the right
    picture.save(file, form, exif=turned)
    width, height = struct.unpack(">2I", draw_page(file.getvalue(), 1)[16:24])
    assert (width, height) == (200, 2 * WIDTH)


@pytest.mark.parametrize(
    ("data", "page"),
    [(b"no PDF", 1), (b"", 1), (pdf_of("One."), 7), (b"\x89PNG damaged", 1), (b"\xff\xd8\xff", 2)],
    ids=["text", "empty", "beyond", "damaged picture", "second page of a picture"],
)
def test_what_cannot_be_drawn_is_said(data: bytes, page: int) -> None:
    with pytest.raises(UndrawablePage, match="damaged, or too large"):
        draw_page(data, page)
