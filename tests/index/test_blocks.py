"""Structures: what they hold is what was put in, places are found by offsets, and nonsense is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.blocks import Block, Box, Mark, Structure, row_cells, row_text, width

TEXT = "# Head *x*\n\n| A | B\\|b |\n| 1 | **2** |"
BLOCKS = [
    Block(0, 10, "heading", 1),
    Block(12, 24, "table_row", header=12),
    Block(25, 38, "table_row", header=12, main=False),
]
MARKS = [Mark(0, 1, "syntax"), Mark(7, 8, "syntax"), Mark(8, 9, "emphasis"), Mark(9, 10, "syntax")]
BOXES = [Box(0, 6, 1, 100, 200, 900, 260), Box(12, 20, 2, 0, 0, 10_000, 10_000)]


def test_a_packed_structure_is_read_back() -> None:
    structure = Structure.of(BLOCKS, MARKS, BOXES)
    again = Structure.unpack(structure.pack())
    assert (list(again.blocks), list(again.marks), list(again.boxes)) == (BLOCKS, MARKS, BOXES)
    assert again == structure and again != Structure.of(BLOCKS)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_structure_or_refused(packed: bytes) -> None:
    try:
        structure = Structure.unpack(packed)
        structure.check(1_000)
    except ValueError:
        return
    assert all(0 <= block.start < block.end <= 1_000 for block in structure.blocks)


@pytest.mark.parametrize(
    "blocks",
    [
        [Block(0, 99)],
        [Block(3, 3)],
        [Block(0, 5), Block(4, 8)],
        [Block(5, 8), Block(0, 4)],
        [Block(0, 4, "table_row", header=2)],
    ],
)
def test_blocks_that_cannot_be_are_refused(blocks: list[Block]) -> None:
    Structure.of([Block(0, 4), Block(4, 9)]).check(9)
    with pytest.raises(ValueError, match=r"place|header"):
        Structure.of(blocks).check(9)


def test_words_are_without_syntax_and_cells_without_borders() -> None:
    structure = Structure.of(BLOCKS, MARKS)
    assert structure.words(TEXT, 0, 10) == "Head x"
    assert [TEXT[start:end] for start, end in structure.cells(TEXT, BLOCKS[1])] == ["A", "B\\|b"]
    assert [TEXT[start:end] for start, end in structure.cells(TEXT, BLOCKS[2])] == ["1", "**2**"]


def test_an_offset_tells_main_content_and_boxes() -> None:
    structure = Structure.of(BLOCKS, MARKS, BOXES)
    assert structure.main(0, 24) and not structure.main(26, 27) and not structure.main(20, 30)
    assert structure.boxes_of(5, 13) == BOXES and structure.boxes_of(6, 12) == []


@given(st.lists(st.text(alphabet="ab ", max_size=3).map(str.strip), max_size=6), st.integers(0, 9))
def test_the_cells_of_a_row_are_found_again(cells: list[str], columns: int) -> None:
    text = row_text(cells, columns)
    found = [text[start:end] for start, end in row_cells(text, 0, len(text))]
    filled = width(cells)
    if filled < 2:
        assert text == "".join(cells)
    else:
        assert found == [" ".join(cell.split()) for cell in cells[: max(filled, columns)]] + [""] * (
            columns - len(cells)
        )
