"""Words in pictures: the order of lines, what is too large or no picture, and how well degraded pages are read."""

from __future__ import annotations

import io
import random
import struct
import time
import zlib
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2
import pytest
from document_fakes import pdf_of
from PIL import Image, ImageFilter
from rapidfuzz.distance import Levenshtein

from eval.bench.store.fuzz import damaged
from index.blocks import PAGE_PARTS
from index.loaders.pdf.lines import Line, Word
from index.loaders.pdf.load import load_pdf
from index.loaders.pdf.recognition import in_reading_order, recogniser
from index.loaders.picture import load_picture, picture_content
from index.loaders.text import Overtaxed, UnreadableContent

SENTENCES = (
    "The harbour of Velmora opened in 1931, and the first ship to enter was the Corvina under Captain Ilse Marn.",
    "It was designed by Tilda Ferrow, whose plans had cost 12,450 crowns and seven years of work.",
    "A lighthouse 48 metres tall stands on the pier; its lamp is seen from the islands when the weather is clear.",
    "In the winter of 1944 the quay was damaged, yet trade went on with Anselm, Skela and the towns upriver.",
    "Since then the council has paid for repairs every spring, as the minutes of its meetings show.",
)
PAGES = 10


def line(text: str, left: int, top: int, right: int) -> Line:
    return Line((Word(text, left, top, right, top + 100),), 0)


def test_columns_of_text_are_read_one_after_the_other_and_rows_of_a_table_across() -> None:
    prose = "Words enough to fill the whole width of a column"
    head = line("A heading over both columns", 1_000, 500, 9_000)
    columns = [
        line(f"{prose} {name}", left, top, left + 3_500)
        for name, left in (("a", 1_000), ("b", 5_500))
        for top in (1_000, 1_200)
    ]
    mixed = [columns[2], head, columns[0], columns[3], columns[1]]
    assert list(in_reading_order(mixed)) == [head, *columns]
    cells = [
        line(text, left, top, left + 500) for top in (1_000, 1_200) for text, left in (("Ship", 1_000), ("1931", 5_000))
    ]
    assert list(in_reading_order(cells[::-1])) == cells
    assert list(in_reading_order([])) == []


def png(width: int, height: int) -> bytes:
    packed = io.BytesIO()
    Image.new("1", (width, height)).save(packed, "PNG")
    return packed.getvalue()


def test_a_picture_is_read_where_something_reads_it() -> None:
    content = picture_content(png(40, 20), lambda pixels, page: [line(str(pixels.shape), 0, 0, 9)])
    assert content.text == "(20, 40, 3)"
    with pytest.raises(Overtaxed, match=r'^a picture: pip install "pincite\[ocr\]" reads the words in it$'):
        picture_content(png(40, 20), None)
    with pytest.raises(UnreadableContent, match=r"^a picture without words$"):
        picture_content(png(40, 20), lambda pixels, page: [])


@pytest.mark.parametrize("data", [b"nonsense", png(40, 20)[:40]])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableContent, match="damaged: it is not a PNG or JPEG picture"):
        picture_content(data, lambda pixels, page: [])


def test_damaged_pictures_are_read_or_refused() -> None:
    sound, pick = png(40, 20), random.Random(1931)
    for _ in range(300):
        with suppress(UnreadableContent):
            assert picture_content(damaged(sound, pick), lambda pixels, page: [line("x", 0, 0, 9)]).text == "x"


@pytest.mark.parametrize("side", [8_000, 20_000])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(side: int) -> None:
    small = png(40, 20)
    header = small[12:16] + struct.pack(">II", side, side) + small[24:29]
    large = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    with pytest.raises(UnreadableContent, match=r"^a picture of more than 50 million pixels: make it smaller$"):
        picture_content(large, lambda pixels, page: [])


def degraded(page: Any, numbers: np.random.Generator) -> Image.Image:
    """A page as an old copier leaves it: askew, blurred, grey and noisy."""
    turned = page.rotate(numbers.uniform(-0.7, 0.7), fillcolor=255, resample=Image.Resampling.BICUBIC)
    pixels = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.7)), dtype=float)
    noisy = 40 + pixels * 0.75 + numbers.normal(0, 8, pixels.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


@pytest.mark.slow
@pytest.mark.skipif(recogniser() is None, reason="the extra ocr is not installed")
def test_degraded_pages_are_read_almost_without_fault(capsys: pytest.CaptureFixture[str]) -> None:
    numbers = np.random.default_rng(1931)
    texts = [" ".join(numbers.permutation(SENTENCES * 3)) for _ in range(PAGES)]
    pdf = pypdfium2.PdfDocument(pdf_of(*texts))
    wrong = letters = 0
    began = time.process_time()
    for page, text in zip(pdf, texts, strict=True):
        packed = io.BytesIO()
        degraded(page.render(scale=150 / 72).to_pil().convert("L"), numbers).save(packed, "PNG")
        content = load_picture(packed.getvalue())
        assert content.structure is not None
        content.structure.check(len(content.text))
        wrong += Levenshtein.distance(" ".join(content.text.split()), text)
        letters += len(text)
    seconds = (time.process_time() - began) / PAGES
    with capsys.disabled():
        print(f"\n{1 - wrong / letters:.2%} of {letters} characters right, {seconds:.1f} s of processor time a page")
    assert wrong <= 0.01 * letters


@pytest.mark.slow
@pytest.mark.skipif(recogniser() is None, reason="the extra ocr is not installed")
def test_a_page_upside_down_is_read_from_its_own_top() -> None:
    text = " ".join(SENTENCES)
    page = pypdfium2.PdfDocument(pdf_of(text))[0].render(scale=150 / 72).to_pil()
    packed = io.BytesIO()
    page.rotate(180).save(packed, "PNG")
    content = load_picture(packed.getvalue())
    assert Levenshtein.distance(" ".join(content.text.split()), text) <= 0.01 * len(text)
    assert content.structure is not None and content.structure.boxes[0].top > PAGE_PARTS // 2


@pytest.mark.slow
@pytest.mark.skipif(recogniser() is None, reason="the extra ocr is not installed")
def test_a_scan_has_its_words_at_their_boxes() -> None:
    pdf = pypdfium2.PdfDocument(pdf_of(SENTENCES[0]))
    scan = pdf[0].render(scale=150 / 72).to_pil()
    packed = io.BytesIO()
    scan.save(packed, "PDF", resolution=150)
    read, written = load_pdf(packed.getvalue()), load_pdf(pdf_of(SENTENCES[0]))
    assert read.structure is not None and written.structure is not None
    start = read.text.index("Corvina")
    [seen] = read.structure.boxes_of(start, start + 7)
    start = written.text.index("Corvina")
    [known] = written.structure.boxes_of(start, start + 7)
    assert seen.page == 1 and abs(seen.left - known.left) < 100 and abs(seen.bottom - known.bottom) < 100
    assert all(one.end <= two.start for one, two in pairwise(read.structure.boxes))
