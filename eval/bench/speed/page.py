"""How long do you wait in the browser, and what is sent?

    python eval/bench/speed/page.py [--turns 200] [--documents 10000] [--write] [--json bench-page.json]

Drives the chat page in a Chromium (PINCITE_CHROMIUM, default: the first on the path) over the bundled articles, and then
over as many notes beside a PDF of 300 pages. ``--write`` puts the table into docs/performance.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from fpdf import FPDF
from playwright.sync_api import Page, sync_playwright

from eval.bench.machine import machine
from eval.bench.results import command_line, console, print_table, write_json
from eval.bench.served import PINCITE, environment, serving
from eval.corpus_run import CORPUS, QUESTIONS
from eval.datasets.examples import load
from index.encoder.cpu import cores

PAGES, LEAVES, SEARCHES = 300, 12, 8
DOC = Path("docs/performance.md")
ASKED = "How much did the pump of shaft 150 cost?"
# Times in the browser itself, from the key to the answer in the page, and how far things move by themselves: the cumulative
# layout shift as web.dev defines it, the largest sum of shifts less than a second apart within five seconds.
WATCH = """
window.moved = 0;
let sum = 0, first = -Infinity, last = -Infinity;
new PerformanceObserver((list) => list.getEntries().filter((one) => !one.hadRecentInput).forEach((one) => {
  const goesOn = one.startTime - last < 1000 && one.startTime - first < 5000;
  sum = goesOn ? sum + one.value : one.value;
  first = goesOn ? first : one.startTime;
  last = one.startTime;
  window.moved = Math.max(window.moved, sum);
})).observe({ type: "layout-shift", buffered: true });
addEventListener("keydown", (event) => event.key === "Enter" && (window.began = performance.now()), true);
addEventListener("click", () => (window.began = performance.now()), true);
"""
ANSWERED = (
    "(many) => document.querySelectorAll('#turns .pc-turn').length === many && !document.querySelector('.pc-reading')"
)
DRAWN = """(number) => { const image = document.querySelector('#panel .pc-page');
  return image?.complete && image.naturalWidth && image.src.endsWith(`/${number}`) && performance.now() - window.began; }"""


@dataclass
class Watched:
    """A page, the bytes that it has received, and what went wrong in it or left this machine."""

    page: Page
    received: int = 0
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def watch(self, address: str) -> None:
        """Note errors, and requests to other addresses than the page's own."""
        self.page.on("console", lambda said: self._error(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self._error(str(error)))
        self.page.on("request", lambda sent: self._request(sent.url, address))

    def _error(self, text: str) -> None:
        self.errors.append(text)

    def _request(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.foreign.append(url)

    def view(self, name: str) -> None:
        """Go to one of the three pages."""
        self.page.click(f'[name="view:{name}"]')


def main() -> None:
    """Measure, print a table, write JSON, and the table of the docs if that is wished."""
    parser = command_line(__doc__, "bench-page.json", "reader", turns=200, documents=10_000)
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOC}")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="pincite-") as home:
        environ = environment(home, options.reader)
        with opened([CORPUS], Path(home) / "bundled", environ) as watched:
            figures |= conversation(watched, options.turns) | faults(watched)
        large = write_library(Path(home) / "articles", options.documents)
        with opened([large], Path(home) / "large", environ) as watched:
            figures |= pdf(watched) | library(watched, options.documents)
    on = machine(cores())
    print_table(
        "The page", ("what", "figure"), [(name, f"{value:.3g}") for name, value in figures.items()], left=("what",)
    )
    write_json(options.json, {"machine": on, "figures": figures})
    if options.write:
        write_doc(figures, f"{on['cores']} cores of an {on['processor']}, load {on['load']}")


@contextmanager
def opened(articles: list[Path], index: Path, environ: dict[str, str]) -> Iterator[Watched]:
    """A Chromium at a page over articles, which are indexed first."""
    subprocess.run([PINCITE, "index", *map(str, articles), "--index", str(index)], env=environ, check=True)
    with (
        serving([PINCITE, "chat", "--index", str(index), "--port", "0"], environ) as address,
        sync_playwright() as chromium,
    ):
        path = os.environ.get("PINCITE_CHROMIUM") or shutil.which("chromium")
        browser = chromium.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        watched = Watched(page)
        page.add_init_script(WATCH)
        watched.watch(address)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda done: _count(watched, done))
        page.goto(address)
        page.locator("#size").filter(has_text="article").wait_for()
        page.locator(".pc-start").wait_for()
        yield watched
        browser.close()


def _count(watched: Watched, done: dict[str, Any]) -> None:
    watched.received += int(done["encodedDataLength"])


def conversation(watched: Watched, turns: int) -> dict[str, float]:
    """One conversation of so many gold questions: seconds from Enter to the highlighted source, and bytes per answer."""
    page, seconds, received = watched.page, [], []
    questions = [one.question for one in load(QUESTIONS).questions]
    for number in range(turns):
        before = watched.received
        page.fill("#question", questions[number % len(questions)])
        page.press("#question", "Enter")
        took = page.wait_for_function(
            f"(many) => ({ANSWERED})(many) && performance.now() - window.began", arg=number + 1
        )
        if page.locator(".pc-turn").last.locator(".pc-found").count():
            seconds.append(took.json_value() / 1000)
            received.append(watched.received - before)
    seconds.sort()
    last = received[-20:]
    return {
        "Enter to the highlighted source, median s": median(seconds),
        "Enter to the highlighted source, 95th percentile s": seconds[int(0.95 * len(seconds))],
        f"received for an answer at the end of {turns} turns, median kB": median(last) / 1000,
        f"received for an answer at the end of {turns} turns, most kB": max(last) / 1000,
        "cumulative layout shift in that conversation": page.evaluate("() => window.moved"),
    }


def faults(watched: Watched) -> dict[str, float]:
    """What axe-core finds on the three pages, light and dark, and what went wrong or left this machine."""
    page, found = watched.page, 0
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name in ("ask", "articles", "evaluation"):
            watched.view(name)
            page.wait_for_timeout(400)
            found += len(Axe().run(page).response["violations"])
    return {
        "violations that axe-core finds": found,
        "errors in the console": len(watched.errors),
        "requests to other machines": len(watched.foreign),
    }


def pdf(watched: Watched) -> dict[str, float]:
    """Seconds from a click to a page of the PDF, drawn with its boxes."""
    page = watched.page
    page.fill("#question", ASKED)
    page.press("#question", "Enter")
    page.wait_for_function(ANSWERED, arg=1)
    page.wait_for_function(DRAWN, arg=150)
    assert page.locator(".pc-box-quote").count(), "the quote has no box on page 150"
    seconds = []
    for number in range(151, 151 + LEAVES):
        page.get_by_role("button", name="Next page").click()
        seconds.append(page.wait_for_function(DRAWN, arg=number).json_value() / 1000)
    return {f"click to a page of a PDF of {PAGES}, median s": median(seconds)}


def library(watched: Watched, documents: int) -> dict[str, float]:
    """Seconds until the library is open, and until a search has found."""
    page = watched.page
    opening = []
    for _ in range(3):
        page.reload()
        page.locator(".pc-turn").wait_for()
        opening.append(_timed(lambda: watched.view("articles"), lambda: _rows(page, 100)))
        watched.view("ask")
    watched.view("articles")
    searching = []
    for number in range(SEARCHES):
        page.fill("#seek", "")
        _rows(page, 100)
        words = f"note {documents - 1 - number:05}"
        searching.append(_timed(lambda words=words: page.fill("#seek", words), lambda: _rows(page, 1)))  # type: ignore[misc]
    return {
        f"{documents:,} documents: the library opens, median s": median(opening),
        f"{documents:,} documents: a search, median s": median(searching),
    }


def _rows(page: Page, many: int) -> None:
    page.wait_for_function("(many) => document.querySelectorAll('#articles tbody tr').length === many", arg=many)


def _timed(begin: Callable[[], object], end: Callable[[], object]) -> float:
    began = time.perf_counter()
    begin()
    end()
    return time.perf_counter() - began


def write_library(folder: Path, documents: int) -> Path:
    """So many notes, and a PDF of a page for each of 300 shafts."""
    folder.mkdir(parents=True)
    for number in range(documents):
        (folder / f"note-{number:05}.txt").write_text(f"Note {number:05}\n\nIn year {number} the ledger closed.\n")
    paper = FPDF()
    paper.set_font("helvetica", size=11)
    for number in range(1, PAGES + 1):
        paper.add_page()
        said = f"Shaft {number}. The pump of shaft {number} cost {number * 37:,} guilders. "
        paper.multi_cell(0, 6, said + "The water was lifted day and night, and the miners kept a book of it. " * 30)
    paper.output(str(folder / "shafts.pdf"))
    return folder


def write_doc(figures: dict[str, float], on: str) -> None:
    """Put the table into the docs, in the place of the one before."""
    rows = "\n".join(f"| {name} | {value:.3g} |" for name, value in figures.items())
    head = f"## The page\n\n`python eval/bench/speed/page.py --write` ({on})."
    section = f"{head}\n\n| what is measured | figure |\n|---|---|\n{rows}\n\n"
    words = re.sub(r"## The page\n.*?(?=^## )", "", DOC.read_text(encoding="utf-8"), flags=re.M | re.S)
    DOC.write_text(words.replace("## Size\n", f"{section}## Size\n", 1), encoding="utf-8")
    console.print(f"written to {DOC}", style="dim")


if __name__ == "__main__":
    main()
