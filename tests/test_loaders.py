"""Each loader: what it reads, what it leaves out, where headings and pages stand, and what it refuses."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from index.loaders import Content, UnreadableContent, load_markdown, load_text
from index.loaders_docx import load_docx
from index.loaders_html import load_html
from index.loaders_pdf import load_pdf

ODD = "One.\r\nTwo\twith e\u0301 and \U0001f468\u200d\U0001f469\u200d\U0001f467, \u4e2d\u6587\u3002 Three. One."


def pdf_of(*pages: str, title: str = "", password: str = "") -> bytes:
    """A PDF with a page for each text; a page without text shows a rectangle."""
    pdf = FPDF()
    if title:
        pdf.set_title(title)
    if password:
        pdf.set_encryption(owner_password="owner", user_password=password)
    for text in pages:
        pdf.add_page()
        pdf.set_font("helvetica", size=12)
        if text:
            pdf.multi_cell(0, 6, text)
        else:
            pdf.rect(10, 10, 50, 50)
    return bytes(pdf.output())


def docx_of(*blocks: tuple[str, int]) -> bytes:
    """A Word document of paragraphs, each with its heading level (0: none)."""
    document = docx.Document()
    for text, level in blocks:
        if level:
            document.add_heading(text, level)
        else:
            document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def heading_slices(content: Content) -> list[str]:
    return [content.text[heading.start : heading.end] for heading in content.headings]


# --- plain text -------------------------------------------------------------------------------------------------------


def test_text_is_the_file_code_point_for_code_point() -> None:
    assert load_text(ODD.encode()).text == ODD


def test_a_byte_order_mark_stays_in_the_text_and_out_of_the_prose() -> None:
    content = load_text(b"\xef\xbb\xbfHello.")
    assert (content.text, content.body) == ("\ufeffHello.", 1)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A Headline\n\nProse.", "A Headline"),
        ("A Headline\r\n\r\nProse.", "A Headline"),
        ("A sentence.\n\nProse.", None),
        ("No blank line\nProse.", None),
        ("Alone", None),
    ],
)
def test_a_first_line_that_stands_alone_is_the_title(text: str, title: str | None) -> None:
    assert load_text(text.encode()).title == title


def test_another_encoding_is_refused_by_its_likely_name() -> None:
    text = (
        "Der Pr\u00e4sident \u00fcbergab die Schl\u00fcssel f\u00fcr das gro\u00dfe Geb\u00e4ude, erkl\u00e4rte er. "
        * 9
    )
    with pytest.raises(UnreadableContent, match=r"not UTF-8 \(looks like .+\); convert it with iconv"):
        load_text(text.encode("cp1252"))


def test_nul_bytes_are_refused() -> None:
    with pytest.raises(UnreadableContent, match="NUL"):
        load_text(b"a\0b")


# --- Markdown ---------------------------------------------------------------------------------------------------------

MARKDOWN = """---
title: "The title: given"
date: 2023-11-15
---
# First *one*

Prose with `# no heading`.

```
# nor this
```

Second
------
More.
"""


def test_markdown_front_matter_headings_and_body() -> None:
    content = load_markdown(MARKDOWN.encode())
    assert content.text == MARKDOWN
    assert (content.title, content.date) == ("The title: given", "2023-11-15")
    assert content.text[content.body :].startswith("# First")
    assert [(heading.level, heading.text) for heading in content.headings] == [(1, "First one"), (2, "Second")]
    assert heading_slices(content) == ["# First *one*\n", "Second\n------\n"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_headings_stand_where_they_are_whatever_ends_a_line(newline: str) -> None:
    text = newline.join(["\ufeff# A", "a.", "", "## B", "b.", "", "# C"])
    assert heading_slices(load_markdown(text.encode())) == [f"# A{newline}", f"## B{newline}", "# C"]


def test_the_first_first_level_heading_is_the_title() -> None:
    assert load_markdown(b"## Lower\n\n# Top\n\n# Other\n").title == "Top"


@pytest.mark.parametrize(
    ("front", "date"),
    [
        ("date: 2023-11", "2023-11"),
        ("date: 2023", "2023"),
        ("date: 2023-11-15 10:30:00", "2023-11-15T10:30:00"),
        ("date: yesterday", None),
        ("date: [2023]", None),
        ("title: x", None),
    ],
)
def test_front_matter_dates_are_iso_or_nothing(front: str, date: str | None) -> None:
    assert load_markdown(f"---\n{front}\n---\nText.\n".encode()).date == date


def test_broken_front_matter_is_left_out_with_a_warning() -> None:
    content = load_markdown(b"---\ntitle: a: b: [\n---\nText.\n")
    assert content.text[content.body :] == "Text.\n"
    assert content.warnings == ("its front matter is not valid YAML and was left out",)


def test_a_thematic_break_is_no_front_matter() -> None:
    assert load_markdown(b"---\nJust prose here.\n---\nMore.\n").body == 0


def test_front_matter_can_neither_run_code_nor_blow_up() -> None:
    content = load_markdown(b"---\ntitle: !!python/object/apply:os.getcwd []\n---\nText.\n")
    assert (content.title, content.text[content.body :]) == (None, "Text.\n")
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghijklmnopqrs", "bcdefghijklmnopqrst", strict=False)
    )
    assert load_markdown(f"---\n{bomb}title: *t\n---\nText.\n".encode()).title is None


@given(
    st.lists(
        st.sampled_from(
            ["# H\n", "## *K*\r\n", "Text.\n", "\n", "T\n==\n", "> # q\n", "\u4e2d\U0001f600 e\u0301.\r\n", "\t"]
        )
    )
)
def test_markdown_headings_are_slices_in_order(parts: list[str]) -> None:
    content = load_markdown("".join(parts).encode())
    assert content.text == "".join(parts)
    ends = [0]
    for heading in content.headings:
        assert ends[-1] <= heading.start < heading.end <= len(content.text)
        assert content.text[heading.start : heading.end].strip()
        ends.append(heading.end)


# --- HTML -------------------------------------------------------------------------------------------------------------

PAGE = """<!doctype html><html><head><title>A  page</title><style>p {}</style>
<meta property="article:published_time" content="2023-11-08T09:00:00+00:00"></head>
<body><nav>Home | About</nav><script>var x = "no";</script>
<h1>Top  <em>news</em></h1><p>First &amp; <b>fore</b>most.<br>Second line.</p>
<ul><li>one</li><li>two</li></ul><h2>More</h2><div>Third<!-- no --> part.</div>
<table><tr><th>a</th><td>1</td></tr><tr><th>b</th><td>2</td></tr></table><p hidden>no</p>tail</body></html>"""


def test_html_reads_what_a_reader_sees() -> None:
    content = load_html(PAGE.encode())
    assert content.text == (
        "Top news\n\nFirst & foremost.\nSecond line.\n\none\ntwo\n\nMore\n\nThird part.\n\na 1\nb 2\n\ntail"
    )
    assert (content.title, content.date) == ("A page", "2023-11-08T09:00:00+00:00")
    assert [(h.level, h.text) for h in content.headings] == [(1, "Top news"), (2, "More")]
    assert heading_slices(content) == ["Top news", "More"]


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="windows-1252"><p>Caf\u00e9'.encode("cp1252"),
        "<p>Caf\u00e9".encode(),
        b"\xef\xbb\xbf" + "<p>Caf\u00e9".encode(),
        "<p>Caf\u00e9".encode("utf-16"),
        '<?xml version="1.0" encoding="utf-8"?><html><body><p>Caf\u00e9</p></body></html>'.encode(),
    ],
)
def test_html_encodings(data: bytes) -> None:
    assert load_html(data).text == "Caf\u00e9"


def test_pre_keeps_its_white_space_and_its_neighbours_do_not() -> None:
    assert load_html(b"<p>a   b</p><pre>x\n  y</pre><p>c</p>").text == "a b\n\nx\n  y\n\nc"


def test_too_deep_a_page_is_read_in_part_and_says_so() -> None:
    content = load_html(b"<p>Seen.</p>" + b"<div>" * 5_000 + b"<p>Deep.</p>")
    assert content.text.startswith("Seen.")
    assert content.warnings == ("part of it is nested too deeply to be read",)


@given(
    st.lists(
        st.sampled_from(
            ["<h1>A b</h1>", "<p>x", "<h2> C <b>d</b></h2>", " text\n", "<br>", "<pre> v\n</pre>", "<li>i", "&lt;"]
        )
    )
)
def test_html_headings_are_slices(parts: list[str]) -> None:
    try:
        content = load_html("".join(parts).encode())
    except UnreadableContent:
        return
    for heading in content.headings:
        assert " ".join(content.text[heading.start : heading.end].split()) == heading.text


# --- PDF --------------------------------------------------------------------------------------------------------------


def test_pdf_pages_begin_where_they_say() -> None:
    content = load_pdf(pdf_of("First page.", "Second page.", "Third page.", title="A report"))
    assert content.text == "First page.\nSecond page.\nThird page."
    assert content.pages == (0, 12, 25)
    assert content.title == "A report"


def test_an_encrypted_pdf_is_named_so() -> None:
    with pytest.raises(UnreadableContent, match=r"^encrypted$"):
        load_pdf(pdf_of("Secret.", password="pw"))


def test_a_scan_is_named_so_and_an_empty_page_warned_of() -> None:
    with pytest.raises(UnreadableContent, match=r"^image-only: no text on its 2 pages$"):
        load_pdf(pdf_of("", ""))
    assert load_pdf(pdf_of("Text.", "")).warnings == ("no text on 1 of its 2 pages (2)",)


def test_a_damaged_pdf_is_refused() -> None:
    with pytest.raises(UnreadableContent, match="damaged"):
        load_pdf(b"%PDF-1.7 nonsense")


# --- Word -------------------------------------------------------------------------------------------------------------


def test_docx_paragraphs_headings_and_tables() -> None:
    document = docx.Document(io.BytesIO(docx_of(("Top", 1), ("One.", 0), ("Sub", 2), ("Two \U0001f600.", 0))))
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([cell for row in table.rows for cell in row.cells], ["a", "1", "b", "2"], strict=True):
        cell.text = text
    document.core_properties.title = "Given"
    buffer = io.BytesIO()
    document.save(buffer)
    content = load_docx(buffer.getvalue())
    assert content.text == "Top\n\nOne.\n\nSub\n\nTwo \U0001f600.\n\na | 1\nb | 2"
    assert [(h.level, h.text) for h in content.headings] == [(1, "Top"), (2, "Sub")]
    assert heading_slices(content) == ["Top", "Sub"]
    assert content.title == "Given"


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 10_000_000)
    with pytest.raises(UnreadableContent, match="zip bomb"):
        load_docx(buffer.getvalue())


@pytest.mark.parametrize(
    ("data", "reason"), [(b"PK nonsense", "damaged"), (bytes.fromhex("d0cf11e0a1b11ae1"), "encrypted")]
)
def test_what_is_no_word_document_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableContent, match=reason):
        load_docx(data)
