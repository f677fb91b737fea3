"""Pictures of the page over a given index, with the real models: python tests/screenshots.py INDEX [OUT]."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from qa.assistant import Assistant
from ui.app import build_app, launch
from ui.serving import free_port

FOUND, MISSING = "How much did Uzbekistan receive in remittances in 2022?", "Who painted the Mona Lisa?"
WIDE: dict[str, Any] = {"viewport": {"width": 1400, "height": 860}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "page-light.png": (FOUND, {**WIDE, "color_scheme": "light"}),
    "page-dark.png": (FOUND, {**WIDE, "color_scheme": "dark"}),
    "page-phone.png": (FOUND, PHONE),
    "page-notfound.png": (MISSING, {**WIDE, "color_scheme": "light"}),
}


def main(index: Path, out: Path) -> None:
    """Serve the index, ask, and write the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        page = build_app(Assistant.open(index), folder=Path(home))
        address = launch(page, port=free_port("127.0.0.1", 0))
        path = os.environ.get("PINCITE_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, (question, options) in PICTURES.items():
            picture(browser, address, question, options, out / name)
            print(out / name)
        browser.close()
        page.close(verbose=False)


def picture(browser: Browser, address: str, question: str, options: dict[str, Any], path: Path) -> None:
    """One picture of one answer."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(address)
    page.locator(".pc-suggestion").first.wait_for()
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".pc-turn :is(.pc-found, .pc-missing)").wait_for()
    page.wait_for_timeout(900)
    page.screenshot(path=path)
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "docs"))
