"""Presentations: slides in order as pages, titles as headings, notes, tables, and what is left out."""

from __future__ import annotations

import io

import pptx
import pytest
from content_fakes import headings
from office_fakes import zip_of
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

from index.blocks import Omission
from index.loaders.office.pptx import load_pptx
from index.loaders.text import Content, UnreadableContent

TITLE_AND_BODY, BLANK = 1, 6  # layouts of the default template


def read(deck: pptx.presentation.Presentation) -> Content:
    packed = io.BytesIO()
    deck.save(packed)
    return load_pptx(packed.getvalue())


def test_slides_are_pages_with_titles_bodies_tables_and_notes() -> None:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_BODY])
    first.shapes.title.text, first.placeholders[1].text = "The harbour", "It opened in 1931.\nIt closed in 1980."
    first.notes_slide.notes_text_frame.text = "Mention the lighthouse."
    deck.slides.add_slide(deck.slide_layouts[BLANK])
    last = deck.slides.add_slide(deck.slide_layouts[BLANK])
    table = last.shapes.add_table(2, 2, 0, 0, 9, 9).table
    for row, words in enumerate((("Ship", "Year"), ("Corvina", "1932"))):
        for column, word in enumerate(words):
            table.cell(row, column).text = word
    group = last.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "In a group."
    content = read(deck)
    assert content.text.split("\n\n") == [
        "The harbour", "It opened in 1931.\nIt closed in 1980.", "Mention the lighthouse.",
        "Ship | Year\nCorvina | 1932", "In a group.",
    ]  # fmt: skip
    assert headings(content) == [("The harbour", 1)] and content.title == "The harbour"
    assert content.pages == (0, content.text.index("Ship"), content.text.index("Ship"))


def test_a_chart_is_counted() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    slide.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Text."
    data = CategoryChartData()
    data.categories = ["a"]
    data.add_series("s", [1])
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, 9, 9, data)
    content = read(deck)
    assert (content.text, content.omitted) == ("Text.", (Omission("charts", 1),))


def test_what_is_no_presentation_is_refused() -> None:
    with pytest.raises(UnreadableContent, match="damaged: it is not a PowerPoint presentation"):
        load_pptx(b"nonsense")
    with pytest.raises(UnreadableContent, match=r"damaged: its ppt/presentation.xml is missing or cannot be unpacked"):
        load_pptx(zip_of({"a": "b"}))
    with pytest.raises(UnreadableContent, match="zip bomb"):
        load_pptx(zip_of({"ppt/presentation.xml": "0" * 10_000_000}))
