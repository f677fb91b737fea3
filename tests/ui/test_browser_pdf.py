"""A PDF in a real browser, over a real index: its pages as images with boxes, steps between them, and its text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched, open_chromium, watch
from document_fakes import pdf_of
from embedder_fakes import FakeEmbedder
from page_fakes import FakeAssistant

pytestmark = pytest.mark.browser
chromium = pytest.fixture(scope="module")(open_chromium)

COST = "What did the lens cost?"
PAGES = ("The lighthouse stands on Vellmar.", "The lens cost 17,500 guilders.", "The last keeper left in 1969.")
DRAWN = "() => { const page = document.querySelector('#panel .pc-page'); return page?.complete && page.naturalWidth > 800; }"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    from index.builder import build
    from index.store import open_store
    from ui.app.page import build_app, launch
    from ui.server.serving import free_port

    home = tmp_path_factory.mktemp("home")
    file = home / "articles" / "lighthouse.pdf"
    file.parent.mkdir()
    file.write_bytes(pdf_of(*PAGES, title="The Vellmar lighthouse"))
    build([file.parent], home / "index", FakeEmbedder())
    page = build_app(FakeAssistant(open_store(home / "index"), {COST: "17,500 guilders"}), folder=home)
    yield launch(page, port=free_port("127.0.0.1", 0)), file
    page.close(verbose=False)


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["laptop", "phone"])
def opened(request: pytest.FixtureRequest, chromium: Any, site: tuple[str, Path]) -> Iterator[Watched]:
    width, height = request.param
    watched = watch(chromium, site[0], viewport={"width": width, "height": height}, device_scale_factor=2)
    yield watched
    watched.close()


def ask(opened: Watched) -> Any:
    """The page with the cited PDF open."""
    opened.ask(COST)
    if opened.page.viewport_size["width"] < 820:
        opened.page.locator(".pc-source").first.click()
    opened.page.wait_for_function(DRAWN)
    opened.page.get_by_role("button", name="Next page").click()  # the stand-in cites no page
    opened.page.get_by_text("Page 2 of 3").wait_for()
    opened.page.wait_for_function(DRAWN)
    return opened.page


def test_the_cited_page_is_drawn_with_a_box_over_the_quote(opened: Watched) -> None:
    page = ask(opened)
    assert page.get_by_text("Page 2 of 3").is_visible()
    sheet, box = (page.locator(one).first.bounding_box() for one in (".pc-sheet", ".pc-box-quote"))
    assert sheet["height"] > sheet["width"]
    assert 0 < box["height"] < box["width"] < sheet["width"] / 3
    assert sheet["y"] < box["y"] < sheet["y"] + sheet["height"] / 4  # the words stand in the first lines


def test_pages_are_stepped_through_and_the_text_stands_beside_them(opened: Watched) -> None:
    page = ask(opened)
    page.get_by_role("button", name="Next page").click()
    page.get_by_text("Page 3 of 3").wait_for()
    page.wait_for_function(DRAWN)
    assert page.locator(".pc-box-quote").count() == 0
    assert page.get_by_role("button", name="Next page").count() == 0
    page.get_by_role("button", name="Text as indexed").click()
    page.locator("#pc-mark").filter(has_text="17,500 guilders").wait_for()
    page.get_by_role("button", name="As it looks").click()
    page.get_by_text("Page 1 of 3").wait_for()


def test_a_page_that_cannot_be_drawn_is_shown_as_text(opened: Watched) -> None:
    opened.page.route("**/pincite/page/**", lambda route: route.fulfill(status=422, body="no"))
    opened.ask(COST)
    if opened.page.viewport_size["width"] < 820:
        opened.page.wait_for_timeout(500)
        assert not opened.page.locator("#panel").is_visible()  # it opens only when it is asked for
        opened.page.locator(".pc-source").first.click()
    opened.page.get_by_text("This page cannot be drawn, so its text is shown.").wait_for()
    opened.page.locator("#pc-mark").filter(has_text="17,500 guilders").wait_for()
    opened.wrong[:] = [one for one in opened.wrong if "422" not in one]


def test_a_pdf_of_the_library_opens_as_its_pages(opened: Watched) -> None:
    page = opened.page
    page.get_by_role("navigation", name="Pages").get_by_role("button", name="Articles").click()
    page.locator("#articles").get_by_role("button", name="The Vellmar lighthouse").click()
    page.get_by_text("Page 1 of 3").wait_for()
    page.wait_for_function(DRAWN)
    page.get_by_role("button", name="Next page").click()
    page.get_by_text("Page 2 of 3").wait_for()
    page.wait_for_function(DRAWN)
    assert page.locator(".pc-box").count() == 0
    page.get_by_role("button", name="Text as indexed").click()
    page.locator("#panel .pc-text").filter(has_text="The lens cost 17,500 guilders.").wait_for()
