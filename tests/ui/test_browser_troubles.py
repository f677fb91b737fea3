"""From nothing to a cited answer, and all that can go wrong on the way, in a real browser over a real index."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched, open_chromium, view, watch
from document_fakes import pdf_of
from opener_fakes import WHEN, FakeOpener

pytestmark = pytest.mark.browser
chromium = pytest.fixture(scope="module")(open_chromium)


@dataclass
class Site:
    address: str
    home: Path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    from ui.app.page import build_app, launch
    from ui.jobs.lazy_assistant import Loading
    from ui.jobs.library import Library
    from ui.server.serving import Models, follow, free_port

    opener, stop = FakeOpener(tmp_path / "index", Models()), threading.Event()
    assistant = Loading(opener.open)
    library = Library(assistant, opener.rebuild, tmp_path / "uploads", by_path=True)
    page = build_app(assistant, folder=tmp_path, library=library)
    following = threading.Thread(target=follow, args=(opener, assistant), kwargs={"every": 0.2, "stop": stop})
    following.start()
    yield Site(launch(page, port=free_port("127.0.0.1", 0)), tmp_path)
    stop.set()
    following.join(10)
    page.close(verbose=False)


@pytest.fixture
def opened(chromium: Any, site: Site) -> Iterator[Watched]:
    watched = watch(chromium, site.address)
    yield watched
    watched.close()


def begin(opened: Watched, site: Site) -> None:
    """Choose a PDF of one's own on the empty page, and wait until it is indexed."""
    (site.home / "my dam (final).pdf").write_bytes(pdf_of("A title.", "The dam was built in 1962.", title="The dam"))
    opened.page.locator(".pc-start input[type=file]").set_input_files(site.home / "my dam (final).pdf")
    opened.page.locator("#job").filter(has_text="1 added").wait_for()
    view(opened.page, "Ask")


def test_ones_own_pdf_is_cited_without_reading_anything(opened: Watched, site: Site) -> None:
    page = opened.page
    assert page.get_by_text("Drop articles here").and_(page.locator(":visible")).count() == 1
    assert not page.get_by_role("button", name="Ask only some articles").is_visible()
    begin(opened, site)
    opened.ask(WHEN)
    assert page.locator(".pc-answer").inner_text() == "1962"
    assert "my dam (final).pdf" in page.locator("#panel .pc-head").inner_text()
    page.wait_for_function("() => document.querySelector('#panel .pc-page')?.naturalWidth > 800")
    assert page.get_by_text("Page 2 of 2").is_visible() and page.locator(".pc-box-quote").count() == 1


def test_twenty_five_files_five_of_them_bad_are_dropped_anywhere(opened: Watched, site: Site) -> None:
    page = opened.page
    bad = {"scan.pdf": "%PDF-1.7", "letter.docx": "PK", "empty.txt": "", "photos.zip": "PK...", "sound.mp3": "ID3"}
    files = {f"<b>{number} ${{1}}.txt": f"Meeting {number}." for number in range(20)} | bad
    dropped = page.evaluate_handle(
        "(files) => Object.entries(files).reduce((all, [name, words]) => (all.items.add(new File([words], name)), all),"
        " new DataTransfer())",
        files,
    )
    page.dispatch_event(".pc-app", "drop", {"dataTransfer": dropped})
    page.locator("#job").filter(has_text="20 articles: 20 added, 5 not readable.").wait_for(timeout=60_000)
    results = page.locator("#job li").all_text_contents()
    assert {one.partition(" was ")[0] for one in results[:5]} == set(bad) and len(results) == 25
    page.locator("#problems summary").click()
    page.locator("#problems li").filter(has_text="sound.mp3").get_by_role("button", name="Remove").click()
    page.locator("#problems li").filter(has_text="sound.mp3").get_by_role("button", name="Put back").wait_for()
    assert page.locator("#problems li").filter(has_text="empty.txt").is_visible()  # what was open stays open


def test_damage_is_said_while_the_page_is_open_and_mended_by_its_button(opened: Watched, site: Site) -> None:
    begin(opened, site)
    opened.page.wait_for_timeout(500)  # it has been checked
    path = site.home / "index" / "gen-00000001" / "texts.utf8"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-3] + b"?!\n")
    opened.page.locator("#banner").filter(has_text="damaged").wait_for()
    opened.page.get_by_role("button", name="Index the articles again").click()
    opened.page.locator("#banner:empty").wait_for(state="attached")
    opened.ask(WHEN)
    assert opened.page.locator(".pc-answer").inner_text() == "1962"


def test_a_server_that_is_gone_keeps_the_question_and_is_found_again(opened: Watched, site: Site) -> None:
    begin(opened, site)
    page = opened.page
    page.route("**/component_server/**", lambda route: route.abort())
    page.locator(".pc-offline").wait_for()
    assert page.locator("#banner").is_visible()
    page.get_by_label("Your question").fill(WHEN)
    page.get_by_label("Your question").press("Enter")
    page.wait_for_function("(words) => document.getElementById('question').value === words", arg=WHEN)
    assert page.locator(".pc-turn").count() == 0
    page.unroute("**/component_server/**")
    page.locator(".pc-app:not(.pc-offline)").wait_for()
    opened.ask(WHEN)
    assert page.locator(".pc-answer").inner_text() == "1962"
    opened.wrong[:] = [one for one in opened.wrong if "ERR_FAILED" not in one]


def test_a_damaged_conversation_is_said_and_nothing_else_is_lost(opened: Watched, site: Site) -> None:
    begin(opened, site)
    page = opened.page
    opened.ask(WHEN)
    page.get_by_role("button", name="New conversation").click()
    page.locator(".pc-start").wait_for()
    opened.ask("When was the dam built again?")
    first = min((site.home / "conversations").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    first.write_bytes(first.read_bytes() + b'{"turn": {"id": \xff\n')
    page.evaluate("() => localStorage.clear()")
    opened.go(site.address)
    page.locator("#chats .pc-chat").nth(1).wait_for()
    page.locator("#chats .pc-chat").filter(has_text="partly unreadable").click()
    page.get_by_text("1 line of this conversation's file could not be read. The rest is below.").wait_for()
    assert page.locator(".pc-question").inner_text() == WHEN


def test_a_long_text_is_turned_in_parts(opened: Watched, site: Site) -> None:
    page = opened.page
    filling = "Nothing is said here. " * 6000
    (site.home / "long.txt").write_text(f"{filling}\n\nThe dam was built in 1962.\n\n{filling}")
    page.locator(".pc-start input[type=file]").set_input_files(site.home / "long.txt")
    page.locator("#job").filter(has_text="1 added").wait_for()
    view(page, "Ask")
    opened.ask(WHEN)
    page.get_by_text("Part 3 of 6").wait_for()
    assert page.locator("#pc-mark").inner_text() == "1962"
    page.get_by_role("button", name="Next part").click()
    page.get_by_text("Part 4 of 6").wait_for()
    assert page.locator("#pc-mark").count() == 0
    assert len(page.locator("#panel").inner_html()) < 70_000
