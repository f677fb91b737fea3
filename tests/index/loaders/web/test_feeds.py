"""XML: feeds entry by entry, XHTML as a page, anything else by the text of its elements."""

from __future__ import annotations

import pytest
from content_fakes import headings

from index.loaders.paragraphs import structure_of
from index.loaders.text import UnreadableContent
from index.loaders.web.feeds import load_xml

RSS = """<?xml version="1.0"?><rss><channel><title>Harbour news</title><description>All of it</description>
<language>en-GB</language><pubDate>Thu, 09 Nov 2023 09:30:00 +0100</pubDate>
<item><title>One</title><pubDate>Wed, 08 Nov 2023 09:30:00 +0100</pubDate>
<description>&lt;p&gt;Cranes &amp;amp; ships.</description></item>
<item><title>Two</title><description>Plain &lt; text.</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Notes</title><updated>2023-11-09T09:30:00Z</updated>
<entry><title>One</title><author><name>Ana</name></author><updated>2023-11-08T09:30:00Z</updated><summary>Short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>In full.</p></div></content></entry></feed>"""


def test_rss_is_its_entries_each_below_its_title() -> None:
    content = load_xml(RSS.encode())
    assert content.text.split("\n\n") == [
        "Harbour news", "All of it", "One", "2023-11-08T09:30:00+01:00", "Cranes & ships.", "Two", "Plain < text.",
    ]  # fmt: skip
    assert (content.title, content.date, content.language) == ("Harbour news", "2023-11-09T09:30:00+01:00", "en-GB")
    assert headings(content) == [
        ("Harbour news", 1),
        ("One", 2),
        ("Two", 2),
    ]


def test_of_an_atom_entry_the_fullest_text_is_read() -> None:
    content = load_xml(ATOM.encode())
    assert content.text.split("\n\n") == ["Notes", "One", "2023-11-08T09:30:00Z, Ana", "In full."]


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("<author><name>Ana</name></author>", "Ana"),
        ("<managingEditor>ana@b.c (Ana)</managingEditor>", "Ana"),
        ("<author>a@b.c</author>", "a@b.c"),
    ],
)
def test_who_publishes_a_feed(author: str, name: str) -> None:
    assert load_xml(RSS.replace("<description>All", f"{author}<description>All").encode()).authors == (name,)


def test_other_xml_is_a_paragraph_for_each_element_with_text() -> None:
    content = load_xml(
        b"<doc><title>A title</title><sec><p>One <b>two</b> three.</p><!-- no --><p>Four.</p></sec></doc>"
    )
    assert (content.text, content.title) == ("A title\n\nOne two three.\n\nFour.", "A title")
    assert load_xml(b'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>A page.</p></body></html>').text == "A page."


def test_entities_are_not_resolved_and_other_files_not_read() -> None:
    external = b'<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">]><d>Before &f; after.</d>'
    assert load_xml(external).text.replace("&f; ", "") == "Before after."
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    with pytest.raises(UnreadableContent, match="damaged: it is not XML"):
        load_xml(f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]><d>A&l9;</d>'.encode())


def test_signs_that_stand_for_themselves_are_read_so() -> None:
    content = load_xml(RSS.replace("Two", "Cranes & ships&nbsp;at AT&T").encode())
    assert "Cranes & ships&nbsp;at AT&T" in content.text and "Plain < text." in content.text
    for damaged in (b"<a><b></a>", b"nonsense"):
        with pytest.raises(UnreadableContent, match="damaged: it is not XML"):
            load_xml(damaged)


def test_articles_of_journals_have_their_title_and_tables_and_dumps_their_paragraphs() -> None:
    table = "<table><thead><tr><th>Port</th><th>Rate</th></tr></thead><tbody><tr><td>Orsk</td><td>17</td></tr></tbody></table>"
    head = "<front><journal-title>Tides</journal-title><article-title>Sand</article-title></front>"
    content = load_xml(f"<article>{head}<sec><title>Methods</title>{table}</sec></article>".encode())
    assert (content.title, content.text) == ("Sand", "Tides\n\nSand\n\nMethods\n\nPort | Rate\nOrsk | 17")
    assert [block.header for block in structure_of(content).blocks][-2:] == [22, 22]
    page = b"<page><title>Orsk</title><text>Orsk is\na town.\n\nIt lies by the sea.</text></page>"
    assert load_xml(page).text == "Orsk\n\nOrsk is a town.\n\nIt lies by the sea."
    assert load_xml(b"<row><a>1</a><b>x</b></row>").text == "1 | x"
