"""What counts as a name or a figure, and lists as patterns."""

from __future__ import annotations

import re

import pytest

from qa.english import AUXILIARIES, FIGURE, NAME, any_of


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Court of Justice met Jan van Eyck.", ["The Court of Justice", "Jan van Eyck"]),
        ("in Malcolm X's house of cards", ["Malcolm X's"]),
        ("the Charter of the United Nations, and Oslo", ["Charter of the United Nations", "Oslo"]),
        ("nobody at all", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert re.findall(NAME, text) == names


def test_figures_keep_their_points_and_commas_inside() -> None:
    assert FIGURE.findall("In 2019, 1,000.5 km or 3.") == ["2019", "1,000.5", "3"]


def test_any_of_words_is_one_group() -> None:
    assert re.fullmatch(rf"{any_of(AUXILIARIES)} not", "should not")
    assert not re.fullmatch(any_of(("a", "b")), "ab")
