"""The page by keyboard alone: everything that matters is reached, does what it says, and shows where the focus is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched, open_chromium, watch
from page_fakes import FakeFolder

pytestmark = pytest.mark.browser
chromium = pytest.fixture(scope="module")(open_chromium)

WHEN, WHO = "When was the dam built?", "Who built the dam?"
SEEN = """() => { const one = document.activeElement, style = getComputedStyle(one), label = one.closest('label') ?? one;
  return one !== document.body && (style.outlineStyle !== 'none' || style.boxShadow !== 'none'
    || getComputedStyle(label).outlineStyle !== 'none') }"""


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Watched]:
    from ui.app.page import build_app, launch
    from ui.jobs.lazy_assistant import Loading
    from ui.jobs.library import Library
    from ui.server.serving import free_port

    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "dam.md").write_text("# The dam\n\nThe dam was built in 1962 by the Works.\n")
    (articles / "lake.txt").write_text("# The lake\n\nThe lake of 1962 was dry.\n")
    folder = FakeFolder([articles], {WHEN: "1962", WHO: "the Works"})
    assistant = Loading(folder.open)
    library = Library(assistant, folder.rebuild, tmp_path / "home" / "uploads", by_path=True)
    page = build_app(assistant, folder=tmp_path / "home", library=library)
    watched = watch(chromium, launch(page, port=free_port("127.0.0.1", 0)))
    watched.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield watched
    watched.close()
    page.close(verbose=False)


def tab_to(page: Any, selector: str, key: str = "Tab") -> None:
    """Press Tab until the focus is on what a selector names, and see where it is at every step."""
    for _ in range(80):
        page.keyboard.press(key)
        assert page.evaluate(SEEN), page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by {key}")


def ask(page: Any, question: str) -> None:
    page.keyboard.press("/")
    assert page.evaluate(SEEN)
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    page.locator(".pc-turn").filter(has_text=question).locator(".pc-found").wait_for()


def test_all_that_matters_is_done_by_keyboard(opened: Watched, tmp_path: Path) -> None:
    page = opened.page
    ask(page, WHEN)
    tab_to(page, ".pc-source", "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".pc-source[aria-current]").wait_for()
    page.keyboard.press("n")
    page.get_by_text("Source 2 of 2").wait_for()
    tab_to(page, '[name^="copy:"]')
    page.keyboard.press("Enter")
    page.get_by_text("Copied").first.wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()").startswith("“The dam was built in 1962")
    tab_to(page, '[name^="wrong:"]')
    page.keyboard.press("Enter")
    page.locator("#right-words").wait_for()
    page.keyboard.type("the Works")
    tab_to(page, "#form [type=submit]")
    page.keyboard.press("Enter")
    page.get_by_text("Saved for").wait_for()
    tab_to(page, "#new", "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".pc-start").wait_for()
    tab_to(page, ".pc-bar nav button", "Shift+Tab")  # out of every field, where / is no character
    ask(page, WHO)
    tab_to(page, ".pc-chat:not([aria-current])", "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".pc-question").filter(has_text=WHEN).wait_for()
    tab_to(page, "#chats .pc-menu")
    page.keyboard.press("Enter")
    tab_to(page, '#chats [name^="rename:"]')
    page.keyboard.press("Escape")
    assert page.locator(":popover-open").count() == 0 and page.evaluate(SEEN)
    tab_to(page, '[name="view:articles"]', "Shift+Tab")
    with page.expect_response(re.compile("component_server")):  # what it brings takes the place of what has the focus
        page.keyboard.press("Enter")
    (tmp_path / "new.txt").write_text("New.\n")
    tab_to(page, "#files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(tmp_path / "new.txt")
    page.locator("#job").filter(has_text="1 added").wait_for()
