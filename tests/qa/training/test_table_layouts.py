"""Tables as text: every cell is where its span says."""

from __future__ import annotations

import random

import pytest

from qa.training.table_layouts import LAYOUTS, Layout, Table

TABLE = Table(
    ("Town", "Mayor", "Area (km²)"), (("Cork", "Ana Berg", "1,234"), ("Lyon", "", "56"), ("Graz", "Bo Li", "7"))
)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(5))
def test_every_cell_stands_at_its_span(layout: Layout, seed: int):
    laid = layout.lay(TABLE, random.Random(seed))
    for (row, column), (start, end) in laid.spans.items():
        assert laid.text[start:end] == ([TABLE.header, *TABLE.rows][row + 1])[column]
    assert {(0, 1), (1, 2), (2, 0)} <= set(laid.spans)


def test_rows_name_their_columns_and_leave_blank_cells_out():
    layout = next(layout for layout in LAYOUTS if layout.names_columns)
    text = layout.lay(TABLE, random.Random(0)).text
    assert text.splitlines()[1] == "Town: Lyon | Area (km²): 56"
    assert "Mayor: Ana Berg" in text


def test_a_cell_with_the_separator_is_quoted_in_csv():
    texts = [layout.lay(TABLE, random.Random(seed)).text for layout in LAYOUTS for seed in range(9)]
    assert any('Cork,Ana Berg,"1,234"' in text for text in texts)


def test_a_turned_table_has_its_columns_as_rows():
    assert TABLE.turned.header == ("Town", "Cork", "Lyon", "Graz")
    assert TABLE.turned.rows[1] == ("Area (km²)", "1,234", "56", "7")
