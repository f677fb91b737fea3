"""Notebooks, reStructuredText, subtitles, and plain text in other encodings."""

from __future__ import annotations

import codecs
import json

import pytest
from content_fakes import headings

from index.blocks import Omission
from index.loaders.markdown import load_markdown
from index.loaders.notebook import load_notebook
from index.loaders.progress import listen
from index.loaders.restructured import LINES_TOGETHER, load_rst
from index.loaders.subtitles import load_subtitles
from index.loaders.text import UnreadableContent, load_text

GERMAN = "Der Präsident übergab die Schlüssel für das große Gebäude – „endlich“, erklärte er. "
RST = """
Top
===

:Author: Ana
:Date: 2023-11-08

Intro with |sub| and a `link <http://a.org>`_ [1]_ to :class:`Thing <m.Thing>`.

.. |sub| replace:: replaced words

Part
----

- one

  more of it
- two

.. csv-table:: Ports
   :header: "Name","Opened"

   Velmora,1931

.. [1] A footnote.

.. image:: x.png
   :alt: A tower

.. include:: /etc/passwd

.. raw:: html

   <b>raw</b>

.. versionadded:: 2.0

   Words of a directive.
"""


def test_rst_is_read_without_mark_up_and_without_other_files() -> None:
    content = load_rst(RST.encode())
    assert content.text.split("\n\n") == [
        "Top", "Intro with replaced words and a link [1] to Thing.", "Part", "one\nmore of it\ntwo", "Ports",
        "Name | Opened\nVelmora | 1931", "A footnote.", "A tower", ".. versionadded:: 2.0", "   Words of a directive.",
    ]  # fmt: skip
    assert headings(content) == [("Top", 1), ("Part", 2)]
    assert (content.title, content.authors, content.date) == ("Top", ("Ana",), "2023-11-08")
    assert content.omitted == (Omission("inclusions", 2),)


def test_a_long_rst_says_that_its_reading_goes_on() -> None:
    heard: list[None] = []
    listen(lambda: heard.append(None))
    load_rst(b"Top\n===\n\n" + b"- one\n\n  more\n\n" * (LINES_TOGETHER // 2))
    assert len(heard) == 2
    load_rst(b"Short.\n")
    assert len(heard) == 2


def test_a_notebook_is_its_texts_its_code_and_what_that_printed() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Top\n", "Text."]},
        {"cell_type": "code", "source": "1 + 1", "outputs": [{"data": {"text/plain": ["2"], "image/png": "x"}}]},
        {"cell_type": "code", "source": "print()", "outputs": [{"output_type": "stream", "text": ["printed\n"]}]},
        {"cell_type": "raw", "source": "As it stands."},
    ]
    content = load_notebook(json.dumps({"cells": cells, "metadata": {"authors": [{"name": "Ana"}]}}).encode())
    assert content.text == "# Top\nText.\n\n1 + 1\n\n2\n\nprint()\n\nprinted\n\nAs it stands."
    assert (content.title, content.authors, content.omitted) == ("Top", ("Ana",), (Omission("pictures", 1),))
    for data in (b"no", b"[]", b'{"a": 1}', b'"cells"'):
        with pytest.raises(UnreadableContent, match="damaged: it is not a Jupyter notebook"):
            load_notebook(data)


def test_subtitles_are_what_is_said_and_a_pause_ends_a_paragraph() -> None:
    vtt = (
        "WEBVTT\r\n\r\nNOTE not this\r\n\r\nid\r\n00:01.000 --> 00:02.000 align:start\r\n<v Ana>Hello <i>there</i>.\r\n\r\n"
        "00:02.100 --> 00:03.000\r\nHow are &amp; so on,\r\nyou?\r\n\r\n00:00:09,000 --> 00:00:10,000\r\nyou?\r\n{\\an8}Later.\r\n"
    )
    assert load_subtitles(vtt.encode()).text == "Ana: Hello there.\nHow are & so on,\nyou?\n\nyou?\nLater."
    rolled = "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:02,000 --> 00:00:03,000\none\ntwo\n"
    assert load_subtitles(rolled.encode()).text == "one\ntwo"
    with pytest.raises(UnreadableContent, match="damaged: it holds no subtitles"):
        load_subtitles(b"Just text.")


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (GERMAN, "cp1252", "windows-1252"),
        ("Die Fähre kostet zwölf Kronen, die Bäume sind grün. ", "cp1252", "windows-1252"),
        ("Президент передал ключи от большого здания и сказал несколько слов. ", "cp1251", "windows-1251"),
        ("Президент передал ключи от большого здания и сказал несколько слов. ", "koi8-r", "koi8-r"),
    ],
)
def test_text_in_another_encoding_is_read_and_its_name_said(text: str, encoding: str, name: str) -> None:
    for times in (1, 5, 50):
        content = load_text((text * times).encode(encoding))
        assert (content.text, content.warnings) == (text * times, (f"read as {name}, as it is not UTF-8",))


@pytest.mark.parametrize(("mark", "encoding"), [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF32_LE, "utf-32-le")])
def test_a_byte_order_mark_names_the_encoding(mark: bytes, encoding: str) -> None:
    content = load_text(mark + GERMAN.encode(encoding))
    assert (content.text, content.warnings) == (GERMAN, (f"read as {encoding[:6]}, as it is not UTF-8",))


def test_damaged_utf8_stays_utf8_and_what_is_damaged_is_counted() -> None:
    content = load_text(GERMAN.encode() + b"\xff.")
    assert (content.text, content.warnings) == (
        GERMAN + "\ufffd.",
        ("1 of its characters are damaged, and shown as \ufffd",),
    )


def test_front_matter_may_be_toml() -> None:
    head = '+++\r\ntitle = "Fog"\r\ndate = 2023-12-30T10:00:00Z\r\nauthors = ["Ana", "Bo"]\r\n+++\r\n'
    content = load_markdown(f"{head}Text.\r\n".encode())
    assert (content.title, content.date, content.authors) == ("Fog", "2023-12-30T10:00:00+00:00", ("Ana", "Bo"))
    assert content.text[content.body :] == "Text.\r\n"
    broken = load_markdown(b"+++\ntitle = \n+++\nText.\n")
    assert (broken.title, broken.warnings) == (None, ("its front matter is not valid TOML and was left out",))
    assert load_markdown(b"+++\n\nNo front matter.\n").body == 0
