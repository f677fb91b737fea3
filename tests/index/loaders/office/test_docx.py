"""Word documents: every part's words are kept in reading order, what is left out is counted, nothing is made up."""

from __future__ import annotations

import pytest
from content_fakes import headings
from office_fakes import note, paragraph, word_of

from index.blocks import Block, Omission, Structure
from index.loaders.office.docx import load_docx
from index.loaders.text import Content, UnreadableContent

BOX = f"<w:r><w:pict><w:txbxContent>{paragraph('In a box.')}</w:txbxContent></w:pict></w:r>"
ROW = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
STYLES = (
    '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="My part"/><w:basedOn w:val="H2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="Out"><w:name w:val="X"/><w:pPr><w:outlineLvl w:val="3"/></w:pPr></w:style>'
    '<w:style w:styleId="A"><w:name w:val="A"/><w:basedOn w:val="B"/></w:style>'
    '<w:style w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style>'
)


def read(*blocks: str, **parts: str) -> Content:
    return load_docx(word_of("".join(blocks), **parts))


@pytest.mark.parametrize("strict", [False, True], ids=["transitional", "strict"])
def test_notes_stand_below_the_paragraph_that_refers_to_them(strict: bool) -> None:
    body = paragraph(
        "One.", '<w:r><w:footnoteReference w:id="2"/></w:r>', " Two.", '<w:r><w:endnoteReference w:id="2"/></w:r>'
    )
    body += paragraph("Three.", '<w:r><w:commentReference w:id="0"/></w:r>') + paragraph("Four.")
    content = load_docx(
        word_of(
            body,
            strict=strict,
            footnotes='<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
            + note("footnote", 2, "A footnote."),
            endnotes=note("endnote", 2, "An endnote.") + note("endnote", 9, "Without a reference."),
            comments=note("comment", 0, "A comment."),
        )
    )
    assert content.text.split("\n\n") == [
        "One. Two.", "A footnote.", "An endnote.", "Three.", "A comment.", "Four.", "Without a reference.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrapped",
    [
        f"<w:sdt><w:sdtPr><w:alias w:val='no'/></w:sdtPr><w:sdtContent>{paragraph('Kept words.')}</w:sdtContent></w:sdt>",
        paragraph("<w:sdt><w:sdtContent><w:r><w:t>Kept words.</w:t></w:r></w:sdtContent></w:sdt>"),
        paragraph("<w:smartTag><w:r><w:t>Kept </w:t></w:r></w:smartTag>", "words."),
        paragraph('<w:ins w:author="A"><w:r><w:t>Kept words.</w:t></w:r></w:ins>'),
        paragraph("<w:hyperlink><w:r><w:t>Kept</w:t></w:r></w:hyperlink>", " words."),
        paragraph('<w:fldSimple w:instr="REF x"><w:r><w:t>Kept</w:t></w:r></w:fldSimple>', " words."),
        paragraph("<w:r><w:instrText>REF y</w:instrText></w:r>", "Kept words."),
        f"<w:customXml>{paragraph('Kept words.')}</w:customXml>",
        f"<w:tbl><w:tr><w:tc>{paragraph('Kept words.')}</w:tc></w:tr></w:tbl>",
        paragraph('<m:oMath xmlns:m="m"><m:r><m:t>Kept words.</m:t></m:r></m:oMath>'),
    ],
)  # fmt: skip
def test_words_are_kept_whatever_is_around_them(wrapped: str) -> None:
    assert read(paragraph("Before."), wrapped, paragraph("After.")).text == "Before.\n\nKept words.\n\nAfter."


def test_a_text_box_stands_below_its_paragraph_and_once() -> None:
    twice = f"<mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent>"
    assert read(paragraph("Around ", twice, "it.")).text == "Around it.\n\nIn a box."


def test_what_is_deleted_or_hidden_is_left_out_and_counted() -> None:
    deletion = "<w:del><w:r><w:delText>Old.</w:delText></w:r></w:del>"
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Secret.</w:t></w:r>"
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>Shown.</w:t></w:r>'
    row = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('Gone.')}</w:tc></w:tr>"
    content = read(paragraph("New. ", deletion, hidden, shown), f"<w:tbl>{row}</w:tbl>")
    assert content.text == "New. Shown."
    assert content.omitted == (Omission("tracked deletions", 2), Omission("hidden passages", 1))


def test_headings_by_style_by_what_it_builds_on_and_by_outline() -> None:
    blocks = [
        paragraph(text, style=style) for text, style in (("A", "T"), ("B", "Own"), ("C", "Out"), ("D", "A"), ("E", "X"))
    ]
    direct = '<w:p><w:pPr><w:outlineLvl w:val="4"/></w:pPr><w:r><w:t>F</w:t></w:r></w:p>'
    content = read(*blocks, direct, styles=STYLES)
    assert headings(content) == [("A", 1), ("B", 2), ("C", 4), ("F", 5)]
    assert content.title == "A"


def test_a_table_is_a_line_for_each_row() -> None:
    nested = f"<w:tbl>{ROW.format(paragraph('x'), paragraph('y'))}</w:tbl>"
    rows = [
        ROW.format(paragraph("Name"), paragraph("Born")),
        ROW.format(paragraph("Ana") + paragraph("Orr"), paragraph("1931")),
    ]
    content = read(f"<w:tbl>{''.join(rows)}{ROW.format(nested, paragraph())}</w:tbl>", paragraph("End."))
    assert content.text == "Name | Born\nAna Orr | 1931\nx y\n\nEnd."


def test_line_breaks_tabs_and_hyphens_keep_words_apart() -> None:
    text = read(
        paragraph(
            "one", "<w:r><w:br/></w:r>", "two", "<w:r><w:tab/></w:r>", "well", "<w:r><w:noBreakHyphen/></w:r>", "known"
        )
    ).text
    assert text == "one\ntwo\twell-known"


def test_headers_and_footers_come_last_and_alt_texts_below() -> None:
    picture = '<w:r><w:drawing><w:docPr descr="A tower by the sea"/></w:drawing></w:r>'
    content = read(
        paragraph("One.", picture), paragraph("Two."), header=paragraph("The Gazette"), footer=paragraph("Page 1")
    )
    assert content.text.split("\n\n") == ["One.", "A tower by the sea", "Two.", "The Gazette", "Page 1"]


def test_properties_are_those_that_the_file_states() -> None:
    assert read(paragraph("One.")) == Content("One.", structure=Structure.of([Block(0, 4)]))
    core = "<dc:title>A  report</dc:title><dc:creator>Ana</dc:creator><t:created>2023-11-08T09:30:00Z</t:created>"
    content = read(paragraph("One."), core=core)
    assert (content.title, content.authors, content.date) == ("A report", ("Ana",), "2023-11-08")


def test_a_damaged_part_costs_its_own_words() -> None:
    content = read(paragraph("One.", '<w:r><w:footnoteReference w:id="2"/></w:r>'), footnotes="<broken")
    assert (content.text, content.omitted) == ("One.", (Omission("damaged footnotes", 1),))


def test_an_encrypted_and_an_old_file_are_named_so() -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1")
    with pytest.raises(UnreadableContent, match=r"^encrypted: save it without a password$"):
        load_docx(ole + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UnreadableContent, match=r"^an old Office file: save it as a Word document$"):
        load_docx(ole)
