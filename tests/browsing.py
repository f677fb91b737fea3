"""A real browser for the tests of the page: what is looked at is watched, and nothing may go wrong in it or leave it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

HOW = "No Chromium was found: install one with `apt-get install chromium`, or name one in PINCITE_CHROMIUM."
CHROMIUM = os.environ.get("PINCITE_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser"))), ""
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
CUT_OFF = ("AbortError", "Connection errored out", "Failed to fetch")


@dataclass
class Watched:
    """A page of the site at an address, and all that went wrong in it."""

    page: Any
    address: str
    wrong: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        self.page.get_by_label("Your question").fill(question)
        self.page.locator("#ask").click()
        turn = self.page.locator(".pc-turn").filter(has_text=question)
        turn.locator(":is(.pc-found, .pc-missing, .pc-failed)").last.wait_for()

    def go(self, address: str) -> None:
        """Load a page in the place of this one; that leaving cuts a request off is no fault."""
        before = len(self.wrong)
        self.page.goto(address)
        self.wrong[before:] = [one for one in self.wrong[before:] if not any(cut in one for cut in CUT_OFF)]

    def close(self) -> None:
        """Leave the page; nothing ran in it that should not, and nothing went wrong."""
        assert self.page.evaluate("() => window.ran") is None
        assert self.wrong == []
        self.page.context.close()


def open_chromium() -> Iterator[Any]:
    """Make a fixture of this: a Chromium, or why there is none."""
    if not CHROMIUM:
        if os.environ.get("PINCITE_REQUIRE_BROWSER") == "1":
            pytest.fail(HOW)
        pytest.skip(HOW)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def watch(chromium: Any, address: str, path: str = "", **options: Any) -> Watched:
    """A page that has spoken with its server."""
    watched = look(chromium, address, path, **options)
    watched.page.get_by_label("Your question").wait_for()
    watched.page.locator(".pc-start, .pc-turn").first.wait_for()
    return watched


def look(chromium: Any, address: str, path: str = "", **options: Any) -> Watched:
    """A page as it comes."""
    context = chromium.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
    context.set_default_timeout(20_000)
    watched = Watched(context.new_page(), address)
    watched.page.on("pageerror", lambda error: watched.wrong.append(f"page error: {error}"))
    watched.page.on("console", lambda said: said.type == "error" and watched.wrong.append(f"console: {said.text}"))
    watched.page.on("dialog", lambda dialog: watched.wrong.append(f"dialog: {dialog.message}"))
    watched.page.on("request", lambda sent: _own(sent.url, address) or watched.wrong.append(f"request to {sent.url}"))
    watched.page.goto(address + path)
    return watched


def view(page: Any, name: str) -> None:
    """Go to one of the three views."""
    page.get_by_role("navigation", name="Pages").get_by_role("button", name=name).click()


def _own(url: str, address: str) -> bool:
    return url.startswith((address, "data:", "blob:"))
