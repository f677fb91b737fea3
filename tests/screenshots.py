"""Pictures of the page over a given index, with the real models: python tests/screenshots.py INDEX [OUT]."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from qa.assistant import Assistant
from ui.app.page import build_app, launch
from ui.server.serving import free_port

FOUND, MISSING = "How much did Uzbekistan receive in remittances in 2022?", "Who painted the Mona Lisa?"
DIFFERS = "When was the Halden bridge opened?"
WIDE: dict[str, Any] = {"viewport": {"width": 1400, "height": 860}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
DISAGREEING = {
    "bridge-history.md": """# The Halden bridge: a short history

The Halden bridge was opened in 1931 after four years of work. It carries the coast road over the fjord.
""",
    "fjord-guide.md": """# A guide to the Halden fjord

The ferries stopped when the bridge came. The Halden bridge was opened in 1934, and it has no toll.
""",
    "herring.txt": """Herring in the Halden fjord

In a good year the boats of Halden land 4,200 tonnes of herring, most of it in November.
""",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the page after a question: of all of it, or of the part that ``part`` selects."""

    name: str
    question: str
    options: dict[str, Any]
    part: str = ""


PICTURES = (
    Picture("page-light.png", FOUND, {**WIDE, "color_scheme": "light"}),
    Picture("page-dark.png", FOUND, {**WIDE, "color_scheme": "dark"}),
    Picture("page-phone.png", FOUND, PHONE),
    Picture("page-source.png", FOUND, {**WIDE, "color_scheme": "light"}, "#beside"),
    Picture("page-notfound.png", MISSING, {**WIDE, "color_scheme": "light"}),
)
CONFLICT = Picture("page-conflict.png", DIFFERS, {**WIDE, "color_scheme": "light"})


def main(index: Path, out: Path) -> None:
    """Serve the index, ask, and write the pictures; the one of a conflict is of three articles made for it."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        path = os.environ.get("PINCITE_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        with served(Assistant.open(index), Path(home) / "bundled") as address:
            for one in PICTURES:
                take(browser, address, one, out)
        with served(Assistant.over([disagreeing(Path(home) / "articles")]), Path(home) / "made") as address:
            take(browser, address, CONFLICT, out)
        browser.close()


@contextmanager
def served(assistant: Assistant, home: Path) -> Iterator[str]:
    """The address of a page over an assistant."""
    page = build_app(assistant, folder=home)
    yield launch(page, port=free_port("127.0.0.1", 0))
    page.close(verbose=False)


def disagreeing(folder: Path) -> Path:
    """A folder with articles that disagree."""
    folder.mkdir()
    for name, text in DISAGREEING.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def take(browser: Browser, address: str, one: Picture, out: Path) -> None:
    """One picture of one answer, and how long it took from Enter to the highlighted source."""
    context = browser.new_context(**one.options)
    page = context.new_page()
    page.goto(address)
    page.locator(".pc-start").wait_for()
    page.wait_for_timeout(900)  # for the page to have spoken with its server
    page.get_by_label("Your question").fill(one.question)
    began = time.perf_counter()
    page.get_by_label("Your question").press("Enter")
    page.locator("#pc-mark").wait_for()
    took = time.perf_counter() - began
    page.locator(".pc-turn :is(.pc-found, .pc-missing)").wait_for()
    page.wait_for_timeout(900)
    (page.locator(one.part) if one.part else page).screenshot(path=out / one.name)
    print(f"{out / one.name}: {took:.2f} s from Enter to the source")
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "docs"))
