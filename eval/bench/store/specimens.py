"""A small valid document of each type that is read, with headings, a table, a date and letters beyond ASCII."""

from __future__ import annotations

import datetime
import io
import json
import plistlib
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

SENTENCE = "The délégation crossed the river at 09:30 and signed the treaty on trade, 中文 and \U0001f600 included. "
PLAIN = SENTENCE.encode("ascii", "ignore").decode()

_CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_PACKAGE = (
    '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<metadata><dc:title>A  book</dc:title><dc:date>2023-11-08</dc:date><dc:creator>Ana  Müller</dc:creator>"
    "<dc:creator>Bo</dc:creator><dc:language>en-GB</dc:language></metadata><manifest>"
    '<item id="two" href="text/two.xhtml"/><item id="one" href="text/one%20.xhtml"/></manifest>'
    '<spine><itemref idref="one"/><itemref idref="two"/></spine></package>'
)


def text() -> bytes:
    """Plain text with a title."""
    return f"A headline\n\n{SENTENCE * 20}".encode()


def markdown() -> bytes:
    """Markdown with front matter and headings."""
    parts = "".join(f"## Part {number}\n\n{SENTENCE * 5}\n\n- one\n- *two*\n\n" for number in range(4))
    return f'---\ntitle: "A report"\ndate: 2023-11-15\nauthor: Ana Müller\nlang: en\n---\n# Top\n\n{parts}'.encode()


def html() -> bytes:
    """A page with metadata, a list and a table."""
    rows = "".join(f"<tr><td>{number}<td>{number * 7}</tr>" for number in range(9))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="author" content="Ana Müller">'
        f"<title>A page</title></head><body><h1>Top</h1><p>{SENTENCE * 9}"
        f"<ul><li>one<li>two</ul><table>{rows}</table><pre>  x\n y</pre></body></html>"
    ).encode()


def pdf() -> bytes:
    """Three pages, one of them without text."""
    from fpdf import FPDF

    made = FPDF()
    made.set_title("A report")
    made.set_author("Ana Müller; Bo")
    made.set_lang("en-GB")
    for page in (PLAIN * 12, "", PLAIN * 4):
        made.add_page()
        made.set_font("helvetica", size=11)
        made.rect(10, 10, 50, 5)
        made.multi_cell(0, 6, page)
    return bytes(made.output())


def docx() -> bytes:
    """Headings, paragraphs and a table."""
    import docx as word

    document = word.Document()
    document.add_heading("Top", 1)
    for number in range(3):
        document.add_heading(f"Part {number}", 2)
        document.add_paragraph(SENTENCE * 4)
    document.core_properties.author, document.core_properties.language = "Ana Müller", "en-GB"
    table = document.add_table(rows=3, cols=2)
    for row in table.rows:
        for cell in row.cells:
            cell.text = "7"
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def epub() -> bytes:
    """A book of two chapters, whose names do not follow their order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", _CONTAINER)
        archive.writestr("OEBPS/book.opf", _PACKAGE)
        for name, title in (("one ", "First"), ("two", "Second")):
            page = f"<html><head><title>x</title></head><body><h1>{title}</h1><p>{SENTENCE * 3}</p></body></html>"
            archive.writestr(f"OEBPS/text/{name}.xhtml", page)
    return packed.getvalue()


def rtf() -> bytes:
    """Paragraphs with a title, bold words and letters by their code."""
    body = rf"\pard The d\'e9l\'e9gation crossed \b the river\b0 ; \u20013?\u25991? too.\par {PLAIN * 4}\par"
    info = r"{\info{\title A letter}{\author Ana M\'fcller}{\creatim\yr2023\mo11\dy8}}"
    return (r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times;}}" + info + body + "}").encode("ascii")


def csv() -> bytes:
    """Rows below the names of their columns."""
    rows = "".join(f'Country {number};"City; {number}";{number * 1000}\n' for number in range(30))
    return f"Country;Capital;Inhabitants\n{rows}".encode()


def eml() -> bytes:
    """A mail of plain text and HTML with an attachment."""
    message = EmailMessage()
    message["From"], message["To"] = "Ana Müller <ana@example.org>", "bo@example.org"
    message["Date"], message["Subject"] = "Wed, 08 Nov 2023 09:30:00 +0100", "The treaty, délégation"
    message.set_content(SENTENCE * 3)
    message.add_alternative(f"<p>{SENTENCE * 3}", subtype="html")
    message.add_attachment(b"\x00" * 90, maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def mbox() -> bytes:
    """Three mails: one as above, one in which a line is quoted, and one without a subject."""
    second = f"From: bo@example.org\nSubject: Re: The treaty\n\n{PLAIN}\n\n>From the river on.\n"
    third = f"Date: Thu, 09 Nov 2023 09:30:00 +0100\n\n{PLAIN * 2}\n"
    mails = (eml(), second.encode(), third.encode())
    return b"\n".join(b"From ana@example.org Wed Nov  8 09:30:00 2023\n" + mail for mail in mails)


def rst() -> bytes:
    """A head, sections, a list, a table and a footnote."""
    table = '.. csv-table:: Ports\n   :header: "Name","Opened"\n\n   "Velmora","1931"\n'
    return f"Top\n===\n\n:Author: Ana Müller\n\n{SENTENCE}[1]_\n\nPart\n----\n\n- one\n- two\n\n{table}\n.. [1] A note.\n".encode()


def mhtml() -> bytes:
    """A saved page with a style sheet and a picture."""
    message = EmailMessage()
    message["From"], message["Snapshot-Content-Location"] = "<Saved by Blink>", "https://example.org/a"
    message.set_content(html().decode(), subtype="html")
    message.add_related("p { color: red }", subtype="css")
    message.add_related(b"\x89PNG" * 9, maintype="image", subtype="png")
    return message.as_bytes()


def webarchive() -> bytes:
    """A saved page with a script beside it."""
    page = {"WebResourceData": html(), "WebResourceMIMEType": "text/html", "WebResourceTextEncodingName": "UTF-8"}
    script = {"WebResourceData": b"alert(1)", "WebResourceMIMEType": "text/javascript"}
    return plistlib.dumps({"WebMainResource": page, "WebSubresources": [script]}, fmt=plistlib.FMT_BINARY)


def feed() -> bytes:
    """A feed of two entries, one of them with HTML."""
    item = (
        "<item><title>{}</title><pubDate>Wed, 08 Nov 2023 09:30:00 +0100</pubDate><description>{}</description></item>"
    )
    entries = item.format("One", SENTENCE) + item.format("Two", f"&lt;p&gt;{SENTENCE}&lt;p&gt;More.")
    return f"<rss><channel><title>A feed</title><language>en</language>{entries}</channel></rss>".encode()


def pptx() -> bytes:
    """Two slides with a list, a table and speaker notes."""
    import pptx as slides

    deck = slides.Presentation()
    for number in range(2):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = f"Slide {number}", f"{SENTENCE}\nMore."
        slide.notes_slide.notes_text_frame.text = SENTENCE
    table = slide.shapes.add_table(2, 2, 0, 0, 9, 9).table
    table.cell(0, 0).text = table.cell(1, 1).text = "7"
    packed = io.BytesIO()
    deck.save(packed)
    return packed.getvalue()


def xlsx() -> bytes:
    """Rows below the names of their columns, with dates and shares."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Country", "Opened", "Share"])
    for number in range(30):
        book.active.append([f"Country {number}", datetime.datetime(1931, 5, 1 + number % 28), number / 30])
        book.active.cell(number + 2, 3).number_format = "0.0%"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def odt() -> bytes:
    """Headings, paragraphs and a footnote."""
    from odfdo import Document, Header, Paragraph

    document = Document("text")
    document.body.clear()
    document.body.append(Header(1, "Top"))
    for _ in range(3):
        document.body.append(Paragraph(SENTENCE))
    document.body.get_paragraphs()[0].insert_note(after="river", note_id="n1", citation="1", body="A note.")
    return _saved(document)


def odp() -> bytes:
    """A slide with a text box."""
    from odfdo import Document, DrawPage, Frame

    document = Document("presentation")
    document.body.clear()
    document.body.append(page := DrawPage("one", name="One"))
    page.append(Frame.text_frame(SENTENCE, size=("9cm", "9cm")))
    return _saved(document)


def ods() -> bytes:
    """A sheet of two columns."""
    from odfdo import Document, Table

    document = Document("spreadsheet")
    document.body.clear()
    document.body.append(table := Table("Ports"))
    rows: list[list[str | int]] = [["Name", "Opened"], ["Velmora", 1931], ["Anselm", 1940]]
    for number, values in enumerate(rows):
        table.set_row_values(number, values)
    return _saved(document)


def _saved(document: Any) -> bytes:
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def notebook() -> bytes:
    """Text, code and what it printed."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Top\n", SENTENCE]},
        {"cell_type": "code", "metadata": {}, "source": "1 + 1", "outputs": [{"data": {"text/plain": ["2"]}}]},
    ]
    return json.dumps({"cells": cells, "metadata": {"title": "A notebook"}, "nbformat": 4}).encode()


def subtitles() -> bytes:
    """Three cues, the last after a pause."""
    cue = "00:00:0{0}.000 --> 00:00:0{0}.900\n{1}\n\n"
    return ("WEBVTT\n\n" + "".join(cue.format(at, SENTENCE) for at in (1, 2, 9))).encode()


SPECIMENS: dict[str, Callable[[], bytes]] = {
    "txt": text, "md": markdown, "rst": rst, "html": html, "mhtml": mhtml, "webarchive": webarchive, "xml": feed, "pdf": pdf,
    "docx": docx, "odt": odt, "rtf": rtf, "epub": epub, "pptx": pptx, "odp": odp, "csv": csv, "xlsx": xlsx, "ods": ods,
    "eml": eml, "mbox": mbox, "ipynb": notebook, "srt": subtitles,
}  # fmt: skip
