"""PDF: pages, form values and annotations, what cannot be decoded, boxes of words, and pages without text told apart."""

from __future__ import annotations

import re
from typing import Any

import pytest
from document_fakes import pdf_of, pdf_of_objects
from fpdf import FPDF
from PIL import Image

from eval.bench.store import specimens
from index.blocks import PAGE_PARTS, Box
from index.loaders.pdf.lines import Line, Word
from index.loaders.pdf.load import load_pdf, pdf_content
from index.loaders.text import Content, Overtaxed, UnreadableContent

HELP = 'pip install "pincite[ocr]" reads them'
HEAD = "<</Type/Catalog/Pages 2 0 R{}>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"
FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def one_page(shown: str, page: str = "", catalog: str = "", *objects: str, font: str = FONT) -> bytes:
    """A page of 600 x 800 points: ``shown`` is its content, the font is object 5, and ``objects`` begin at 6."""
    resources = f"/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>{page}"
    stream = f"<</Length {len(shown)}>>stream\n{shown}\nendstream"
    return pdf_of_objects(
        HEAD[0].format(catalog), HEAD[1], f"<</Type/Page/Parent 2 0 R{resources}>>", stream, font, *objects
    )


def blocks(content: Content, kind: str) -> list[str]:
    assert content.structure is not None
    return [content.text[block.start : block.end] for block in content.structure.blocks if block.kind == kind]


def test_pages_begin_where_they_say() -> None:
    content = load_pdf(pdf_of("First page.", "Second page.", "Third page.", title="A report"))
    assert content.text == "First page.\n\nSecond page.\n\nThird page."
    assert [content.text[start : start + 5] for start in content.pages] == ["First", "Secon", "Third"]
    assert content.title == "A report"


def test_author_and_language() -> None:
    content = load_pdf(specimens.pdf())
    assert (content.authors, content.language) == (("Ana Müller; Bo",), "en-GB")
    bare = load_pdf(pdf_of("Text."))
    assert ("".join(bare.authors), bare.language) == ("", "")


def test_an_encrypted_and_a_damaged_file_are_named_so() -> None:
    with pytest.raises(UnreadableContent, match=r"^encrypted: save it without a password$"):
        load_pdf(pdf_of("Secret.", password="pw"))
    with pytest.raises(UnreadableContent, match="damaged"):
        load_pdf(b"%PDF-1.7 nonsense")


def test_the_outline_says_which_lines_are_headings_and_a_damaged_page_is_left_out() -> None:
    made = FPDF()
    made.set_font("helvetica", size=11)
    for title in ("The harbour", "Lost", "The lighthouse"):
        made.add_page()
        made.start_section(title)
        made.multi_cell(0, 6, f"1.2 {title}\nIt was built in 1931. {title} is white.")
    data = bytes(made.output())
    content = load_pdf(data)
    assert blocks(content, "heading") == ["1.2 The harbour", "1.2 Lost", "1.2 The lighthouse"]
    place = data.rindex(b"/Type /Page\n", 0, data.rindex(b"/Type /Page\n"))
    content = load_pdf(data[:place] + b"/Type /Pxxx\n" + data[place + 12 :])
    assert "Lost" not in content.text and "lighthouse is white" in content.text
    assert content.warnings == ("damage, so not read, on 1 of its 3 pages (2)",)


def pictured(*kinds: str) -> bytes:
    """Pages of these kinds: "text", "image" or "blank"."""
    pdf = FPDF()
    for place, kind in enumerate(kinds):
        pdf.add_page()
        pdf.set_font("helvetica", size=12)
        if kind == "text":
            pdf.multi_cell(0, 6, "Text.")
        elif kind == "image":
            pdf.image(Image.new("RGB", (20, 20), (200, 0, 10 * place)), 10, 10)
    return bytes(pdf.output())


def test_pages_of_pictures_of_drawings_and_without_anything_are_told_apart() -> None:
    with pytest.raises(UnreadableContent, match=r"^empty: no text on its 2 pages, only drawings$"):
        load_pdf(pdf_of("", ""))
    with pytest.raises(UnreadableContent, match=r"^empty: no text on its 1 page$"):
        load_pdf(one_page(""))
    assert pdf_content(pictured("text", "image", "blank", "image"), None).warnings == (
        "image only, so not read on 2 of its 4 pages (2, 4): " + HELP,
        "no text on 1 of its 4 pages (3)",
    )


def test_pictures_are_read_where_something_reads_them_and_else_it_is_said_what_does() -> None:
    shapes = []

    def recognise(picture: Any, page: int) -> list[Line]:
        shapes.append(picture.shape)
        return [Line((Word("Harbour", 1_000, 1_000, 2_000, 1_200),), page)] if page == 1 else []

    content = pdf_content(pictured("text", "image", "image"), recognise)
    assert (content.text, content.pages) == ("Text.\n\nHarbour", (0, 7, 14))
    assert content.warnings == (
        "read from a picture, so letters may be wrong, on 1 of its 3 pages (2)",
        "image only, so not read on 1 of its 3 pages (3)",
    )
    assert content.structure is not None and content.structure.boxes_of(7, 14) == [
        Box(7, 14, 2, 1_000, 1_000, 2_000, 1_200)
    ]
    assert shapes == [(1_754, 1_241, 3)] * 2  # A4 at 150 dots per inch
    with pytest.raises(Overtaxed, match=rf"^image-only: no text on its 1 page: {re.escape(HELP)}$"):
        pdf_content(pictured("image"), None)
    with pytest.raises(UnreadableContent, match=r"^image-only: no text on its 1 page$"):
        pdf_content(pictured("image"), lambda picture, page: [])


def test_filled_values_stand_behind_their_labels_and_annotations_are_notes() -> None:
    shown = "BT /F 12 Tf 50 700 Td (Name:) Tj 0 -30 Td (Born:) Tj 0 -100 Td (Below it all.) Tj ET"
    field = "<</Type/Annot/Subtype/Widget/FT/Tx/T(f{})/V({})/Rect[{}]/P 3 0 R/F 4>>"
    fields = [
        field.format(1, "Ana Orr", "100 695 300 715"),
        field.format(2, "1931", "100 665 300 685"),
        field.format(3, "Between", "50 610 300 630"),
        field.format(4, "", "100 500 300 520"),
    ]
    notes = [
        "<</Type/Annot/Subtype/Text/Contents(A sticky note.)/Rect[10 10 20 20]>>",
        "<</Type/Annot/Subtype/Link/Contents(no)/Rect[10 10 20 20]>>",
    ]
    form = "/AcroForm<</Fields[6 0 R 7 0 R 8 0 R 9 0 R]/DA(/F 0 Tf)/DR<</Font<</F 5 0 R>>>>>>"
    annotations = "/Annots[6 0 R 7 0 R 8 0 R 9 0 R 10 0 R 11 0 R]"
    content = load_pdf(one_page(shown, annotations, form, *fields, *notes))
    assert content.text == "Name: Ana Orr\nBorn: 1931\n\nBetween\n\nBelow it all.\n\nA sticky note."
    assert blocks(content, "note") == ["A sticky note."]


def test_text_that_cannot_be_decoded_is_said_and_not_read() -> None:
    names = " ".join(f"{code}/g{code}" for code in range(65, 91))
    font = f"<</Type/Font/Subtype/TrueType/BaseFont/Odd/Encoding<</Differences[{names}]>>/ToUnicode 6 0 R>>"
    odd = "".join(f"<{code:02X}> <{0xE000 + code:04X}>\n" for code in range(65, 91))
    mapping = f"begincmap\n1 begincodespacerange <00> <FF> endcodespacerange\n26 beginbfchar\n{odd}endbfchar endcmap"
    stream = f"<</Length {len(mapping)}>>stream\n{mapping}\nendstream"
    shown = "BT /F 12 Tf 50 700 Td (ABCDEFGHIJ) Tj ET"
    with pytest.raises(
        UnreadableContent, match=r"^its fonts do not say which characters they show on its 1 page: pip install"
    ):
        pdf_content(one_page(shown, "", "", stream, font=font), None)


@pytest.mark.parametrize(
    ("turned", "box"),
    [("", (833, 1108, 1555, 1284)), ("/Rotate 90", (8716, 833, 8892, 1555))],
    ids=["upright", "turned"],
)
def test_a_word_has_its_box_as_the_page_is_shown(turned: str, box: tuple[int, ...]) -> None:
    content = load_pdf(one_page("BT /F 12 Tf 50 700 Td (Harbour opens) Tj ET", turned))
    assert content.structure is not None
    [first] = content.structure.boxes_of(0, 3)
    assert content.text[first.start : first.end] == "Harbour" and first.page == 1
    sides = (first.left, first.top, first.right, first.bottom)
    assert all(abs(side - expected) < PAGE_PARTS // 500 for side, expected in zip(sides, box, strict=True)), sides
    assert len(content.structure.boxes_of(0, len(content.text))) == 2


def test_what_stands_outside_the_page_is_left_out() -> None:
    assert load_pdf(one_page("BT /F 12 Tf 50 700 Td (Seen.) Tj 0 900 Td (Unseen.) Tj ET")).text == "Seen."
