"""Documents as they look: exact characters, marks in place, mark-up left out."""

from __future__ import annotations

import html
import re

from index.blocks import Block, Mark, Structure
from index.sentences import Offsets
from ui.html.rendered import Highlights, Rendering

TEXT = "# The *dam*\n\nIt was **built** in 1962 <b>.\n\n| Year | Cost |\n|---|---|\n| 1962 | $5 |\n"
AT = TEXT.index


def words_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def structure() -> Structure:
    row, second = AT("| Year"), AT("| 1962")
    blocks = [
        Block(0, 11, "heading", 1),
        Block(13, AT("\n\n|"), "paragraph", main=False),
        Block(row, row + 15, "table_row", header=row),
        Block(AT("|--"), AT("|--") + 9, "furniture"),
        Block(second, second + 13, "table_row", header=row),
    ]
    bold = AT("**built")
    marks = [
        Mark(0, 2, "syntax"),
        Mark(AT("|--"), AT("|--") + 9, "syntax"),
        Mark(6, 11, "emphasis"),
        Mark(6, 7, "syntax"),
        Mark(10, 11, "syntax"),
        Mark(bold, bold + 9, "strong"),
        Mark(bold, bold + 2, "syntax"),
        Mark(bold + 7, bold + 9, "syntax"),
    ]
    return Structure.of(blocks, marks)


def test_mark_up_is_shown_as_what_it_means_and_hostile_words_as_words() -> None:
    shown = Rendering(TEXT, structure(), Highlights()).shown(0, len(TEXT))
    assert '<h3 class="pc-block pc-is-heading">The <em>dam</em></h3>' in shown
    assert "It was <strong>built</strong> in 1962 &lt;b&gt;." in shown
    assert "<tr><th>Year</th><th>Cost</th></tr><tr><td>1962</td><td>$5</td></tr>" in shown
    assert "pc-aside" in shown and shown.count("<table") == 1


def test_the_quote_is_marked_at_its_very_characters_even_across_mark_up() -> None:
    start = AT("was")
    quote, sentence = Offsets(start, AT("1962") + 4), Offsets(13, AT(" <b>"))
    shown = Rendering(TEXT, structure(), Highlights(sentence, sentence, quote)).shown(0, len(TEXT))
    assert "".join(map(words_of, re.findall(r"<mark.*?</mark>", shown))) == "was built in 1962"
    assert shown.count('id="pc-mark"') == 1
    assert '<span class="pc-in-sentence">It </span>' in shown


def test_a_passage_without_a_quote_is_scrolled_to() -> None:
    shown = Rendering(TEXT, structure(), Highlights(Offsets(13, AT("\n\n|")))).shown(0, len(TEXT))
    assert shown.count('id="pc-mark"') == 1 and "<mark" not in shown


def test_rows_below_another_header_are_another_table() -> None:
    words = "| A |\n| 1 |\n| B |\n| 2 |\n"
    rows = [Block(at, at + 5, "table_row", header=at // 12 * 12) for at in (0, 6, 12, 18)]
    assert Rendering(words, Structure.of(rows), Highlights()).shown(0, len(words)).count("<table>") == 2


def test_only_the_characters_of_the_window_are_made() -> None:
    assert words_of(Rendering(TEXT, structure(), Highlights()).shown(0, 12)) == "The dam"
    assert words_of(Rendering(TEXT, structure(), Highlights()).shown(AT("in 1962"), AT(" <b>"))) == "in 1962"


def test_marks_without_number_in_one_paragraph_are_made_in_one_pass() -> None:
    words = "a b " * 40_000
    marks = [Mark(at, at + 1, "strong") for at in range(0, len(words), 4)]
    marks += [Mark(at, len(words) - at, "emphasis") for at in range(0, 60_000)]
    shown = Rendering(words, Structure.of([Block(0, len(words))], marks), Highlights()).shown(0, len(words))
    assert words_of(shown) == words and shown.count("<strong>") == 40_000
