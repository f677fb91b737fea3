"""Workbooks: the values that cells show, a line for each row, comments, and what is refused."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
from content_fakes import headings
from office_fakes import zip_of
from openpyxl.comments import Comment

from index.blocks import Omission
from index.loaders.office.xlsx import load_xlsx
from index.loaders.text import UnreadableContent


def packed(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_each_sheet_below_its_name_with_values_as_they_are_shown() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Ports"
    for row in (
        [None, None],
        ["Name", "Opened", "Share", "Weight", "Deep"],
        ["Velmora", datetime.datetime(1931, 5, 1), 0.256, 0.1 + 0.2, True],
        ["Anselm", datetime.datetime(1940, 5, 1, 9, 30), 0.5, 3.0, None],
    ):
        sheet.append(row)
    sheet["C3"].number_format, sheet["C4"].number_format = "0.0%", "0%"
    sheet["A3"].comment = Comment("Closed since.", "Ana")
    book.create_sheet("Empty")
    book.create_sheet("More").append(["One value"])
    content = load_xlsx(packed(book))
    assert content.text == (
        "Ports\n\nName | Opened | Share | Weight | Deep\nVelmora | 1931-05-01 | 25.6% | 0.3 | TRUE\n"
        "Anselm | 1940-05-01 09:30:00 | 50% | 3 | |\n\nMore\n\nOne value\n\nClosed since."
    )
    assert headings(content) == [("Ports", 2), ("More", 2)]
    assert content.title is None


def test_a_wrong_size_of_a_sheet_neither_hides_rows_nor_costs_time() -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    with zipfile.ZipFile(io.BytesIO(packed(book))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    assert b'ref="A1:B1"' in sheet
    for size in (b'ref="A1"', b'ref="A1:XFD1048576"'):
        assert (
            load_xlsx(zip_of({**members, "xl/worksheets/sheet1.xml": sheet.replace(b'ref="A1:B1"', size)})).text
            == "Sheet\n\na | b"
        )


def test_a_sheet_is_read_up_to_its_damage() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Kept"])
    book.create_sheet("Cut").append(["Begun"])
    with zipfile.ZipFile(io.BytesIO(packed(book))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    cut = members["xl/worksheets/sheet2.xml"].partition(b"</sheetData>")[0]
    content = load_xlsx(zip_of({**members, "xl/worksheets/sheet2.xml": cut}))
    assert content.text == "Sheet\n\nKept\n\nCut\n\nBegun" and content.omitted == (Omission("damaged sheets", 1),)
    with pytest.raises(UnreadableContent, match=r"^damaged: it is not a whole Excel workbook$"):
        load_xlsx(zip_of({**members, "xl/workbook.xml": b"<nonsense"}))


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(UnreadableContent, match="damaged: it is not an Excel workbook"):
        load_xlsx(b"nonsense")
    with pytest.raises(UnreadableContent, match="zip bomb"):
        load_xlsx(zip_of({"xl/workbook.xml": "0" * 10_000_000}))
