"""Passages: slices of the document, whole sentences, an even length, nothing lost, no heading crossed."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from document_fakes import docx_of, pdf_of
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunker import Chunk, chunk
from index.documents import Document, parse_document

PIECES = st.sampled_from(
    ["One two three. ", "Same again. ", "Same again. ", "\r\n", "\n\n", "\t", "Dr. Who\u2019s e\u0301! ",
     "\U0001f468\u200d\U0001f469 ", "\u4e2d\u6587\u53e5\u5b50\u3002", "word " * 40, "x" * 300, "A Short Line\n", "- item\n",
     "1,000.5 ", "\u2028", "\u00a0", "?! ", "\ufeff"]
)  # fmt: skip


def document(text: str, name: str = "a.txt") -> Document:
    return parse_document(Path(name), text.encode())


def texts(read: Document, **options: int) -> list[str]:
    return [read.text[found.start : found.end] for found in chunk(read, **options)]


def assert_sound(read: Document, chunks: list[Chunk]) -> None:
    """Every promise that holds for any document."""
    covered = [False] * len(read.text)
    for found in chunks:
        shown = read.text[found.start : found.end]
        assert shown and shown == shown.strip()
        assert found.page == read.page_at(found.start)
        assert found.main == read.structure.main(found.start, found.end)
        covered[found.start : found.end] = [True] * len(shown)
    assert all(left.start < right.start and left.end < right.end for left, right in pairwise(chunks))
    for block in read.structure.blocks:
        words = read.structure.words(read.text, block.start, block.end)
        whole = [covered[place] or read.text[place].isspace() for place in range(block.start, block.end)]
        if block.start < read.body or block.kind == "heading" or block.header == block.start:
            assert not any(covered[block.start : block.end])
        else:
            assert all(whole) or not words, block


def sentence(number: int, words: int = 10) -> str:
    return " ".join([f"Sentence{number}", *["word"] * (words - 1)]) + "."


def test_sentences_fill_a_passage_and_the_last_ones_are_repeated() -> None:
    read = document(" ".join(sentence(number) for number in range(30)))
    found = texts(read)
    assert [len(text.split()) for text in found] == [120, 120, 120]
    assert found[1].startswith(sentence(9)) and found[0].endswith(sentence(11))
    assert found[2].startswith(sentence(18)) and found[2].endswith(sentence(29))


def test_a_sentence_that_is_too_long_to_repeat_is_not_cut() -> None:
    read = document(" ".join(sentence(number, 60) for number in range(4)))
    assert texts(read) == [f"{sentence(0, 60)} {sentence(1, 60)}", f"{sentence(2, 60)} {sentence(3, 60)}"]


def test_a_sentence_alone_up_to_half_as_long_again_stays_whole() -> None:
    assert texts(document(sentence(1, 180))) == [sentence(1, 180)]
    pieces = texts(document(sentence(1, 181)))
    assert [len(piece.split()) for piece in pieces] == [91, 90]
    assert " ".join(pieces) == sentence(1, 181)


def test_a_run_without_white_space_is_cut_by_its_length() -> None:
    pieces = texts(document("\u4e2d" * 250))
    assert [len(piece) for piece in pieces] == [84, 84, 82]
    assert max(map(len, texts(document("x" * 100_000)))) <= 16 * 120


def test_a_short_end_joins_the_passage_before_it() -> None:
    read = document(" ".join(sentence(number) for number in range(14)))
    assert texts(read) == [read.text]


def test_headings_open_passages_and_stand_in_none() -> None:
    read = document(
        "---\ntitle: Top\n---\n# Top\n\nIntro.\n\n## Sub\n\nOne.\n\n### Deep\n\nTwo.\n\n## Next\n\nThree.\n", "a.md"
    )
    found = [(found.heading, read.text[found.start : found.end]) for found in chunk(read)]
    assert found == [
        ("Top", "Intro."),
        ("Top - Sub", "One."),
        ("Top - Sub - Deep", "Two."),
        ("Top - Next", "Three."),
    ]


def test_a_passage_ends_with_a_paragraph_where_it_is_long_enough() -> None:
    first = " ".join(sentence(number) for number in range(8))
    second = " ".join(sentence(number) for number in range(8, 16))
    assert texts(document(f"{first}\n\n{second}"), overlap=0) == [first, second]


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (7, "A Short Title\nThe first sentence is here and long.", ["A Short Title", "The first sentence is here and long."]),
        (2, "It rained.\nIt poured.", ["It rained.", "It poured."]),
        (7, "The quick brown fox jumped over\nthe lazy dog.", ["The quick brown fox jumped over\nthe lazy dog."]),
        (4, "Mr. Blinken met Dr. Who. He left.", ["Mr. Blinken met Dr. Who.", "He left."]),
        (5, "\u4e2d\u6587\u53e5\u5b50\u3002\u53e6\u4e00\u4e2a\u3002",
         ["\u4e2d\u6587\u53e5\u5b50\u3002", "\u53e6\u4e00\u4e2a\u3002"]),
        (2, "Two things:\n- one\n- two", ["Two things:", "- one", "- two"]),
    ],
)  # fmt: skip
def test_borders_of_sentences(words: int, text: str, expected: list[str]) -> None:
    assert texts(document(text), words=words, overlap=0) == expected


def test_blank_space_is_no_part_of_a_passage_however_much_there_is() -> None:
    assert texts(document("x" + "\n" * 100_000 + "y")) == ["x", "y"]
    assert texts(document("x" + " " * 100_000 + "y")) == ["x", "y"]


def test_pages_are_those_where_passages_start() -> None:
    pages = (" ".join(sentence(number) for number in range(start, start + 9)) for start in (0, 9, 18))
    read = parse_document(Path("a.pdf"), pdf_of(*pages))
    assert_sound(read, chunk(read))
    assert [read.text[start:].split()[0] for start in read.pages] == ["Sentence0", "Sentence9", "Sentence18"]
    assert [found.page for found in chunk(read)] == [read.page_at(found.start) for found in chunk(read)] == [1, 1, 2]


@given(st.lists(PIECES, max_size=60), st.integers(1, 60), st.integers(0, 30))
def test_any_text_is_covered_by_slices(pieces: list[str], words: int, overlap: int) -> None:
    text = "".join(pieces) + "End."
    read = document(text)
    assert read.text == text
    assert_sound(read, chunk(read, words=words, overlap=overlap))


@given(st.text(max_size=400))
def test_any_code_points_are_covered(text: str) -> None:
    if "\0" not in text and text.lstrip("\ufeff").strip():
        read = document(text)
        assert_sound(read, chunk(read, words=5, overlap=2))


@given(
    st.lists(
        PIECES | st.sampled_from(["# Head\n", "\n## *Sub*\r\n", "\nSet\n===\n", "```\n# code\n```\n", "---\n"]),
        max_size=40,
    )
)
def test_any_markdown_is_covered_but_for_headings(pieces: list[str]) -> None:
    read = document("---\ntitle: T\n---\n" + "".join(pieces) + "\n\nEnd.", "a.md")
    assert_sound(read, chunk(read, words=20, overlap=5))


@given(
    st.lists(
        st.sampled_from(
            [
                "<h2>Head</h2>",
                "<p>One two. Three e\u0301 \U0001f600.</p>",
                "<li>i</li>",
                "<pre>a\r\n b</pre>",
                "<br>\u4e2d\u3002",
            ]
        ),
        max_size=30,
    )
)
def test_any_html_is_covered_but_for_headings(pieces: list[str]) -> None:
    read = document("".join(pieces) + "<p>End.</p>", "a.html")
    assert_sound(read, chunk(read, words=20, overlap=5))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["One two. Three.", "One two. Three.", "e\u0301\t\U0001f600 \u4e2d\u3002"]),
            st.integers(0, 2),
        ),
        max_size=8,
    )
)
@settings(max_examples=15)
def test_any_word_document_is_covered_but_for_headings(blocks: list[tuple[str, int]]) -> None:
    read = parse_document(Path("a.docx"), docx_of(*blocks, ("End.", 0)))
    assert_sound(read, chunk(read, words=20, overlap=5))


@given(st.lists(st.sampled_from(["", "One two. Same. Same.", "word " * 200]), max_size=4))
@settings(max_examples=15)
def test_any_pdf_is_covered(pages: list[str]) -> None:
    read = parse_document(Path("a.pdf"), pdf_of(*pages, "End."))
    assert_sound(read, chunk(read, words=20, overlap=5))


@pytest.mark.parametrize("unit", ["This is a sentence of Mr. Smith, and it is repeated. ", "x", "\u4e2d\u6587\u3002"])
@pytest.mark.parametrize("size", [500_000, pytest.param(5_000_000, marks=pytest.mark.slow)])
def test_megabytes_in_one_line_take_bounded_time(unit: str, size: int) -> None:
    read = document(unit * (size // len(unit.encode())))
    start = time.perf_counter()
    chunks = chunk(read)
    assert (
        time.perf_counter() - start < size * 12e-6
    )  # seconds: 60 for five megabytes, which take a few on an idle machine
    assert all(left.start < right.start for left, right in pairwise(chunks))
    assert max(found.end - found.start for found in chunks) <= 16 * 180


@pytest.mark.parametrize(("words", "overlap"), [(0, 5), (10, -1)])
def test_senseless_sizes_are_refused(words: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=str(words)):
        chunk(document("Text."), words=words, overlap=overlap)
