"""Sentences: all of any text, by one rule for every script."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import _starts, ends_sentence, find_words, sentence_at, sentences

PIECES = st.sampled_from(
    ["Mr. Smith left. ", "He said: “No.” ", "\n\n", "\r\n \r\n", "。", "中文！」", "?! ", "U.S. ", "x" * 40, " ", ". . . ",
     '."', "\u2028", "e\u0301! ", "\ud800", "1. ", "\t"]
)  # fmt: skip


def said(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Blinken met Dr. Who of the U.S. Senate. He left.", ["Mr. Blinken met Dr. Who of the U.S. Senate.", "He left."]),
        ("He said: “No.” She left.", ["He said: “No.”", "She left."]),
        ("A title\n\nText here.", ["A title", "Text here."]),
        ("中文句子。另一个！「是吗？」他问。", ["中文句子。", "另一个！", "「是吗？」", "他问。"]),
    ],
)  # fmt: skip
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@given(st.lists(PIECES, max_size=80).map("".join) | st.text(max_size=300))
def test_sentences_are_all_of_any_text_but_the_white_space_between_them(text: str) -> None:
    found = sentences(text)
    assert all(one and one == one.strip() for one in said(text))
    edges = [0, *(edge for sentence in found for edge in (sentence.start, sentence.end)), len(text)]
    assert edges == sorted(edges)
    assert all(not text[left:right].strip() for left, right in zip(edges[::2], edges[1::2], strict=True))


@given(st.lists(PIECES, max_size=80).map("".join) | st.text(max_size=300), st.integers(1, 40))
def test_windows_of_any_size_come_to_an_end(text: str, window: int) -> None:
    starts = list(_starts(text, window))
    assert starts == sorted(set(starts)) and all(0 < start < len(text) for start in starts)


def test_a_window_finds_what_the_whole_text_shows() -> None:
    text = "Mr. Smith of the U.S. left at 9 a.m. on Monday. He came back! “Why?” asked Dr. Who. It rained. " * 20
    whole = list(_starts(text, len(text)))
    assert len(whole) > 70
    assert list(_starts(text, 150)) == list(_starts(text, 331)) == whole


@pytest.mark.slow
@pytest.mark.parametrize("unit", ['."', "x", "! ", " ", "A. b ", "漢。", "word "])
def test_the_time_stays_in_proportion_to_a_line_without_an_end(unit: str) -> None:
    began = time.perf_counter()
    sentences(unit * (500_000 // len(unit)))
    assert time.perf_counter() - began < 30  # seconds; three on an idle machine, and minutes without windows


def test_the_sentence_at_a_place_has_no_white_space_around_it() -> None:
    text = " It rained.  Dr. Who came.\n\nHe left. "
    at = text.index("Who")
    found = sentence_at(text, at, at + 3)
    assert text[found.start : found.end] == "Dr. Who came."
    both = sentence_at(text, at, text.index("left"))
    assert text[both.start : both.end] == "Dr. Who came.\n\nHe left."


@pytest.mark.parametrize(
    ("text", "ends"),
    [("So.", True), ("So?”", True), ("是。」", True), ("So. ", True), ("So", False), ("Mr. So", False), ("", False)],
)  # fmt: skip
def test_how_a_sentence_ends(text: str, ends: bool) -> None:
    assert ends_sentence(text) == ends


def test_words_are_found_across_line_breaks():
    assert find_words("a b", "x a\n  b y").span() == (2, 7)
    assert find_words("a.b", "axb") is None
    assert find_words("  ", "x") is None
