"""OpenDocument: text in reading order with notes and lists, sheets, slides, and what is left out or refused."""

from __future__ import annotations

import io
from typing import Any

import pytest
from content_fakes import headings
from odfdo import Document, DrawPage, Frame, Header, List, ListItem, Paragraph, Table
from office_fakes import zip_of

from index.blocks import Block, Omission, Structure
from index.loaders.office.opendocument import load_opendocument
from index.loaders.text import Content, UnreadableContent

ROOT = '<o:content xmlns:o="o" xmlns:t="t" xmlns:b="b" xmlns:d="d"><o:body><o:text>{}</o:text></o:body></o:content>'


def read(kind: str, *elements: Any) -> Content:
    document = Document(kind)
    document.body.clear()
    for element in elements:
        document.body.append(element)
    packed = io.BytesIO()
    document.save(packed)
    return load_opendocument(packed.getvalue())


def read_xml(body: str, **members: str) -> Content:
    return load_opendocument(zip_of({"content.xml": ROOT.format(body), **members}))


def test_text_in_reading_order_with_notes_below_their_paragraph() -> None:
    noted = Paragraph("The harbour opened in 1931.")
    noted.insert_note(after="harbour", note_id="n1", citation="1", body="A footnote.")
    noted.insert_annotation(after="opened", body="A remark.", creator="Ana")
    items = List([ListItem("one"), ListItem("two")])
    table = Table("T")
    table.set_row_values(0, ["Ship", "Year"])
    table.set_row_values(1, ["Corvina", 1932])
    content = read("text", Header(1, "Top"), noted, items, table, Paragraph("End."))
    assert content.text.startswith(
        "Top\n\nThe harbour opened in 1931.\n\nA footnote.\n\nA remark.\n\none\ntwo\n\nShip | Year\nCorvina | 1932\n\nEnd."
    )
    assert headings(content) == [("Top", 1)]


def test_a_sheet_stands_below_its_name_and_a_slide_is_a_page() -> None:
    table = Table("Ports")
    for number, values in enumerate((["Name", "Opened"], ["Velmora", 1931])):
        table.set_row_values(number, values)
    assert read("spreadsheet", table).text == "Ports\n\nName | Opened\nVelmora | 1931"
    pages = [DrawPage(name, name=name) for name in ("one", "two")]
    for page in pages:
        page.append(Frame.text_frame(f"On slide {page.name}.", size=("9cm", "9cm")))
    content = read("presentation", *pages)
    assert (content.text, content.pages) == ("On slide one.\n\nOn slide two.", (0, 15))


def test_spaces_tabs_boxes_alt_texts_and_what_is_deleted() -> None:
    deleted = "<t:tracked-changes><t:changed-region><t:deletion><t:p>Old.</t:p></t:deletion></t:changed-region></t:tracked-changes>"
    box = "<d:frame><d:text-box><t:p>In a box.</t:p></d:text-box><d:desc>A tower</d:desc></d:frame>"
    content = read_xml(f'{deleted}<t:p>one<t:s t:c="3"/>two<t:tab/>three{box}<t:span> four</t:span></t:p>')
    assert content.text == "one   two\tthree four\n\nIn a box.\n\nA tower"
    assert content.omitted == (Omission("tracked deletions", 1),)


def test_properties_are_those_that_the_file_states() -> None:
    assert read_xml("<t:p>One.</t:p>") == Content("One.", structure=Structure.of([Block(0, 4)]))
    meta = "<m><title>A report</title><creator>Ana</creator><creation-date>2023-11-08T09:30:00</creation-date></m>"
    content = read_xml("<t:p>One.</t:p>", **{"meta.xml": meta})
    assert (content.title, content.authors, content.date) == ("A report", ("Ana",), "2023-11-08")


def test_a_paragraph_in_the_style_of_a_title_is_one() -> None:
    style = '<t:style t:name="P1" t:parent-style-name="Title"/>'
    for name in ("Title", "P1"):
        content = read_xml(f'{style}<t:p t:style-name="{name}">Keepers</t:p><t:h t:outline-level="1">One</t:h>')
        assert (content.title, headings(content)) == ("Keepers", [("Keepers", 1), ("One", 1)])
    assert read_xml('<t:p t:style-name="P1">Keepers</t:p><t:h t:outline-level="1">One</t:h>').title == "One"


def test_an_encrypted_file_and_what_is_none_are_refused() -> None:
    with pytest.raises(UnreadableContent, match=r"^encrypted: save it without a password$"):
        read_xml("", **{"META-INF/manifest.xml": "<m><encryption-data/></m>"})
    with pytest.raises(UnreadableContent, match="damaged: it is not an OpenDocument file"):
        load_opendocument(b"nonsense")
    with pytest.raises(UnreadableContent, match="zip bomb"):
        load_opendocument(zip_of({"content.xml": "0" * 10_000_000}))
