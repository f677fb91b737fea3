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
