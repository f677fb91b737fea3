"""Tables of plain text are found by their aligned columns, and prose is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.loaders.aligned import aligned_rows
from index.loaders.paragraphs import paragraphs

PROSE = "All times are local.  Heights are in metres,  above chart  datum."
TABLE = """\
Day        High   Height  Low tide
---------  -----  ------  --------
Monday     06:12     2.1  12:20
Tuesday    06:58    12.3  about 13:05
Wednesday  07:45     2.4  13:50"""
PAGES = Path(__file__).parents[4] / "shared" / "data" / "pages"


def test_rows_stand_below_the_names_of_their_columns() -> None:
    text = f"{PROSE}\n{PROSE}\n\n{TABLE}\n\n{PROSE}\n"
    structure = paragraphs(text)
    kinds = [block.kind for block in structure.blocks]
    assert kinds == ["paragraph", "paragraph", "table_row", "furniture", *["table_row"] * 3, "paragraph"]
    rows = [block for block in structure.blocks if block.kind == "table_row"]
    assert {row.header for row in rows} == {text.index("Day")}
    assert [text[start:end] for start, end in structure.cells(text, rows[2])] == [
        "Tuesday", "06:58", "12.3", "about 13:05",
    ]  # fmt: skip


def test_rows_without_names_have_none() -> None:
    rows = [*aligned_rows("\n".join(TABLE.splitlines()[2:]), 0, 999)]
    assert [row.header for row in rows] == [None] * 3
    assert [row.header for row in aligned_rows("Name\tYear\tPort\r\nAna\t1931\tOrsk\r\nBo\t1940\tTarn", 0, 99)] == [
        0
    ] * 3


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(TABLE.splitlines()[2:4]),
        "One  two  three\nOnce   twice  thrice\nUno dos  tres  x\n",
        f"{PROSE}\n{PROSE.replace('local', 'those of the sun')}\n{PROSE.replace('All', 'The')}\n",
        "*  Covered Software is provided  *\n*  under this licence, as it is  *\n*  and without any warranty     *\n",
        "a | b  c | d\na | b  c | d\na | b  c | d\n",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    assert not [*aligned_rows(text, 0, len(text))]


@pytest.mark.skipif(not PAGES.is_dir(), reason="the saved pages are not here")
def test_no_article_of_saved_pages_has_rows() -> None:
    for page in PAGES.glob("*.txt"):
        text = page.read_text(encoding="utf-8")
        assert not [*aligned_rows(text, 0, len(text))], page.name
