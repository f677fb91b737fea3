"""The text that a reader is given: rows of tables with the names of their columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.layout import NOWHERE, laid_out

HEADER = "Port | Opened | Boats"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("Skela | 1931 | 12", "Port: Skela; Opened: 1931; Boats: 12; "),
        ("| Skela   | 1931 | 12 |", "Port: Skela; Opened: 1931; Boats: 12; "),
        (r"A \| B | 1931 | 12", r"Port: A \| B; Opened: 1931; Boats: 12; "),
        ("Skela |  | 12", "Port: Skela; Boats: 12; "),
        ("| | 1931 | |", "Opened: 1931; "),
        ("total | Skela | 1931 | 12", "total; Port: Skela; Opened: 1931; Boats: 12; "),
    ],
)
def test_each_cell_of_a_row_stands_behind_the_name_of_its_column(row: str, text: str):
    assert laid_out(row, HEADER).text == text


@pytest.mark.parametrize(
    "passage", ["Skela | 1931", "Skela | 1931 | 12\nVarn | 1940 | 3", "The port opened in 1931.", ""]
)
def test_names_stand_above_what_is_no_single_row_with_as_many_cells(passage: str):
    assert laid_out(passage, HEADER).text == f"{HEADER}\n{passage}"


def test_a_passage_without_names_is_given_as_it_is():
    assert laid_out("Skela | 1931", "").text == "Skela | 1931"


@given(st.text(alphabet="ab|\\ \n:"), st.text(alphabet="ab| "))
def test_every_character_of_the_passage_that_is_given_knows_its_place(passage: str, header: str):
    layout = laid_out(passage, header)
    assert len(layout.places) == len(layout.text)
    of_passage = layout.places != NOWHERE
    assert [passage[place] for place in layout.places[of_passage]] == [
        letter for letter, inside in zip(layout.text, of_passage, strict=True) if inside
    ]
    assert (np.diff(layout.places[of_passage]) > 0).all()
    left_out = set(range(len(passage))) - set(layout.places[of_passage].tolist())
    assert all(passage[place] in "| \n" for place in left_out)
