"""Words of Markdown as they are read."""

from __future__ import annotations

import pytest

from ui.html.unmarked import unmarked


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
