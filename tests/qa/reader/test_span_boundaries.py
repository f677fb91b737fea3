from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.reader.span_boundaries import tidy, trim


def tidied(text: str, chosen: str) -> str:
    """What ``tidy`` makes of the first place of ``chosen``."""
    at = text.index(chosen)
    start, end = tidy(text, at, at + len(chosen))
    return text[start:end]


@pytest.mark.parametrize(
    ("text", "chosen", "wanted"),
    [
        ("They met in Astana, on Monday.", " Astana, ", "Astana"),
        ("They met in Astana.", "Asta", "Astana"),
        ("They met in Astana.", "tana", "Astana"),
        ("deals of 1.4 billion", "1", "1.4 billion"),
        ("deals of 1.4 billion", "4", "1.4 billion"),
        ("deals of 1,400,250 tons", "400", "1,400,250"),
        ("in 2001, it rained", "2001", "2001"),
        ("it cost $500 then", "500", "$500"),
        ("it cost US$500 then", "500", "US$500"),
        ("it cost €2 million then", "2", "€2 million"),
        ("it cost 2 million dollars then", "2", "2 million dollars"),
        ("a rise of 12% a year", "12", "12%"),
        ("a rise of 12 percent a year", "12", "12 percent"),
        ("a rise of 3 percentage points", "3", "3 percentage points"),
        ("made in the U.S. by hand", "U.S", "U.S."),
        ("said John Smith Jr. today", "John Smith Jr", "John Smith Jr."),
        ("the paper “Izvestia” wrote", "“Izvestia", "“Izvestia”"),
        ("the paper “Izvestia” wrote", "Izvestia”", "“Izvestia”"),
        ("the paper “Izvestia daily” wrote", "“Izvestia", "Izvestia"),
        ('at a "brisk pace" again', 'a "brisk pace', 'a "brisk pace"'),
        ('at a "brisk pace" again', 'brisk pace" again', '"brisk pace" again'),
        ('at a "brisk pace" again', "brisk pace", "brisk pace"),
        ("the SCO (founded in 2001) met", "founded in 2001)", "(founded in 2001)"),
        ("the SCO (which was founded in 2001) met", "founded in 2001)", "founded in 2001"),
        ("the president’s office", "president", "president"),
        ("met Erdoğan in Ankara", "ğan", "Erdoğan"),  # letters with marks are letters
        ("met Erdoğan in Ankara", "Erdo", "Erdoğan"),
        ("в Москве сегодня", "Моск", "Москве"),
        ("总统在北京说话", "北京", "北京"),  # no spaces between words: left as it is
    ],
)
def test_tidy(text: str, chosen: str, wanted: str):
    assert tidied(text, chosen) == wanted


def test_trim_takes_white_space_and_sentence_marks_off_both_ends():
    assert trim("  one, two. ", 0, 12) == (2, 10)
    assert trim(" ., ", 0, 4) == (4, 4)


LETTERS = st.text(st.sampled_from("ab1.,$%(“”)\" \n'’é漢"), max_size=25)


@example("( a", 0, 3)
@given(LETTERS, st.integers(0, 25), st.integers(0, 25))
def test_a_tidied_span_lies_in_the_text_and_has_no_white_space_at_its_edges(text: str, one: int, other: int):
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    left, right = tidy(text, start, end)
    assert 0 <= left <= right <= len(text)
    assert text[left:right] == text[left:right].strip()
