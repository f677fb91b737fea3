"""How long do you wait for ``pincite --help``, ``pincite status``, a first ``pincite ask``, and the chat page?

    python eval/bench/speed/startup.py [--reader FOLDER] [--repeats 3] [--json startup.json]

Every time is that of a fresh process, from its start to its end (for the page: until the page, or the first answer to a
question, is there over HTTP), the median of three. The files are in the operating system's cache, as they are for anyone
who asks twice a day.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.bench.machine import machine
from eval.bench.results import command_line, print_table, write_json
from eval.bench.served import PINCITE, environment, serving
from eval.bench.speed.load import ask
from eval.corpus_run import CORPUS
from index.encoder.cpu import cores

QUESTION = "Who signed the agreement?"
PAGE_LIMIT = 300.0


def main() -> None:
    """Measure, print a table, write JSON."""
    options = command_line(__doc__, "bench-startup.json", "reader", repeats=3).parse_args()
    with tempfile.TemporaryDirectory(prefix="pincite-") as home:
        environ = environment(home, options.reader)
        index = ("--index", str(Path(home) / "index"))
        run = _runner(environ)
        run("index", str(CORPUS), *index)
        page = (PINCITE, "chat", *index, "--port", "0")
        measured: dict[str, Callable[[], float]] = {
            "pincite --help": lambda: run("--help"),
            "pincite status": lambda: run("status", *index),
            "pincite ask": lambda: run("ask", QUESTION, *index),
            "page ready": lambda: served_after(page, environ, fetch),
            "page, first answer": lambda: served_after(page, environ, lambda address: ask(address, QUESTION)),
        }
        seconds: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(options.repeats):
            for name, measure in measured.items():
                seconds[name].append(measure())
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    report = {"machine": machine(cores()), "median_seconds": medians, "seconds": seconds}
    print_table(
        "Start-up, seconds",
        ("what", "median", "each"),
        [(name, f"{median:.2f}", "  ".join(f"{one:.2f}" for one in seconds[name])) for name, median in medians.items()],
        left=("what",),
    )
    write_json(options.json, report)


def served_after(command: Sequence[str], environ: dict[str, str], get: Callable[[str], object]) -> float:
    """Seconds from the start of a command until what is got from the address that it prints is there."""
    began = time.perf_counter()
    with serving(command, environ) as address:
        get(address)
        return time.perf_counter() - began


def fetch(address: str) -> None:
    """Fetch the page."""
    with urllib.request.urlopen(address, timeout=PAGE_LIMIT) as page:
        page.read()


def _runner(environ: dict[str, str]) -> Callable[..., float]:
    """A function that runs ``pincite`` with its arguments and returns the seconds; SystemExit if the command fails."""

    def run(*arguments: str) -> float:
        began = time.perf_counter()
        done = subprocess.run([PINCITE, *arguments], env=environ, capture_output=True, text=True)
        took = time.perf_counter() - began
        if done.returncode:
            raise SystemExit(f"pincite {' '.join(arguments)}: {done.stderr.strip() or done.returncode}")
        return took

    return run


if __name__ == "__main__":
    main()
