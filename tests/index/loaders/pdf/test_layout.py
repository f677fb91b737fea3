"""From lines to text: paragraphs, headings, hyphens, and furniture and notes that never stand inside a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.loaders.pdf.hyphens import Hyphens
from index.loaders.pdf.layout import compose
from index.loaders.pdf.lines import Line, Word

HEIGHT, PITCH = 150, 180  # parts of a page


def line(text: str, top: int, page: int = 0, *, left: int = 1000, height: int = HEIGHT) -> Line:
    """A line of words, each letter 80 parts wide; one that ends with a hyphen is broken."""
    words = []
    for word in text.removesuffix("-").split():
        words.append(Word(word, left, top, left + 80 * len(word), top + height))
        left += 80 * (len(word) + 1)
    return Line(tuple(words), page, text.endswith("-"))


def page(number: int, *texts: str, head: str = "", foot: str = "") -> list[Line]:
    lines = [line(head, 400, number)] if head else []
    lines += [line(text, 2_500 + PITCH * place, number) for place, text in enumerate(texts)]
    return lines + ([line(foot, 9_500, number)] if foot else [])


def read(*pages: Sequence[Line]) -> list[tuple[str, str]]:
    """The blocks, each as its kind and its text."""
    draft, _ = compose(pages, [()] * len(pages), {})
    draft.structure.check(draft.length)
    return [(block.kind, draft.text[block.start : block.end]) for block in draft.structure.blocks]


FULL = "The camera that everybody could use was the work of one man and of his friends."


def test_a_sentence_goes_over_the_page_and_furniture_stands_behind_it() -> None:
    first = page(0, FULL, "Its film was invented by the banker George", foot="31")
    second = page(1, "Orbeman, who sold it for twenty crowns.", head="32 A SHORT HISTORY OF FILM")
    text = f"{FULL}\nIts film was invented by the banker George\nOrbeman, who sold it for twenty crowns."
    assert read(first, second) == [
        ("paragraph", text),
        ("furniture", "31"),
        ("furniture", "32 A SHORT HISTORY OF FILM"),
    ]
    draft, starts = compose([first, second], [(), ()], {})
    assert [draft.text[start : start + 7] for start in starts] == ["The cam", "Orbeman"]
    boxes = draft.structure.boxes_of(draft.text.index("George"), draft.text.index(", who"))
    assert [(draft.text[box.start : box.end], box.page) for box in boxes] == [("George", 1), ("Orbeman,", 2)]


def test_heads_that_repeat_are_furniture_and_lines_that_do_not_are_text() -> None:
    pages = [page(number, FULL, head="A SHORT HISTORY", foot=f"Printed {number}") for number in range(3)]
    assert [kind for kind, _ in read(*pages)] == ["furniture", "paragraph", "furniture"] * 3
    pages = [page(number, FULL, head=head) for number, head in enumerate(("One.", "Two.", "Three."))]
    assert "furniture" not in dict(read(*pages))


def test_a_chapter_that_has_the_number_of_its_page_is_no_furniture() -> None:
    heads = ("1 How it began", "2 Where it ended")
    pages = [page(number, FULL, head=head, foot=str(number + 1)) for number, head in enumerate(heads)]
    assert [text for kind, text in read(*pages) if kind == "furniture"] == ["1", "2"]


def test_a_space_an_indent_and_a_short_line_begin_paragraphs() -> None:
    full = FULL[:70]
    spaced = [line(full, 1_000), line(full, 1_180), line(full, 1_600)]
    assert read(spaced) == [("paragraph", f"{full}\n{full}"), ("paragraph", full)]
    indented = [line(FULL, 1_000), line(FULL, 1_180, left=1_400), line(FULL, 1_360)]
    assert read(indented) == [("paragraph", FULL), ("paragraph", f"{FULL}\n{FULL}")]
    short = [line(FULL, 1_000), line("It was so.", 1_180), line(FULL, 1_360)]
    assert read(short) == [("paragraph", f"{FULL}\nIt was so."), ("paragraph", FULL)]


def test_large_lines_are_headings_by_size_and_signs_begin_items() -> None:
    lines = [line("A title", 500, height=400), line("A part", 1_500, height=220)]
    lines += [line(FULL, 2_000), line("• one", 2_180), line("2. two", 2_360)]
    kinds = ("heading", "heading", "paragraph", "list_item", "list_item")
    assert read(lines) == list(zip(kinds, ("A title", "A part", FULL, "• one", "2. two"), strict=True))
    draft, _ = compose([lines], [()], {})
    assert [block.level for block in draft.structure.blocks] == [1, 2, 0, 1, 1]


def test_footnotes_stand_behind_the_paragraph_that_goes_over_the_page() -> None:
    first = [
        *page(0, FULL, "Its film was invented by"),
        line("1 By letter.", 9_000, height=100),
        line("2 By word.", 9_120, height=100),
    ]
    assert read(first, page(1, "a banker.")) == [
        ("paragraph", f"{FULL}\nIts film was invented by\na banker."),
        ("note", "1 By letter."),
        ("note", "2 By word."),
    ]


@pytest.mark.parametrize(
    ("left", "right", "elsewhere", "written"),
    [
        ("well-", "known", "", "well-known"),
        ("infor-", "mation", "", "information"),
        ("Vel-", "mora", "", "Velmora"),
        ("co-", "operation", "their co-operation", "co-operation"),
        ("co-", "operation", "their cooperation", "cooperation"),
        ("Anglo-", "American", "", "Anglo-American"),
        ("1990-", "95", "", "1990-95"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line(left: str, right: str, elsewhere: str, written: str) -> None:
    lines = [line(f"A {left}", 1_000), line(f"{right} thing", 1_180), *([line(elsewhere, 1_360)] if elsewhere else [])]
    draft, _ = compose([lines], [()], {})
    assert draft.text.startswith(f"A {written} thing")
    boxes = draft.structure.boxes_of(2, 2 + len(written))
    assert [draft.text[box.start : box.end] for box in boxes] == [left.removesuffix("-"), right]
    assert Hyphens(lines).belongs(left.removesuffix("-"), right) == ("-" in written)
