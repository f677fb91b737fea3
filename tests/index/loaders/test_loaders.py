"""Each loader: what it reads, what it leaves out, where headings and pages stand, and what it refuses."""

from __future__ import annotations

import io
import time
import zipfile
from email.message import EmailMessage
from itertools import pairwise

import docx
import pytest
from document_fakes import docx_of
from hypothesis import given
from hypothesis import strategies as st

from eval.bench.store import specimens
from index.blocks import Block, Omission, Structure
from index.loaders.csv import load_csv
from index.loaders.mail.eml import LONGEST_HEADER, load_eml
from index.loaders.mail.mbox import load_mbox
from index.loaders.markdown import load_markdown
from index.loaders.office.docx import load_docx
from index.loaders.office.rtf import load_rtf
from index.loaders.paragraphs import structure_of
from index.loaders.progress import listen
from index.loaders.text import Content, UnreadableContent, load_text
from index.loaders.web.epub import load_epub
from index.loaders.web.html import load_html

ODD = "One.\r\nTwo\twith e\u0301 and \U0001f468\u200d\U0001f469\u200d\U0001f467, \u4e2d\u6587\u3002 Three. One."


def headings(content: Content) -> list[Block]:
    return [block for block in structure_of(content).blocks if block.kind == "heading"]


def starts(content: Content) -> list[int]:
    return [heading.start for heading in headings(content)]


def heading_slices(content: Content) -> list[str]:
    return [content.text[heading.start : heading.end] for heading in headings(content)]


def heading_words(content: Content) -> list[tuple[int, str]]:
    structure = structure_of(content)
    return [(block.level, structure.words(content.text, block.start, block.end)) for block in headings(content)]


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
    assert heading_words(content) == [(1, "First one"), (2, "Second")]
    assert heading_slices(content) == ["# First *one*", "Second\n------"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_headings_stand_where_they_are_whatever_ends_a_line(newline: str) -> None:
    text = newline.join(["\ufeff# A", "a.", "", "## B", "b.", "", "# C"])
    assert heading_slices(load_markdown(text.encode())) == ["# A", "## B", "# C"]


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


@pytest.mark.parametrize(
    ("front", "authors", "language"),
    [
        ("author: Ana  Müller\nlang: en-GB", ("Ana Müller",), "en-GB"),
        ("authors: [Ana, Bo]\nlanguage: fr", ("Ana", "Bo"), "fr"),
        ("authors:\n- name: Ana\n  mail: a@b.c\n- [x]\n- Bo", ("Ana", "Bo"), None),
        ("author: {name: Ana}\nlang: [en]", ("Ana",), None),
        ("author: ''\nauthors: Bo", ("Bo",), None),
        ("title: x", (), None),
    ],
)
def test_front_matter_authors_and_language(front: str, authors: tuple[str, ...], language: str | None) -> None:
    content = load_markdown(f"---\n{front}\n---\nText.\n".encode())
    assert (content.authors, content.language) == (authors, language)


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
    for heading in headings(content):
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
        "Top news\n\nFirst & foremost.\nSecond line.\n\none\ntwo\n\nMore\n\nThird part.\n\na | 1\nb | 2\n\ntail"
    )
    assert (content.title, content.date) == ("A page", "2023-11-08T09:00:00+00:00")
    assert heading_words(content) == [(1, "Top news"), (2, "More")]
    assert heading_slices(content) == ["Top news", "More"]


RAISED = (
    "<p>It gives 10<sup>6</sup> watts on 4 km<sup>2</sup>, from H<sub>2</sub>O, built in 1931<sup>2</sup> on the 1<sup>st</sup> "
    "floor,<sup>3</sup> x<sup>n+1</sup>.<p>So <math><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math> holds."
)


def test_raised_and_lowered_figures_are_not_glued_and_formulas_are_read() -> None:
    content = load_html(RAISED.encode())
    assert content.text == (
        "It gives 10⁶ watts on 4 km², from H₂O, built in 1931 ² on the 1st floor, ³ xⁿ⁺¹.\n\nSo E=mc² holds."
    )
    marked = [(content.text[mark.start : mark.end], mark.kind) for mark in structure_of(content).marks]
    assert marked[:3] == [("⁶", "superscript"), ("²", "superscript"), ("₂", "subscript")]


def test_what_no_reader_sees_is_left_out_and_counted() -> None:
    content = load_html(
        b"<p>Seen.<p style='display: none'>No.<p hidden>No.<div aria-hidden=true>No.</div><dialog>No.</dialog>"
        b"<nav>Home</nav><iframe>x</iframe><p style='visibility:hidden'></p><p>End."
    )
    assert content.text == "Seen.\n\nEnd."
    assert content.omitted == (Omission("hidden elements", 4), Omission("menus", 1), Omission("embedded pages", 1))


def test_html_blocks_are_of_their_kinds() -> None:
    content = load_html(
        b"<h1>Top</h1><p>One <b>bold</b>.</p><ol><li>a<ul><li>b</li></ul></li></ol><blockquote>Said.</blockquote>"
        b"<pre>x = 1</pre><table><tr><th>City<th>Size<tr><td><p>Rome<td>3</table><figure><img src=a.png alt='A ship'>"
        b"<figcaption>Below</figcaption></figure><ol class=footnotes><li>A note</ol>"
    )
    structure = structure_of(content)
    blocks = [(block.kind, block.level, content.text[block.start : block.end]) for block in structure.blocks]
    assert blocks == [
        ("heading", 1, "Top"), ("paragraph", 0, "One bold."), ("list_item", 1, "a"), ("list_item", 2, "b"),
        ("quote", 0, "Said."), ("code", 0, "x = 1"), ("table_row", 0, "City | Size"), ("table_row", 0, "Rome | 3"),
        ("caption", 0, "A ship"), ("caption", 0, "Below"), ("note", 0, "A note"),
    ]  # fmt: skip
    names, row = structure.blocks[6:8]
    assert names.header == row.header == names.start
    assert [content.text[start:end] for start, end in structure.cells(content.text, row)] == ["Rome", "3"]


def test_the_licence_of_a_page_is_small_print_outside_its_article() -> None:
    by = "All of it is under <a rel='license nofollow' href=x>CC BY</a>."
    words = (
        "The ferry between Port Anselm and Velmora runs again since Monday. It carries 300 people and takes 40 minutes."
    )
    for page, main in ((f"<p>{words}<p>{by}", False), (f"<article><p>{words}<p>{by}</article>", True)):
        content = load_html(page.encode())
        assert structure_of(content).main(content.text.index("All"), len(content.text)) is main


def test_a_first_row_of_words_above_figures_names_the_columns_and_a_table_is_main_as_a_whole() -> None:
    words = (
        "The ferry between Port Anselm and Velmora runs again since Monday. It carries 300 people and takes 40 minutes."
    )
    first = "<tr><td>Ship<td>Passengers carried<td>Speed in knots</tr>"
    rows = "".join(
        f"<tr><td><a href=x>{name}</a><td>{n}<td>{n // 9}</tr>" for n, name in enumerate(("Aurora", "Halka"), 90)
    )
    pairs = "<tr><td>Owner<td>Orbe Group<tr><td>Built<td>1931<tr><td>Crew<td>12"
    content = load_html(
        f"<article><p>{words}<table>{first}{rows}</table><p>{words}<table>{pairs}</table></article>".encode()
    )
    found = [block for block in structure_of(content).blocks if block.kind == "table_row"]
    assert all(block.main for block in found[:3])
    assert [block.header for block in found] == [found[0].start] * 3 + [None] * 3


SAVED = """<html><head><title>Ferry runs again - Coast Daily</title><script type="application/ld+json">{"@graph": [
{"@type": "NewsArticle", "headline": "Ferry runs again", "datePublished": "2024-05-06T08:00:00+02:00",
"author": [{"@type": "Person", "name": "Tilda Ferrow"}]}]}</script></head>
<body><header><ul><li>News</li><li>Sport</li></ul></header><article><h1>Ferry runs again</h1>
<p>The ferry between Port Anselm and Velmora runs again since Monday. It carries 300 people and takes 40 minutes.</p>
<p>Captain Ilse Marn said that the repair of the engine had cost 2.1 million crowns, twice what was planned.</p></article>
<aside><h3>Read also</h3><p>The mayor of Velmora resigns after claims of bribery in the harbour office.</p></aside>
<footer><p>Coast Daily is owned by the Orbe Group. All rights reserved.</p></footer></body></html>"""


def test_what_stands_beside_an_article_is_kept_and_marked() -> None:
    content = load_html(SAVED.encode())
    structure = structure_of(content)
    main = [content.text[block.start : block.end].partition(" ")[0] for block in structure.blocks if block.main]
    aside = [content.text[block.start : block.end].partition(" ")[0] for block in structure.blocks if not block.main]
    assert (main, aside) == (["Ferry", "The", "Captain"], ["News", "Sport", "Read", "The", "Coast"])
    assert structure.main(content.text.index("ferry"), content.text.index("Monday"))
    assert (content.title, content.authors) == ("Ferry runs again", ("Tilda Ferrow",))
    assert content.date == "2024-05-06T08:00:00+02:00"


@pytest.mark.parametrize(
    "invitation", ["Submit comments on this post to us@example.org.", "Sign up for our newsletter!"]
)
def test_an_invitation_at_the_end_of_an_article_is_no_part_of_it(invitation: str) -> None:
    told = "".join(f"<p>{'The ferry to Skela was rebuilt by the harbour office for the third time.' * 3}</p>" * 3)
    page = f"<html><body><article><h1>Ferry</h1>{told}<p>{invitation}</p></article></body></html>"
    content = load_html(page.encode())
    aside = [content.text[one.start : one.end] for one in structure_of(content).blocks if not one.main]
    assert aside == [invitation]


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


def test_html_with_a_damaged_byte_is_read_with_a_warning() -> None:
    content = load_html("<meta charset=utf-8><p>Café, naïve and".encode() + b"\xff d\xc3\xa9j\xc3\xa0 vu.")
    assert content.text == "Café, naïve and\ufffd déjà vu."
    assert content.warnings == ("1 of its characters are damaged, and shown as \ufffd",)


def test_what_stands_beside_a_heading_or_a_word_is_no_part_of_it() -> None:
    content = load_html(
        b'<h1>Ports<a href="#p">\xc2\xb6</a></h1><h2><span>Fees</span><span class="mw-editsection">[<a>edit</a>]</span></h2>'
        b'<center>Old text</center>It opened in nights<a epub:type="noteref" href="#n1">1</a> of fog.<a href=x>Item #</a>'
    )
    assert content.text == "Ports\n\nFees\n\nOld text\n\nIt opened in nights \u00b9 of fog.Item #"
    assert [mark.kind for mark in structure_of(content).marks] == ["superscript", "link"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ana Müller", ("Ana Müller",)),
        ("Posted by Ana Müller on 12 March", ("Ana Müller",)),
        ("Von Käthe de la Cruz, Velmora", ("Käthe de la Cruz",)),
        ("By Ana Müller, Bo Ek, and Jo Wirt | 3 May", ("Ana Müller", "Bo Ek", "Jo Wirt")),
        ("by the harbour board", ()),
        ("By Tuesday the board had met.", ()),
        ("By Ana Müllers account the harbour was full", ()),
    ],
)
def test_a_byline_names_the_authors_of_a_page_that_states_none(line: str, names: tuple[str, ...]) -> None:
    prose = "The harbour board voted on Tuesday to dredge the channel before the winter storms arrive. " * 4
    for page in (f"<div>{line}</div><p>{prose}</p>", f"<p>Short.</p><p>{line}</p><p>{prose}</p><p>By Jo Doe</p>"):
        assert load_html(f"<body><div>Ports</div>{page}".encode()).authors == names


@pytest.mark.parametrize(
    ("page", "authors", "language"),
    [
        ('<html lang="en-GB"><meta name="Author" content="Ana  M&uuml;ller"><p>x', ("Ana Müller",), "en-GB"),
        ('<meta name=author content=Ana><meta name=author content=Bo><p>x', ("Ana", "Bo"), None),
        ('<meta property="article:author" content="https://a.org/ana"><meta name="dc.creator" content="Bo"><p>x', ("Bo",), None),
        ('<html xml:lang="fr"><meta name="author" content=" "><p>x', (), "fr"),
    ],
)  # fmt: skip
def test_html_authors_and_language(page: str, authors: tuple[str, ...], language: str | None) -> None:
    content = load_html(page.encode())
    assert (content.authors, content.language) == (authors, language)


def test_pre_keeps_its_white_space_and_its_neighbours_do_not() -> None:
    assert load_html(b"<p>a   b</p><pre>x\n  y</pre><p>c</p>").text == "a b\n\nx\n  y\n\nc"


def test_too_deep_a_page_is_read_in_part_and_says_so() -> None:
    content = load_html(b"<p>Seen.</p>" + b"<div>" * 5_000 + b"<p>Deep.</p>")
    assert content.text.startswith("Seen.")
    assert content.warnings == ("part of it is nested too deeply to be read",)


# --- Word -------------------------------------------------------------------------------------------------------------


def test_docx_paragraphs_headings_and_tables() -> None:
    document = docx.Document(io.BytesIO(docx_of(("Top", 1), ("One.", 0), ("Sub", 2), ("Two \U0001f600.", 0))))
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([cell for row in table.rows for cell in row.cells], ["a", "1", "b", "2"], strict=True):
        cell.text = text
    document.core_properties.title = "Given"
    document.core_properties.author, document.core_properties.language = "Ana Müller", "en-GB"
    buffer = io.BytesIO()
    document.save(buffer)
    content = load_docx(buffer.getvalue())
    assert content.text == "Top\n\nOne.\n\nSub\n\nTwo \U0001f600.\n\na | 1\nb | 2"
    assert heading_words(content) == [(1, "Top"), (2, "Sub")]
    assert heading_slices(content) == ["Top", "Sub"]
    assert (content.title, content.authors, content.language) == ("Given", ("Ana Müller",), "en-GB")


def test_docx_without_properties_has_none_made_up() -> None:
    document = docx.Document(io.BytesIO(docx_of(("One.", 0))))
    package = document.part.package
    [own] = [id for id, one in package.rels.items() if one.reltype.endswith("/core-properties")]
    del package.rels[own]
    buffer = io.BytesIO()
    document.save(buffer)
    assert "docProps/core.xml" not in zipfile.ZipFile(buffer).namelist()
    assert load_docx(buffer.getvalue()) == Content("One.", structure=Structure.of([Block(0, 4)]))


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 10_000_000)
    with pytest.raises(UnreadableContent, match="zip bomb"):
        load_docx(buffer.getvalue())


@pytest.mark.parametrize(
    ("data", "reason"), [(b"PK nonsense", "damaged"), (bytes.fromhex("d0cf11e0a1b11ae1"), "an old Office file")]
)
def test_what_is_no_word_document_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableContent, match=reason):
        load_docx(data)


# --- books, letters, tables, mail -------------------------------------------------------------------------------------


def epub_of(**members: str) -> bytes:
    """The specimen with other members: ``one`` and ``two`` are chapters, ``package`` is the package."""
    names = {"one": "OEBPS/text/one .xhtml", "two": "OEBPS/text/two.xhtml", "package": "OEBPS/book.opf"}
    given = {names[key]: value for key, value in members.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(specimens.epub())) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, given.get(name, old.read(name)))
    return buffer.getvalue()


def test_epub_chapters_in_reading_order_with_headings() -> None:
    content = load_epub(epub_of(one="<body><h1>First</h1><p>One.</p></body>", two="<body><h2>Second</h2>Two.</body>"))
    assert content.text == "First\n\nOne.\n\nSecond\n\nTwo."
    assert heading_slices(content) == ["First", "Second"]
    assert (content.title, content.date, content.warnings) == ("A book", "2023-11-08", ())
    assert (content.authors, content.language) == (("Ana Müller", "Bo"), "en-GB")


def test_an_epub_with_a_chapter_that_cannot_be_read_says_so() -> None:
    content = load_epub(epub_of(one=" ", two="<body>Two.</body>"))
    assert (content.text, content.warnings) == ("Two.", ("1 of its chapters could not be read",))


@pytest.mark.parametrize(
    ("creators", "names"),
    [
        ('<dc:creator opf:role="aut">Ana</dc:creator><dc:creator opf:role="ill">Bo</dc:creator>', ("Ana",)),
        ('<dc:creator id="a">Ana</dc:creator><dc:creator id="b">Bo</dc:creator>'
         '<meta refines="#b" property="role">trl</meta>', ("Ana",)),
        ('<dc:creator opf:role="edt">Bo</dc:creator>', ("Bo",)),
    ],
)  # fmt: skip
def test_the_authors_of_a_book_are_those_who_wrote_it(creators: str, names: tuple[str, ...]) -> None:
    package = specimens._PACKAGE.replace("<package ", '<package xmlns:opf="o" ')
    for creator in ("<dc:creator>Ana  Müller</dc:creator>", "<dc:creator>Bo</dc:creator>"):
        package = package.replace(creator, "")
    package = package.replace("<metadata>", f"<metadata><dc:publisher>Quay Press</dc:publisher>{creators}")
    content = load_epub(epub_of(package=package))
    assert (content.authors, content.publisher) == (names, "Quay Press")


def test_an_epub_that_is_none_is_refused() -> None:
    with pytest.raises(UnreadableContent, match="damaged: it is not an EPUB book"):
        load_epub(b"PK nonsense")
    with pytest.raises(UnreadableContent, match=r"damaged: its META-INF/container\.xml is missing"):
        load_epub(docx_of(("x", 0)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", b"0" * 10_000_000)
    with pytest.raises(UnreadableContent, match="zip bomb"):
        load_epub(buffer.getvalue())


def test_an_epub_package_expands_no_entities() -> None:
    package = (
        '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "boom">]><package><metadata><title>&x;&y;</title>'
        '</metadata><manifest><item id="two" href="text/two.xhtml"/></manifest><spine><itemref idref="two"/></spine></package>'
    )
    content = load_epub(epub_of(package=package, two="<body>Two.</body>"))
    assert (content.title, content.text) == (None, "Two.")


def test_rtf_text_title_and_date() -> None:
    data = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}{\info{\title A letter}{\author A. M\'fcller}{\creatim\yr2023\mo11\dy8}}"
    content = load_rtf(data + rb"\pard The d\'e9l\'e9gation \b crossed\b0 .\par \u20013? too.\par}")
    assert content.text == "The d\u00e9l\u00e9gation crossed.\n\u4e2d too."
    assert (content.title, content.date, content.authors) == ("A letter", "2023-11-08", ("A. Müller",))
    assert load_rtf(rb"{\rtf1\ansi{\info{\author \u99999999?}}Text.}").authors == ("?",)
    with pytest.raises(UnreadableContent, match="not an RTF document"):
        load_rtf(b"Text.")


def test_the_tables_of_rtf_are_rows_and_its_footnotes_are_counted() -> None:
    row = r"\trowd\intbl {}\cell {}\cell\row "
    source = rf"{{\rtf1\ansi One{{\footnote A note.}}.\par {row.format('Port', 'Opened')}{row.format('Skela', 1931)}Two.\par}}"
    content = load_rtf(source.encode())
    assert content.text == "One.\n\nPort | Opened\nSkela | 1931\n\nTwo."
    assert structure_of(content).blocks[2].header == structure_of(content).blocks[1].start
    assert content.omitted == (Omission("footnotes", 1),)


@pytest.mark.parametrize(
    "data",
    [
        b"Country,Capital\r\nKenya,Nairobi\r\n\r\n,\r\nPeru,Lima\r\n",
        b"\xef\xbb\xbfCountry;Capital\nKenya;Nairobi\nPeru;Lima",
        b'"Country"\t"Capital"\n"Kenya"\t"Nairobi"\n"Peru"\t"Lima"\n',
    ],
)
def test_csv_rows_stand_below_the_names_of_their_columns(data: bytes) -> None:
    content = load_csv(data)
    assert content.text == "Country | Capital\nKenya | Nairobi\nPeru | Lima"
    assert [(block.start, block.header) for block in structure_of(content).blocks] == [(0, 0), (18, 0), (34, 0)]


def test_csv_with_one_column_and_longer_rows() -> None:
    assert load_csv(b"Name\nAna\nBo,extra\n").text == "Name\nAna\nBo | extra"


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"Fare;Price\nMail, boat;1,5\nBus;2,75\n", "Mail, boat | 1,5"),
        (b'Fare, Price\nMail, "1, 5"\nBus, 2\n', "Mail | 1, 5"),
        (b"Fare|Price, net\nMail|1\nBus|2\n", "Mail | 1"),
    ],
)
def test_the_delimiter_of_a_csv_is_the_one_that_its_rows_agree_on(data: bytes, row: str) -> None:
    assert load_csv(data).text.split("\n")[1] == row


@pytest.mark.parametrize("piece", ['"\n', "'\n,", ", 'a\""])
def test_many_quotes_do_not_hold_up_the_guess_of_a_delimiter(piece: str) -> None:
    began = time.process_time()
    load_csv((piece * 10_000).encode())
    assert time.process_time() - began < 2  # seconds; 17 with the library's own guess


def test_csv_does_not_grow_with_the_names_of_its_columns() -> None:
    names, row = ",".join(f"a rather long name {number}" for number in range(50)), ",".join("7" * 50)
    data = "\n".join([names, *[row] * 1_000]).encode()
    assert len(load_csv(data).text) < 2.5 * len(data)


def test_csv_of_a_million_columns_is_read() -> None:
    content = load_csv(("x," * 1_000_000 + "\n" + "1," * 1_000_000).encode())
    assert [block.kind for block in structure_of(content).blocks] == ["table_row", "table_row"]


def test_mail_headers_body_date_and_attachments() -> None:
    content = load_eml(specimens.eml())
    assert content.text.startswith(
        "From: Ana M\u00fcller <ana@example.org>\nTo: bo@example.org\nDate: Wed, 08 Nov 2023 09:30:00 +0100\n\nThe d\u00e9l"
    )
    assert (content.title, content.date) == ("The treaty, d\u00e9l\u00e9gation", "2023-11-08T09:30:00+01:00")
    assert content.warnings == ("attachments not read: a.pdf",) and "<p>" not in content.text
    assert (content.authors, content.language) == (("Ana Müller",), None)
    nameless = load_eml(b"From: ana@example.org, Bo <bo@example.org>\nContent-Language: fr\n\nText.")
    assert (nameless.authors, nameless.language) == (("ana@example.org", "Bo"), "fr")


def test_of_an_endless_header_the_beginning_is_read() -> None:
    data = b"From: " + b'"a' * 20_000 + b"\nSubject: " + b"Dam " * 100_000 + b"\n\nIt broke.\n"
    mail = load_eml(data)
    assert mail.title is not None and mail.title.startswith("Dam Dam") and len(mail.title) <= LONGEST_HEADER
    assert mail.text.endswith("It broke.")


@pytest.mark.parametrize(
    ("plain", "shown"),
    [("Your program cannot show this mail.", "Kelp\n\nThe farms of Orsk sold 900 tons of kelp in February, twice as much as ever."),
     ("The farms of Orsk sold 900 tons of kelp in February.", "The farms of Orsk sold 900 tons of kelp in February.")],
)  # fmt: skip
def test_html_is_read_where_the_plain_text_only_asks_for_a_newer_program(plain: str, shown: str) -> None:
    message = EmailMessage()
    message["Subject"] = "Letter"
    message.set_content(plain)
    page = "<h1>Kelp</h1><p>The farms of Orsk sold 900 tons of kelp in February, twice as much as ever."
    message.add_alternative(page, subtype="html")
    assert load_eml(message.as_bytes()).text == shown


def test_a_forwarded_mail_stands_below_its_subject() -> None:
    inner, deep = EmailMessage(), EmailMessage()
    deep["Subject"], deep["From"] = "First", "c@b.c"
    deep.set_content("It is 88 metres long.")
    inner["Subject"], inner["From"], inner["Date"] = "Plan", "Ilse <b@b.c>", "Mon, 11 Mar 2024 08:00:00 +0100"
    inner.set_content("The dredger comes in May.")
    inner.add_attachment(deep)
    inner.add_attachment(b"x", maintype="a", subtype="b", filename="x.pdf")
    message = EmailMessage()
    message["Subject"], message["From"] = "Fwd: Plan", "a@b.c"
    message.set_content("See below.")
    message.add_attachment(inner)
    content = load_eml(message.as_bytes())
    assert (content.title, [head.level for head in headings(content)]) == ("Fwd: Plan", [2, 2])
    assert content.text == (
        "From: a@b.c\n\nSee below.\n\nPlan\n\nFrom: Ilse <b@b.c>\nDate: Mon, 11 Mar 2024 08:00:00 +0100\n\n"
        "The dredger comes in May.\n\nFirst\n\nFrom: c@b.c\n\nIt is 88 metres long."
    )
    assert content.warnings == ("attachments not read: x.pdf",)


def test_mail_of_html_alone_is_read_as_a_page() -> None:
    data = b"From: a@b.c\r\nContent-Type: text/html; charset=nonsense\r\n\r\n<p>One.<script>x</script><p>Two."
    assert load_eml(data).text == "From: a@b.c\n\nOne.\n\nTwo."
    with pytest.raises(UnreadableContent, match="not a mail"):
        load_eml(b"Just text.")


def test_the_body_of_a_mail_is_html_with_its_blocks_whatever_encoding_it_declares() -> None:
    page = '<meta charset="windows-1252"><h1>Müller</h1><table><tr><th>Port<th>Opened<tr><td>Skela<td>1931</table>'
    data = "From: a@b.c\nSubject: Ports\nContent-Type: text/html; charset=utf-8\n\n" + page
    content = load_eml(data.encode())
    assert heading_words(content) == [(2, "Müller")] and content.title == "Ports"
    assert content.structure is not None
    assert [block.kind for block in content.structure.blocks][2:] == ["table_row", "table_row"]
    assert load_eml(b"From: a@b.c\nDate: Wed, 08 Nov 20239999999999 09:30:00 +0100\n\nText.").date is None


def test_a_mailbox_is_its_mails_each_below_its_subject() -> None:
    content = load_mbox(specimens.mbox())
    subjects = [block for block in headings(content) if block.level == 1]
    assert [content.text[one.start : one.end] for one in subjects] == [
        "The treaty, délégation",
        "Re: The treaty",
        "(no subject)",
    ]
    ends = [*(one.start for one in subjects), len(content.text)]
    first, second, third = (content.text[start:end] for start, end in pairwise(ends))
    assert first == f"The treaty, délégation\n\n{load_eml(specimens.eml()).text}\n\n"
    assert second.endswith("included. \n\nFrom the river on.\n\n") and third.startswith(
        "(no subject)\n\nDate: Thu, 09 Nov"
    )
    assert content.warnings == ("attachments not read: a.pdf",)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_mail_begins_where_headers_follow(newline: bytes) -> None:
    lines = (
        b"",
        b"From - Wed Nov 08",
        b"Subject: One",
        b"",
        b"Text.",
        b"",
        b"From here on: prose.",
        b"More: of it.",
        b"",
    )
    prose = (b"From the river", b"to the border.", b"", b"From b@c.d", b"Subject: Two", b"", b"More.")
    content = load_mbox(newline.join((*lines, *prose)))
    assert [words for _, words in heading_words(content)] == ["One", "Two"]
    assert "From the river\nto the border." in content.text and content.text.endswith("Two\n\nMore.")


def test_a_mail_that_cannot_be_read_costs_itself() -> None:
    box = b"From a\nX-Odd: 1\n\nNobody.\n\nFrom b\nSubject: Two\n\nText.\n"
    content = load_mbox(box)
    assert (content.text, content.warnings) == ("Two\n\nText.", ("1 of its mails could not be read",))
    named = b"".join(b"From a\n" + specimens.eml() + b"\n" for _ in range(12))
    assert load_mbox(named).warnings == (f"attachments not read: {'a.pdf, ' * 9}a.pdf and 2 more",)


def test_many_attachments_are_counted_and_long_names_cut() -> None:
    message = EmailMessage()
    message["From"] = "a@b.c"
    message.set_content("Text.")
    for number in range(300):
        message.add_attachment(b"", maintype="a", subtype="b", filename=f"{number}{'x' * 300}")
    [warning] = load_eml(message.as_bytes()).warnings
    assert warning.endswith(" and 290 more") and len(warning) < 1_200


@pytest.mark.slow
def test_a_box_of_100_000_mails_is_read_and_says_that_it_goes_on() -> None:
    heard: list[None] = []
    listen(lambda: heard.append(None))
    content = load_mbox(b"From a\nSubject: One\n\nText.\n\n" * 100_000)
    assert len(headings(content)) == 100_000 and len(heard) == 200


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Just text.", "it is not a mailbox, as it does not begin with a mail"),
        (b"Text.\n\nFrom a\nSubject: One\n\nText.", "it is not a mailbox, as it does not begin with a mail"),
        (b"From a\nX-Odd: 1\n\nText.", "none of its 1 mails can be read"),
    ],
)
def test_what_is_no_mailbox_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableContent, match=f"damaged: {reason}"):
        load_mbox(data)
