"""Pictures of every state of the page, light, dark and on a phone, with the real models:
``PYTHONPATH=.:tests/fakes python tests/screenshots.py OUT [STATE]...``.

Those that the docs show are written as WebP to docs/ if OUT is docs.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from browsing import ARGUMENTS, CHROMIUM
from document_fakes import docx_of
from fpdf import FPDF
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from index.builder import build
from index.encoder.embedder import SentenceEmbedder
from qa.cli import CORPUS
from ui.app.page import build_app, launch
from ui.jobs.lazy_assistant import Loading
from ui.jobs.library import Library
from ui.server.serving import Models, Opener, free_port

WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {**WIDE, "color_scheme": "light"},
    "dark": {**WIDE, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True},
}
DOCS = {
    ("answer", "light"): "page-light.webp",
    ("pdf", "dark"): "page-dark.webp",
    ("library", "light"): "page-library.webp",
    ("answer", "phone"): "page-phone.webp",
}
ARTICLES = {
    "bridge-history.md": """# The Halden bridge: a short history

The Halden bridge was opened in 1931 after four years of work. It carries the coast road over the fjord.
""",
    "fjord-guide.md": """# A guide to the Halden fjord

The ferries stopped when the bridge came. The Halden bridge was opened in 1934, and it has no toll.

## The ferries

| Ferry | Built | Passengers |
|---|---|---|
| Alma | 1931 | 220 |
| Berit | 1948 | 310 |
| Clara | 1962 | 480 |

The **Clara** was sold to Tallinn in 1991.
""",
    "herring.txt": """Herring in the Halden fjord

In a good year the boats of Halden land 4,200 tonnes of herring, most of it in November.
""",
}
LIGHTHOUSE = {
    "The Vellmar lighthouse": "This report tells how the lighthouse on Vellmar was built, what it cost and who kept it.",
    "The building": (
        "The lighthouse was designed by the architect Tove Lindqvist and finished in 1897. It stands 41 metres high. The "
        "lens was ground in Rotterdam and cost 17,500 guilders, a third of all that the island spent in that year."
    ),
    "The last keeper": "The last keeper, Emil Strand, left on 14 October 1969, when the light was made automatic.",
}
GLASSWORKS = (
    ("The glassworks of Ostra", 1),
    ("The glassworks of Ostra were founded by Helmi Rautio in 1852. They made window panes for the railway.", 0),
    ("The fire", 2),
    ("A fire took the furnace in 1903, and the works were never opened again.", 0),
)
FILLING = (
    "The lamp room was whitewashed each spring, and the keepers wrote down the weather every four hours in a ledger that "
    "the harbour office collected at the end of each month. Supplies came by boat in summer and over the ice in winter; "
    "flour, oil and paper were the heaviest of them."
)
ASK, LIBRARY, MEASURED = '[name="view:ask"]', '[name="view:articles"]', '[name="view:evaluation"]'


@dataclass
class Site:
    """A page over an index, whose indexing and evaluating can be held while a picture is taken."""

    address: str
    gate: threading.Event
    files: list[Path]


@dataclass(frozen=True, slots=True)
class State:
    """A state of the page: over which articles, after which question ("": none), and after what is done then."""

    name: str
    site: str
    question: str = ""
    then: Callable[[Page, Site], None] = lambda page, site: None


def clicks(*selectors: str) -> Callable[[Page, Site], None]:
    """Click one after the other."""

    def then(page: Page, site: Site) -> None:
        for selector in selectors:
            page.locator(selector).locator("visible=true").first.click()
            page.wait_for_timeout(500)

    return then


def named(page: Page, site: Site) -> None:
    """Name a folder that is not there."""
    clicks(LIBRARY)(page, site)
    page.locator("#adding #folder").fill("/home/ana/artcles")
    clicks('#adding button[type="submit"]')(page, site)


def upload(page: Page, site: Site) -> None:
    """Begin to index twenty-five files, five of them bad, and stop in their midst."""
    site.gate.clear()
    clicks(LIBRARY)(page, site)
    page.locator("#files").set_input_files(site.files)
    page.locator("#job progress").filter(visible=True).wait_for()
    page.locator("#job").filter(has_text=" of ").and_(page.locator("#job:not(:has-text('Uploading'))")).wait_for()


def uploaded(page: Page, site: Site) -> None:
    """The same, until it is done."""
    upload(page, site)
    site.gate.set()
    page.locator("#job").filter(has_text="Done").wait_for()


def problems(page: Page, site: Site) -> None:
    """What is not in the index, unfolded."""
    uploaded(page, site)
    clicks("#problems summary")(page, site)
    page.locator("#problems").scroll_into_view_if_needed()


def evaluation(page: Page, site: Site) -> None:
    """One evaluation is done, another runs."""
    clicks(MEASURED)(page, site)
    for open_gate, wait in ((True, "#evaluation .pc-rows"), (False, "#measuring progress")):
        site.gate.set() if open_gate else site.gate.clear()
        clicks('[name="measure-bundled"]')(page, site)
        page.locator(wait).wait_for()


def source(page: Page, site: Site) -> None:
    """The source of the answer, which a phone opens on request."""
    if page.viewport_size and page.viewport_size["width"] < 820:
        clicks(".pc-source")(page, site)
    page.wait_for_function("() => [...document.querySelectorAll('#panel img')].every((one) => one.complete)")


STATES = (
    State("empty", "none"),
    State("start", "bundled", then=lambda page, site: page.locator(".pc-suggestion").nth(3).wait_for()),
    State("answer", "bundled", "How much did Uzbekistan receive in remittances in 2022?"),
    State("source", "bundled", "How much did Uzbekistan receive in remittances in 2022?", source),
    State("passage", "bundled", "Why is Kazakhstan keen on Eurasian integration?"),
    State("list", "bundled", "Which countries take part in TAPI?"),
    State("parts", "bundled", "Who is the president of Iran and when was Tokayev inaugurated?"),
    State("nothing-near", "bundled", "Who painted the Mona Lisa?"),
    State("notice", "bundled", "What can you do?"),
    State("menu", "bundled", "What is TAPI?", clicks("#turns .pc-menu")),
    State("wrong", "bundled", "What is TAPI?", clicks('[name^="wrong:"]')),
    State("narrowing", "bundled", "", clicks('[name="narrowing"]')),
    State("conversations", "bundled", "What is TAPI?", clicks(".pc-burger, #seek-chats")),
    State("keys", "bundled", "", lambda page, site: page.evaluate("() => document.getElementById('keys').showPopover()")),
    State("library", "bundled", "", clicks(LIBRARY)),
    State("document", "bundled", "", clicks(LIBRARY, "#articles .pc-open")),
    State("evaluation", "bundled", "", evaluation),
    State("conflict", "made", "When was the Halden bridge opened?"),
    State("pdf", "made", "How much did the lens of the lighthouse cost?", source),
    State("docx", "made", "Who founded the glassworks of Ostra?", source),
    State("table", "made", "When was the ferry Clara built?", source),
    State("error", "made", "", named),
    State("adding", "made", "", upload),
    State("problems", "made", "", problems),
)  # fmt: skip


def main(out: Path, wanted: list[str]) -> None:
    """Serve the articles, and take a picture of each state in each look."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for site in ("none", "bundled", "made"):
            for look in LOOKS:
                states = [one for one in STATES if one.site == site and (one.name in wanted or not wanted)]
                if out.name == "docs":
                    states = [one for one in states if (one.name, look) in DOCS]
                if states:
                    with served(site, Path(folder) / f"{site}-{look}") as served_site:
                        for one in states:
                            take(browser, served_site, one, look, out)
        browser.close()


def take(browser: Browser, site: Site, one: State, look: str, out: Path) -> None:
    """One picture."""
    context = browser.new_context(**LOOKS[look])
    context.set_default_timeout(120_000)  # a busy machine still makes the same picture
    page = context.new_page()
    page.goto(site.address)
    page.locator(".pc-start").wait_for()
    page.locator("#size").filter(has_text="article").wait_for()
    if one.question:
        page.get_by_label("Your question").fill(one.question)
        page.get_by_label("Your question").press("Enter")
        page.locator(".pc-turn :is(.pc-found, .pc-missing, .pc-own, .pc-failed)").wait_for()
    one.then(page, site)
    page.wait_for_timeout(900)
    shot = Image.open(BytesIO(page.screenshot()))
    name = DOCS[one.name, look] if out.name == "docs" else f"{one.name}-{look}.png"
    shot.convert("RGB").save(out / name, quality=80, method=6)
    site.gate.set()
    context.close()
    print(out / name, flush=True)


@contextmanager
def served(name: str, home: Path) -> Iterator[Site]:
    """A page over the bundled articles, over those made here, or over none."""
    articles = CORPUS if name == "bundled" else made(home / "articles")
    if name != "none":
        build([articles], home / "index", SentenceEmbedder.open())
    opener, gate = Opener(home / "index", Models()), threading.Event()
    gate.set()

    def rebuild(roots: Any, progress: Callable[[int, int, str], None]) -> Any:
        def step(done: int, total: int, name: str) -> None:
            progress(done, total, name)
            if done == total // 2:
                gate.wait(60)

        return opener.rebuild(roots, step)

    def evaluate(file: Path | None, asked: Any, report: Path, progress: Callable[[int, int], None]) -> str:
        progress(212, 467)
        gate.wait(60)
        report.write_text("Measured.")
        return "the bundled questions: 404 of 467 right, 19 of 210 unanswerable ones answered."

    loading = Loading(opener.open)
    library = Library(loading, rebuild, home / "uploads", by_path=True, samples=CORPUS)
    page = build_app(loading, folder=home, library=library)
    page.measuring.evaluate = evaluate
    yield Site(launch(page, port=free_port("127.0.0.1", 0)), gate, uploads(home / "uploads to make"))
    page.close(verbose=False)


def made(folder: Path) -> Path:
    """A folder of a few articles of different types."""
    folder.mkdir(parents=True)
    for name, words in ARTICLES.items():
        (folder / name).write_text(words, encoding="utf-8")
    pdf = FPDF()
    for head, words in LIGHTHOUSE.items():
        pdf.add_page()
        for font, size, said in (("B", 18, head), ("", 11, words), ("", 11, FILLING), ("", 11, FILLING)):
            pdf.set_font("times", font, size)
            pdf.multi_cell(0, size / 1.8, said, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(4)
    pdf.set_title("The Vellmar lighthouse")
    pdf.set_creation_date(datetime(2024, 5, 14, tzinfo=UTC))
    pdf.output(str(folder / "lighthouse-report.pdf"))
    (folder / "glassworks.docx").write_bytes(docx_of(*GLASSWORKS))
    return folder


def uploads(folder: Path) -> list[Path]:
    """Twenty-five files, five of which cannot be read."""
    folder.mkdir(parents=True)
    for number in range(1, 21):
        (folder / f"Minutes of the harbour board {number:02}.txt").write_text(
            f"Meeting {number} of the board lasted {number + 40} minutes.\n"
        )
    bad = {
        "scan & <b>.pdf": b"%PDF-1.7\n\x00",
        "letter.docx": b"PK\x03\x04",
        "empty.txt": b"",
        "photos.zip": b"PK",
        "sound.mp3": b"ID3",
    }
    for name, data in bad.items():
        (folder / name).write_bytes(data)
    return sorted(folder.iterdir())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
