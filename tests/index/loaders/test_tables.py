"""Rows of tables keep their columns, whatever is empty in them, in every type that has tables."""

from __future__ import annotations

import io
import time
import zipfile

import docx
import openpyxl
import pptx
import pytest

from index.blocks import row_cells
from index.loaders.csv import load_csv
from index.loaders.draft import Draft
from index.loaders.markdown import load_markdown
from index.loaders.office.docx import load_docx
from index.loaders.office.opendocument import load_opendocument
from index.loaders.office.pptx import load_pptx
from index.loaders.office.rtf import load_rtf
from index.loaders.office.xlsx import load_xlsx
from index.loaders.paragraphs import structure_of
from index.loaders.restructured import load_rst
from index.loaders.text import Content
from index.loaders.web.html import load_html, read_html

ROWS = (("Boat", "Skipper", "Cod", "Note"), ("Aurora", "", "12", ""), ("Bella", "Eva", "", "new"))

Cells = list[tuple[str, ...]]


def cells(content: Content) -> Cells:
    """The cells of each row of a text."""
    text = content.text
    return [
        tuple(text[start:end] for start, end in row_cells(text, row.start, row.end))
        for row in structure_of(content).blocks
        if row.kind == "table_row"
    ]


def in_csv() -> Content:
    return load_csv("\n".join(",".join(row) for row in ROWS).encode())


def in_markdown() -> Content:
    head, *rest = ("| " + " | ".join(row) + " |" for row in ROWS)
    return load_markdown("\n".join((head, "|---|---|---|---|", *rest)).encode())


def in_html() -> Content:
    head = "".join(f"<th>{cell}" for cell in ROWS[0])
    rows = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in ROWS[1:])
    return load_html(f"<table><tr>{head}{rows}</table>".encode())


def in_docx() -> Content:
    document, buffer = docx.Document(), io.BytesIO()
    table = document.add_table(3, 4)
    for row, words in zip(table.rows, ROWS, strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    document.save(buffer)
    return load_docx(buffer.getvalue())


def in_pptx() -> Content:
    show, buffer = pptx.Presentation(), io.BytesIO()
    table = show.slides.add_slide(show.slide_layouts[6]).shapes.add_table(3, 4, 0, 0, 9, 9).table
    for number, words in enumerate(ROWS):
        for column, word in enumerate(words):
            table.cell(number, column).text = word
    show.save(buffer)
    return load_pptx(buffer.getvalue())


def in_xlsx() -> Content:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append([word or None for word in row])
    book.save(buffer)
    return load_xlsx(buffer.getvalue())


def in_ods() -> Content:
    rows = "".join(
        "<row>" + "".join(f"<table-cell><p>{word}</p></table-cell>" for word in row) + "</row>" for row in ROWS
    ).replace("row>", "table-row>")
    content = f"<body><spreadsheet><table>{rows}</table></spreadsheet></body>"
    return opened(content)


def opened(content: str) -> Content:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("content.xml", content)
    return load_opendocument(buffer.getvalue())


def in_rtf() -> Content:
    rows = "".join("\\trowd " + "".join(f"\\intbl {word}\\cell " for word in row) + "\\row " for row in ROWS)
    return load_rtf(f"{{\\rtf1\\ansi {rows}}}".encode())


def in_rst() -> Content:
    rows = "".join("   " + ",".join(row) + "\n" for row in ROWS)
    return load_rst(f".. csv-table:: x\n   :header-rows: 1\n\n{rows}".encode())


@pytest.mark.parametrize(
    "written",
    [in_csv, in_markdown, in_html, in_docx, in_pptx, in_xlsx, in_ods, in_rtf, in_rst],
    ids=lambda written: written.__name__,
)
def test_an_empty_cell_keeps_its_column(written) -> None:
    assert cells(written()) == [*ROWS]


def test_cells_that_span_rows_and_columns_push_the_others_aside() -> None:
    page = (
        "<table><tr><th rowspan=2>Port<th colspan=2>Cargo<th rowspan=2>Ship<tr><th>2022<th>2023"
        "<tr><td rowspan=2>Tarn<td>80<td>75<td>Cora<tr><td>81<td><td>Dora</table>"
    )
    assert cells(load_html(page.encode())) == [
        ("Port", "Cargo", "", "Ship"), ("", "2022", "2023", ""), ("Tarn", "80", "75", "Cora"), ("", "81", "", "Dora"),
    ]  # fmt: skip
    document, buffer = docx.Document(), io.BytesIO()
    table = document.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Both"
    for column, word in enumerate("abc"):
        table.cell(1, column).text = word
    table.cell(0, 2).text = "Third"
    document.save(buffer)
    assert cells(load_docx(buffer.getvalue())) == [("Both", "", "Third"), ("a", "b", "c")]
    empty = "<table-cell number-columns-repeated='2'/>"
    row = f"<table-row><table-cell><p>a</p></table-cell>{empty}<table-cell><p>z</p></table-cell></table-row>"
    assert cells(opened(f"<body><spreadsheet><table>{row}</table></spreadsheet></body>")) == [("a", "", "", "z")]


def test_figures_below_an_empty_corner_have_names() -> None:
    content = load_html(b"<table><tr><td><td>2022<td>2023<tr><td>Cars<td><td>4100</table>")
    assert [block.header for block in structure_of(content).blocks] == [0, 0]


def test_a_title_above_the_columns_is_no_row_of_theirs() -> None:
    content = load_csv(b"Landings of 2023,,\n,,\nMonth,Cod,Note\nMay,12,\n")
    assert [(block.kind, content.text[block.start : block.end]) for block in structure_of(content).blocks] == [
        ("caption", "Landings of 2023"), ("table_row", "Month | Cod | Note"), ("table_row", "May | 12 | |"),
    ]  # fmt: skip
    draft = Draft()
    draft.add_table([["Name"], *(["Ana"] for _ in range(30)), ["Bo", "x", "y"]])
    assert {block.kind for block in draft.structure.blocks} == {"table_row"}


def test_empty_cells_cost_no_more_than_the_file() -> None:
    wide = load_csv(("a," * 2_000 + "a\n" + "b,c\n" * 2_000).encode())
    assert len(wide.text) < 40_000
    reach = "<table>" + "<tr>" + "<td rowspan=9999 colspan=9999>a" * 300 + "<tr><td>b<td>c" * 300 + "</table>"
    assert len(read_html(reach).text) < 200_000


def test_a_long_table_takes_time_in_proportion() -> None:
    def seconds(rows: int) -> float:
        page = "<table>" + "".join(f"<tr><td>Name {row}<td>{row}<td>x" for row in range(rows)) + "</table>"
        began = time.process_time()
        read_html(page)
        return time.process_time() - began

    assert seconds(12_000) < 7 * seconds(3_000)
