"""Small PDF and Word files, made when they are needed."""

from __future__ import annotations

import io

import docx
from fpdf import FPDF


def pdf_of(*pages: str, title: str = "", password: str = "") -> bytes:
    """A PDF with a page for each text; a page without text shows a rectangle."""
    pdf = FPDF()
    if title:
        pdf.set_title(title)
    if password:
        pdf.set_encryption(owner_password="owner", user_password=password)
    for text in pages:
        pdf.add_page()
        pdf.set_font("helvetica", size=12)
        if text:
            pdf.multi_cell(0, 6, text)
        else:
            pdf.rect(10, 10, 50, 50)
    return bytes(pdf.output())


def docx_of(*blocks: tuple[str, int]) -> bytes:
    """A Word document of paragraphs, each with its heading level (0: none)."""
    document = docx.Document()
    for text, level in blocks:
        if level:
            document.add_heading(text, level)
        else:
            document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pdf_of_objects(*objects: str) -> bytes:
    """A PDF of these objects, the first of which is the catalog; object n is referred to as "n 0 R"."""
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(made)}\n%%EOF".encode()
    return bytes(made) + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end
