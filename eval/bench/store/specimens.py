"""A small valid document of each type that is read, which holds all that its type can, and letters beyond ASCII.

Each says the sentence that it is given, at least once.
"""

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


def text(sentence: str = SENTENCE) -> bytes:
    """Plain text with a title and a table."""
    table = "Port     Opened  Boats\nVelmora  1931       12\nOrsk     1940        7\n"
    return f"A headline\n\n{sentence * 20}\n\n{table}".encode()


def markdown(sentence: str = SENTENCE) -> bytes:
    """Markdown with front matter, headings, lists, a table and a footnote."""
    parts = "".join(f"## Part {number}\n\n{sentence * 5}\n\n- one\n- *two*\n\n" for number in range(4))
    head = '---\ntitle: "A report"\ndate: 2023-11-15\nauthor: Ana Müller\nlang: en\n---\n'
    table = "| Port | Opened |\n| --- | --- |\n| Velmora | 1931 |\n"
    return f"{head}# Top[^1]\n\n{parts}{table}\n[^1]: A note.\n".encode()


def html(sentence: str = SENTENCE) -> bytes:
    """A page with metadata, a list, a table and a footnote."""
    rows = "".join(f"<tr><td>{number}<td>{number * 7}</tr>" for number in range(9))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="author" content="Ana Müller">'
        '<meta property="article:published_time" content="2023-11-08T09:30:00+01:00">'
        f"<title>A page</title></head><body><h1>Top</h1><p>{sentence * 9}"
        f"<ul><li>one<li>two</ul><table>{rows}</table><pre>  x\n y</pre>"
        '<div class="footnotes">A note.</div></body></html>'
    ).encode()


def pdf(sentence: str = SENTENCE) -> bytes:
    """Three pages, one of them without text, with an outline, a table and an annotation."""
    from fpdf import FPDF

    made = FPDF()
    made.set_title("A report")
    made.set_author("Ana Müller; Bo")
    made.set_lang("en-GB")
    for title, page in (("Top", _ascii(sentence) * 12), ("", ""), ("Part", _ascii(sentence) * 4)):
        made.add_page()
        made.set_font("helvetica", size=11)
        made.rect(10, 10, 50, 5)
        if title:
            made.start_section(title)
        made.multi_cell(0, 6, f"{title}\n{page}", new_x="LMARGIN", new_y="NEXT")
    with made.table() as table:
        for cells in (("Port", "Opened"), ("Velmora", "1931")):
            table.row(cells)
    made.text_annotation(20, 250, "A note.")
    return bytes(made.output())


def docx(sentence: str = SENTENCE) -> bytes:
    """Headings, paragraphs, a table and a comment."""
    import docx as word

    document = word.Document()
    document.add_heading("Top", 1)
    for number in range(3):
        document.add_heading(f"Part {number}", 2)
        last = document.add_paragraph(sentence * 4)
    document.add_comment(last.runs, "A note.", author="Bo")
    document.core_properties.author, document.core_properties.language = "Ana Müller", "en-GB"
    document.core_properties.created = datetime.datetime(2023, 11, 8)
    table = document.add_table(rows=3, cols=2)
    for row in table.rows:
        for cell in row.cells:
            cell.text = "7"
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def epub(sentence: str = SENTENCE) -> bytes:
    """A book of two chapters, whose names do not follow their order, with a table and a footnote."""
    packed = io.BytesIO()
    rest = "<table><tr><th>Port<th>Opened<tr><td>Velmora<td>1931</table><aside epub:type='footnote'>A note.</aside>"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", _CONTAINER)
        archive.writestr("OEBPS/book.opf", _PACKAGE)
        for name, title in (("one ", "First"), ("two", "Second")):
            page = f"<html><head><title>x</title></head><body><h1>{title}</h1><p>{sentence * 3}</p>{rest}</body></html>"
            archive.writestr(f"OEBPS/text/{name}.xhtml", page)
    return packed.getvalue()


def rtf(sentence: str = SENTENCE) -> bytes:
    """A heading and paragraphs with a title, bold words, letters by their code, a footnote and a table."""
    top = r"\pard\outlinelevel0 Top\par\pard The d\'e9l\'e9gation crossed \b the river\b0 ; \u20013?\u25991? too.\par "
    rows = "".join(
        rf"\trowd\cellx900\cellx1800\intbl {one}\cell {two}\cell\row"
        for one, two in (("Port", "Opened"), ("Velmora", "1931"))
    )
    info = r"{\info{\title A letter}{\author Ana M\'fcller}{\creatim\yr2023\mo11\dy8}}"
    note = r"{\footnote\pard A note.}\par "
    return (
        r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times;}}"
        + info
        + top
        + _ascii(sentence) * 4
        + note
        + rows
        + r"\pard The end.\par}"
    ).encode("ascii")


def csv(sentence: str = SENTENCE) -> bytes:
    """Rows below the names of their columns."""
    rows = "".join(f'Country {number};"City; {number}";{number * 1000}\n' for number in range(30))
    return f'Country;Capital;Inhabitants\n{rows}Velmora;"{sentence}";7\n'.encode()


def eml(sentence: str = SENTENCE) -> bytes:
    """A mail of HTML with a heading, a table and an attachment."""
    message = EmailMessage()
    message["From"], message["To"] = "Ana Müller <ana@example.org>", "bo@example.org"
    message["Date"], message["Subject"] = "Wed, 08 Nov 2023 09:30:00 +0100", "The treaty, délégation"
    table = "<table><tr><th>Port<th>Opened<tr><td>Velmora<td>1931</table>"
    message.set_content(f"<p>{sentence * 3}<h2>Ports</h2>{table}", subtype="html")
    message.add_attachment(b"\x00" * 90, maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def mbox(sentence: str = SENTENCE) -> bytes:
    """Three mails: one as above, one in which a line is quoted, and one without a subject."""
    second = f"From: bo@example.org\nSubject: Re: The treaty\n\n{_ascii(sentence)}\n\n>From the river on.\n"
    third = f"Date: Thu, 09 Nov 2023 09:30:00 +0100\n\n{_ascii(sentence) * 2}\n"
    mails = (eml(sentence), second.encode(), third.encode())
    return b"\n".join(b"From ana@example.org Wed Nov  8 09:30:00 2023\n" + mail for mail in mails)


def rst(sentence: str = SENTENCE) -> bytes:
    """A head, sections, a list, a table and a footnote."""
    table = '.. csv-table:: Ports\n   :header: "Name","Opened"\n\n   "Velmora","1931"\n'
    head = "Top\n===\n\n:Author: Ana Müller\n:Date: 2023-11-08\n"
    return f"{head}\n{sentence}[1]_\n\nPart\n----\n\n- one\n- two\n\n{table}\n.. [1] A note.\n".encode()


def mhtml(sentence: str = SENTENCE) -> bytes:
    """A saved page with a style sheet and a picture."""
    message = EmailMessage()
    message["From"], message["Snapshot-Content-Location"] = "<Saved by Blink>", "https://example.org/a"
    message.set_content(html(sentence).decode(), subtype="html")
    message.add_related("p { color: red }", subtype="css")
    message.add_related(b"\x89PNG" * 9, maintype="image", subtype="png")
    return message.as_bytes()


def webarchive(sentence: str = SENTENCE) -> bytes:
    """A saved page with a script beside it."""
    page = {
        "WebResourceData": html(sentence),
        "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "UTF-8",
    }
    script = {"WebResourceData": b"alert(1)", "WebResourceMIMEType": "text/javascript"}
    return plistlib.dumps({"WebMainResource": page, "WebSubresources": [script]}, fmt=plistlib.FMT_BINARY)


def feed(sentence: str = SENTENCE) -> bytes:
    """A feed of two entries, one of them with HTML and a table."""
    item = (
        "<item><title>{}</title><pubDate>Wed, 08 Nov 2023 09:30:00 +0100</pubDate><description>{}</description></item>"
    )
    more = f"<p>{sentence}</p><table><tr><th>Port<th>Opened<tr><td>Velmora<td>1931</table>"
    entries = item.format("One", sentence) + item.format("Two", more.replace("<", "&lt;"))
    head = (
        "<title>A feed</title><language>en</language><pubDate>Wed, 08 Nov 2023 09:30:00 +0100</pubDate>"
        "<managingEditor>ana@example.org (Ana Müller)</managingEditor>"
    )
    return f"<rss><channel>{head}{entries}</channel></rss>".encode()


def pptx(sentence: str = SENTENCE) -> bytes:
    """Two slides with a list, a table and speaker notes."""
    import pptx as slides

    deck = slides.Presentation()
    for number in range(2):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = f"Slide {number}", f"{sentence}\nMore."
        slide.notes_slide.notes_text_frame.text = sentence
    deck.core_properties.author, deck.core_properties.title = "Ana Müller", "A deck"
    deck.core_properties.created = datetime.datetime(2023, 11, 8)
    table = slide.shapes.add_table(2, 2, 0, 0, 9, 9).table
    table.cell(0, 0).text = table.cell(1, 1).text = "7"
    packed = io.BytesIO()
    deck.save(packed)
    return packed.getvalue()


def xlsx(sentence: str = SENTENCE) -> bytes:
    """Rows below the names of their columns, with dates, shares and a comment."""
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    book.properties.creator, book.properties.title = "Ana Müller", "A workbook"
    book.active.append(["Country", "Opened", "Share"])
    book.active["A1"].comment = Comment("A note.", "Bo")
    for number in range(30):
        book.active.append([f"Country {number}", datetime.datetime(1931, 5, 1 + number % 28), number / 30])
        book.active.cell(number + 2, 3).number_format = "0.0%"
    book.active.append([sentence])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def odt(sentence: str = SENTENCE) -> bytes:
    """Headings, paragraphs, a list, a table and a footnote."""
    from odfdo import Document, Header, List, Paragraph

    document = Document("text")
    document.body.clear()
    document.body.append(Header(1, "Top"))
    for _ in range(3):
        document.body.append(Paragraph(sentence))
    document.body.append(List(["one", "two"]))
    document.body.append(_ports())
    document.body.get_paragraphs()[0].insert_note(after=sentence.split()[0], note_id="n1", citation="1", body="A note.")
    return _saved(document)


def odp(sentence: str = SENTENCE) -> bytes:
    """A slide with a title, a text box, a table and speaker's notes."""
    from odfdo import Document, DrawPage, Element, Frame

    document = Document("presentation")
    document.body.clear()
    document.body.append(page := DrawPage("one", name="One"))
    page.append(Frame.text_frame("Top", size=("9cm", "2cm"), presentation_class="title"))
    page.append(Frame.text_frame(sentence, size=("9cm", "9cm")))
    page.append(frame := Frame(size=("9cm", "9cm")))
    frame.append(_ports())
    page.append(notes := Element.from_tag("presentation:notes"))
    notes.append(Frame.text_frame("A note.", size=("9cm", "9cm")))
    return _saved(document)


def ods(sentence: str = SENTENCE) -> bytes:
    """A sheet of two columns with a comment."""
    from odfdo import Annotation, Document

    document = Document("spreadsheet")
    document.body.clear()
    document.body.append(table := _ports(sentence))
    cell = table.get_cell("A2")
    cell.append(Annotation("A note.", creator="Bo"))
    table.set_cell("A2", cell)
    return _saved(document)


def _ports(last: str = "Corvina") -> Any:
    from odfdo import Table

    table = Table("Ports")
    rows: list[list[str | int]] = [["Name", "Opened"], ["Velmora", 1931], ["Anselm", 1940], [last, 1949]]
    for number, values in enumerate(rows):
        table.set_row_values(number, values)
    return table


def _ascii(sentence: str) -> str:
    return sentence.encode("ascii", "ignore").decode()


def _saved(document: Any) -> bytes:
    document.meta.title, document.meta.initial_creator = "A title", "Ana Müller"
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def notebook(sentence: str = SENTENCE) -> bytes:
    """Text with a table, code and what it printed."""
    table = ["| Port | Opened |\n", "| --- | --- |\n", "| Velmora | 1931 |\n"]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Top\n", f"{sentence}\n", "\n", *table]},
        {"cell_type": "code", "metadata": {}, "source": "1 + 1", "outputs": [{"data": {"text/plain": ["2"]}}]},
    ]
    metadata = {"title": "A notebook", "authors": [{"name": "Ana Müller"}]}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}).encode()


def subtitles(sentence: str = SENTENCE) -> bytes:
    """Three cues, the last after a pause."""
    cue = "00:00:0{0}.000 --> 00:00:0{0}.900\n{1}\n\n"
    return ("WEBVTT\n\n" + "".join(cue.format(at, sentence) for at in (1, 2, 9))).encode()


SPECIMENS: dict[str, Callable[..., bytes]] = {
    "txt": text, "md": markdown, "rst": rst, "html": html, "mhtml": mhtml, "webarchive": webarchive, "xml": feed, "pdf": pdf,
    "docx": docx, "odt": odt, "rtf": rtf, "epub": epub, "pptx": pptx, "odp": odp, "csv": csv, "xlsx": xlsx, "ods": ods,
    "eml": eml, "mbox": mbox, "ipynb": notebook, "srt": subtitles,
}  # fmt: skip
