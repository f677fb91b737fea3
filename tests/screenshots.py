"""Pictures of the page over a given index, with the real models: python tests/screenshots.py INDEX [OUT].

Without OUT, those of the docs are made anew; with it, one of every state.
"""

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
from ui.session.lazy_assistant import Loading
from ui.session.library import Library

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
    """A picture of the page after a question ("" for none) and after clicks on what the selectors name."""

    name: str
    question: str
    options: dict[str, Any]
    clicks: tuple[str, ...] = ()
    docs: bool = False


LIGHT, DARK = {**WIDE, "color_scheme": "light"}, {**WIDE, "color_scheme": "dark"}
LIBRARY, MEASURED = '[name="view:articles"]', '[name="view:evaluation"]'
PICTURES = (
    Picture("page-light.png", FOUND, LIGHT, docs=True),
    Picture("page-dark.png", FOUND, DARK, docs=True),
    Picture("page-phone.png", FOUND, PHONE, docs=True),
    Picture("page-library.png", "", LIGHT, (LIBRARY,), docs=True),
    Picture("start.png", "", LIGHT),
    Picture("start-phone.png", "", PHONE),
    Picture("nothing-near.png", MISSING, LIGHT),
    Picture("nothing-near-dark.png", MISSING, DARK),
    Picture("phone-source.png", FOUND, PHONE, (".pc-source",)),
    Picture("phone-library.png", "", PHONE, (LIBRARY,)),
    Picture("phone-side.png", FOUND, PHONE, (".pc-burger",)),
    Picture("menu.png", FOUND, LIGHT, ("#turns .pc-menu summary",)),
    Picture("wrong.png", FOUND, LIGHT, ('[name^="wrong:"]',)),
    Picture("narrowing.png", FOUND, LIGHT, ('[name="narrowing"]',)),
    Picture("document.png", "", LIGHT, (LIBRARY, "#articles .pc-open")),
    Picture("library-dark.png", "", DARK, (LIBRARY,)),
    Picture("error.png", "", LIGHT, (LIBRARY, '#adding button[type="submit"]')),
    Picture("evaluation.png", "", LIGHT, (MEASURED,)),
    Picture("keys.png", FOUND, LIGHT, ('[name="help"]',)),
)
CONFLICT = Picture("conflict.png", DIFFERS, LIGHT)


def main(index: Path, out: Path | None) -> None:
    """Serve the index, ask, and write the pictures; the one of a conflict is of three articles made for it."""
    folder = out or Path("docs")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        path = os.environ.get("PINCITE_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        with served(Assistant.open(index), Path(home) / "bundled") as address:
            for one in PICTURES:
                if one.docs or out is not None:
                    take(browser, address, one, folder)
        if out is not None:
            with served(Assistant.over([disagreeing(Path(home) / "articles")]), Path(home) / "made") as address:
                take(browser, address, CONFLICT, folder)
        browser.close()


@contextmanager
def served(assistant: Assistant, home: Path) -> Iterator[str]:
    """The address of a page over an assistant."""
    loading = Loading(lambda: assistant)
    loading.wait()
    library = Library(loading, _never, home, by_path=True)
    page = build_app(loading, folder=home, library=library)
    yield launch(page, port=free_port("127.0.0.1", 0))
    page.close(verbose=False)


def _never(roots: object, progress: object) -> Any:
    raise ValueError("no picture changes the index")


def disagreeing(folder: Path) -> Path:
    """A folder with articles that disagree."""
    folder.mkdir()
    for name, text in DISAGREEING.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def take(browser: Browser, address: str, one: Picture, out: Path) -> None:
    """One picture, and how long it took from Enter to the highlighted source."""
    context = browser.new_context(**one.options)
    context.set_default_timeout(120_000)  # a busy machine still makes the same picture
    page = context.new_page()
    page.goto(address)
    page.locator(".pc-start").wait_for()
    page.locator("#size").filter(has_text="article").wait_for()
    if one.question:
        page.get_by_label("Your question").fill(one.question)
        began = time.perf_counter()
        page.get_by_label("Your question").press("Enter")
        page.locator("#pc-mark").wait_for(state="attached")
        print(f"{one.name}: {time.perf_counter() - began:.2f} s from Enter to the source")
        page.locator(".pc-turn :is(.pc-found, .pc-missing)").wait_for()
    for selector in one.clicks:
        page.locator(selector).locator("visible=true").first.click()
        page.wait_for_timeout(600)
    page.wait_for_timeout(900)
    page.screenshot(path=out / one.name)
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
