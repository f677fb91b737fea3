"""A small valid document of each type that is read, with headings, a table, a date and letters beyond ASCII."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

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


SPECIMENS: dict[str, Callable[[], bytes]] = {
    "txt": text, "md": markdown, "html": html, "pdf": pdf, "docx": docx, "epub": epub, "rtf": rtf, "csv": csv, "eml": eml,
    "mbox": mbox,
}  # fmt: skip
