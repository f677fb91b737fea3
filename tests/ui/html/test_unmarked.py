"""Words of Markdown as they are read."""

from __future__ import annotations

import pytest

from ui.html.unmarked import unmarked, unmarked_around


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("The **dam** of *Sora* opened.", "The dam of Sora opened."),
        ("was bought in **", "was bought in "),
        ("carries [skiers](https://example.org/s) up", "carries skiers up"),
        ("| Year | Riders |\n|---|---|\n| 1960 | 12,400 |", "Year · Riders\n1960 · 12,400"),
        ("## The cost\n\n- It is `high`.", "The cost\n\nIt is high."),
        ("2 * 3 = 6, a_b_c, x|y", "2 * 3 = 6, a_b_c, x|y"),
    ],
)
def test_mark_up_is_left_out(words: str, read: str) -> None:
    assert unmarked(words, "dam.md") == read


def test_other_documents_keep_every_character() -> None:
    assert unmarked("**a** | `b`", "dam.txt") == "**a** | `b`"


def test_mark_up_across_a_quote_is_left_out_and_cells_stay_apart() -> None:
    assert unmarked_around("| Clara | ", "1962", " | 480 |", "a.md") == ["Clara · ", "1962", " · 480"]
    assert unmarked_around("It **cost ", "$5", "** in all.", "a.md") == ["It cost ", "$5", " in all."]
    assert unmarked_around("**a | ", "b", " | `c`", "a.txt") == ["**a | ", "b", " | `c`"]
    assert unmarked_around("a \ufdd0", "b", "c", "a.md") == ["a \ufdd0", "b", "c"]


def test_a_pdf_is_quoted_without_the_ends_of_its_lines() -> None:
    assert unmarked_around("The lens\n", "was\nground", "\nin 1897.\n\nThe end.", "a.pdf") == [
        "The lens ", "was ground", " in 1897.\n\nThe end."
    ]  # fmt: skip
