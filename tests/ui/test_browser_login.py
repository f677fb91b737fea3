"""A page that asks for a password, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched, look, open_chromium, view
from page_fakes import FakeAssistant, FakeIndex

pytestmark = pytest.mark.browser
chromium = pytest.fixture(scope="module")(open_chromium)


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Watched]:
    from ui.app.page import build_app, launch
    from ui.server.serving import free_port

    (tmp_path / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")
    page = build_app(FakeAssistant(FakeIndex([tmp_path / "dam.md"]), {}), folder=tmp_path / "home", remark="Just us.")
    watched = look(chromium, launch(page, port=free_port("127.0.0.1", 0), auth=("ana", "right")))
    yield watched
    watched.page.context.close()
    page.close(verbose=False)


def log_in(page: Any, password: str) -> None:
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Login").click()


def test_one_logs_in_and_out_with_buttons(opened: Watched) -> None:
    page = opened.page
    page.get_by_text("After five wrong passwords you wait half a minute for the next try").wait_for()
    log_in(page, "right")
    page.get_by_label("Your question").wait_for()
    view(page, "Articles")
    page.get_by_text("Just us.").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Password").wait_for()
    page.goto(opened.address)
    page.get_by_label("Password").wait_for()


def test_no_link_logs_anybody_out(opened: Watched) -> None:
    page = opened.page
    log_in(page, "right")
    page.get_by_label("Your question").wait_for()
    page.goto(f"{opened.address}logout")
    assert "Log out with the button" in page.content()
    page.goto(opened.address)
    page.get_by_label("Your question").wait_for()
