"""A saved conversation shows hostile words as words: nothing in it runs, nothing is loaded, and it commands no terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import look, open_chromium
from markdown_it import MarkdownIt
from page_fakes import FakeAssistant, FakeIndex

from qa.answers import Answer, Citation, CitedPassage, Milliseconds
from ui.session.export import as_html, as_json, as_markdown
from ui.state.conversations import Chat, ChatStore, ChatTurn

chromium = pytest.fixture(scope="module")(open_chromium)

HOSTILE = (
    "</title></style><script>window.ran=1</script><img src=https://evil.example/a onerror=window.ran=2>"
    "<svg onload=window.ran=3><meta http-equiv=refresh content='0;url=https://evil.example/b'>"
    "<base href=https://evil.example/><link rel=stylesheet href=//evil.example/c> --><!-- ]]> & &lt; &#60;script&#62; "
    "' onmouseover='window.ran=4' \" [a](javascript:window.ran=5) ![b](https://evil.example/d) <https://evil.example/e> "
    "https://evil.example/f www.evil.example/g h@evil.example ${window.ran=6}{{7*7}} `code` ***bold*** ~~gone~~ $x$ | a | b |"
)
LINES = (
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "# heading",
    "===",
    "---",
    "    code",
    "> quote",
    "```",
    "| a | b |",
    "\tcode",
)
CONTROLS = "\x1b]0;mine\x07\x1b[2J\x00\x9b31m\x7f\u202e\ud800"


def said(words: str, text: str) -> ChatTurn:
    """A turn all of whose parts are hostile."""
    passage = CitedPassage(0, len(text), text)
    cited = Citation(f"/a/{words}", words, "0" * 64, 0, 9, text[:9], None, passage, 1.0)
    return ChatTurn(words, state="done", answer=Answer(words, text[:9], 0.9, (cited,), (), Milliseconds(1, 1, 2)))


def hostile() -> Chat:
    everything = HOSTILE + CONTROLS
    failed = ChatTurn(everything, state="failed", problem="\n".join(LINES) + everything)
    return Chat(turns=(said(everything, everything), failed), name=everything)


def commands(text: str) -> list[str]:
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)


def test_markdown_shows_the_words_alone() -> None:
    chat = hostile()
    written = as_markdown(chat)
    written.encode("utf-8")
    assert commands(written) == [] and "\u202e" not in written
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(written)
    assert set(re.findall(r"</?([a-z0-9]+)", shown)) == {"h2", "blockquote", "p", "strong", "ol", "li"}
    assert shown.count("<li>") == 1 and shown.count("<h2>") == 2
    for line in LINES:
        assert line.strip().replace(">", "&gt;") in shown
    for address in ("s://evil", "www.evil", "h@evil"):  # what other programs make a link of by itself
        assert address in shown and address not in written


def test_html_has_no_element_or_attribute_of_theirs_and_json_gives_the_exact_words_back() -> None:
    chat = hostile()
    page = as_html(chat)
    page.encode("utf-8")
    assert commands(page) == []
    tags = {"html", "meta", "title", "style", "h1", "section", "h2", "blockquote", "mark", "ol", "li"}
    assert set(re.findall(r"</?([a-z0-9]+)", page)) == tags
    kept = as_json(chat)
    kept.encode("utf-8")
    assert commands(kept) == [] and "\u202e" not in kept
    assert json.loads(kept)["turns"][0]["question"] == HOSTILE + CONTROLS


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a page with a hostile conversation under the id of ones."""
    from ui.app.page import build_app, launch
    from ui.server.serving import free_port

    store = ChatStore(tmp_path / "home" / "conversations")
    for turn in hostile().turns:
        store.add(Chat("1" * 32), turn)
    (tmp_path / "a.txt").write_text("A dam.")
    page = build_app(FakeAssistant(FakeIndex([tmp_path / "a.txt"]), {}), folder=tmp_path / "home")
    yield launch(page, port=free_port("127.0.0.1", 0))
    page.close(verbose=False)


@pytest.mark.browser
def test_nothing_runs_and_nothing_is_loaded_where_a_saved_file_is_opened(
    site: str, chromium: Any, tmp_path: Path
) -> None:
    for form in ("html", "md", "json"):
        got = httpx.get(f"{site}pincite/conversation/{'1' * 32}.{form}")
        assert got.status_code == 200 and got.headers["content-disposition"].startswith("attachment;")
        assert got.headers["x-content-type-options"] == "nosniff"
        (tmp_path / f"saved.{form}").write_bytes(got.content)
    html = (tmp_path / "saved.html").read_bytes()
    (tmp_path / "bare.html").write_bytes(html.replace(b"Content-Security", b"X"))  # as if its policy went unread
    for name in ("saved.html", "bare.html", "saved.md", "saved.json"):
        opened = look(chromium, f"file://{tmp_path}", f"/{name}")
        opened.page.mouse.move(300, 200)
        opened.page.wait_for_timeout(200)
        assert opened.page.url.endswith(name) and "window.ran=1" in opened.page.content()
        opened.close()
