"""The figures are those of the official SQuAD 1.1 and 2.0 scripts, worked out by hand."""

from __future__ import annotations

import pytest

from qa.squad_scores import exact_match, f1, normalise


@pytest.mark.parametrize(
    ("answer", "normal"),
    [
        ("The Eiffel Tower", "eiffel tower"),
        ("  an\tapple \n a day ", "apple day"),
        ("U.S.", "us"),
        ("$1.4 billion", "14 billion"),
        ("Côte d'Ivoire", "côte divoire"),
        ("“Izvestia”", "“izvestia”"),  # only ASCII punctuation goes
        ("theory of anatomy", "theory of anatomy"),  # articles go as whole words
        ("a-the", "athe"),  # punctuation goes before articles
        ("The", ""),
        ("", ""),
    ],
)
def test_normalise(answer: str, normal: str):
    assert normalise(answer) == normal


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "overlap"),
    [
        ("the cat sat", ["cat sat down"], 0.0, 0.8),  # 2 tokens given, 3 wanted, 2 in common: 2 * 2 / 5
        ("Paris, France", ["paris france"], 1.0, 1.0),
        ("Paris", ["France"], 0.0, 0.0),
        ("New York City", ["New York", "York City Hall"], 0.0, 0.8),  # best over the golds: 4 / 5 and 4 / 6
        ("in 2001", ["2001", "June 2001"], 0.0, 2 / 3),
        ("dog dog cat", ["dog cat cat"], 0.0, 2 / 3),  # tokens are counted: one dog and one cat in common
        ("a", ["an"], 1.0, 1.0),  # both normalise to nothing
        ("", [], 1.0, 1.0),  # refused, and rightly
        ("Paris", [], 0.0, 0.0),  # answered where there is nothing to answer
        ("", ["Paris"], 0.0, 0.0),  # refused, and wrongly
        ("the", ["Paris"], 0.0, 0.0),
    ],
)
def test_exact_match_and_f1(answer: str, gold: list[str], exact: float, overlap: float):
    assert exact_match(answer, gold) == exact
    assert f1(answer, gold) == pytest.approx(overlap)
