"""Every loader: blocks tile the text, marks lie inside it, and passages inside blocks of one kind of content."""

from __future__ import annotations

from pathlib import Path

import pytest
from document_fakes import docx_of, pdf_of
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.bench.store import specimens
from index.chunker import chunk
from index.documents import Document, UnreadableDocument, parse_document
from index.file_types import TYPES

MARKDOWN = [
    "# Head *one*\n",
    "\n",
    "Set\n===\n",
    "Words **bold** and `code`.\n",
    "- item\n",
    "  - deep [l](http://a.b 't')\n",
    "1. one\n",
    "> quote\n",
    "| A | B |\n|---|---|\n| 1 | x \\| y |\n",
    "```py\ncode\n```\n",
    "    indented\n",
    "<b>raw</b>\n",
    "[r]: http://x.y\n",
    "***\n",
    "e\u0301 \u4e2d\u3002\r\n",
    "\t",
    "<!-- c -->\n",
    "*a **b* c**\n",
    "![alt](u) <http://a.b>\n",
    "- > # deep\n",
    "\\* &amp;\n",
]
HTML = [
    "<h2>Head</h2>",
    "<p>One <b>two</b>. 10<sup>6</sup>",
    "<li>i",
    "<ul><li>a</ul>",
    "<pre> v\n w</pre>",
    "<br>",
    "<br><br>",
    "text ",
    "<table><tr><th>A<th>B<tr><td>1<td>2</table>",
    "<table><tr><td>",
    "</td></tr></table>",
    "<img alt='A ship'>",
    "<blockquote>q",
    "<figcaption>c</figcaption>",
    "<div hidden>no</div>",
    "<math><msup><mi>x</mi><mn>2</mn></msup></math>",
    "&nbsp;",
    "</p>",
    "</div>",
    "<div class=footnote>n",
    "<aside>s</aside>",
    "\u4e2d\U0001f600",
    "<th>",
    "<tr>",
]


def assert_sound(read: Document) -> None:
    """Every promise of a structure, and of the passages cut along it."""
    text, structure = read.text, read.structure
    structure.check(len(text))
    covered = [False] * len(text)
    for block in structure.blocks:
        covered[block.start : block.end] = [True] * (block.end - block.start)
        assert not text[block.start].isspace() and not text[block.end - 1].isspace()
    assert all(covered[place] or text[place].isspace() for place in range(read.body, len(text)))
    for mark in structure.marks:
        assert any(block.start <= mark.start and mark.end <= block.end for block in structure.blocks), mark
    for found in chunk(read, words=20, overlap=5):
        inside = list(structure.blocks.touching(found.start, found.end))
        assert {block.main for block in inside if block.kind != "furniture"} <= {found.main}
        assert not any(block.kind == "heading" for block in inside)
        if any(block.kind == "table_row" for block in inside):
            assert len(inside) == 1


def read(name: str, data: bytes) -> Document | None:
    try:
        return parse_document(Path(name), data)
    except UnreadableDocument:
        return None


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"Title\n\n1. one\n2. two\n\nA paragraph\nthat wraps.\n"),
        ("a.csv", b"City,Size\nRome,3\n\n,\nOslo,1\n"),
        ("b.docx", docx_of(("Top", 1), ("Text.", 0))),
        ("b.pdf", pdf_of("First page.", "", "Third page.")),
        *(
            (f"a{one.suffixes[0]}", getattr(specimens, kind)())
            for kind, one in TYPES.items()
            if hasattr(specimens, kind)
        ),
    ],
)
def test_every_type_has_a_structure(name: str, data: bytes) -> None:
    document = read(name, data)
    assert document is not None and len(document.structure.blocks)
    assert_sound(document)


@given(st.lists(st.sampled_from(MARKDOWN), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_markdown(parts: list[str]) -> None:
    if document := read("a.md", ("---\ntitle: T\n---\n" + "".join(parts)).encode()):
        assert_sound(document)


@given(st.lists(st.sampled_from(HTML), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_html(parts: list[str]) -> None:
    if document := read("a.html", "".join(parts).encode()):
        assert_sound(document)


@given(st.text(alphabet="ab .\n\r\t-1)\u4e2d\ufeff", max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text(text: str) -> None:
    if document := read("a.txt", text.encode()):
        assert_sound(document)
