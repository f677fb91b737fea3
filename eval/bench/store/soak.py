"""Do the page, a watcher, someone who asks, a visitor who uploads and a folder that changes get on for long?

    python eval/bench/store/soak.py [--minutes 30] [--reader FOLDER] [--json soak.json]

The page and ``pincite index --watch`` run as the commands do, over a copy of the bundled articles. All the while one file is
added, changed, renamed or deleted every few seconds, the folder goes away for a moment now and then, questions are asked of
the page one after the other, and a visitor uploads, removes, brings back and updates articles on it. It counts answers that
cite words that their file did not hold, uploads that the index lacks or holds against the visitor's will, and errors of all
(that the folder went away during a run is none), and compares the memory of the two processes in the last quarter with that in
the second.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from eval.bench.machine import machine, status
from eval.bench.results import command_line, print_table, write_json
from eval.bench.served import environment, serving
from eval.bench.speed.load import ask
from eval.bench.visitor import WENT_AWAY, Visitor
from eval.corpus_run import CORPUS, QUESTIONS
from eval.datasets.examples import load
from index.encoder.cpu import cores
from index.folder_index import Index, verify

CHANGE_EVERY = 3.0  # seconds; an update takes about one
AWAY_EVERY = 20  # changes
VISIT_EVERY = 4.0  # seconds between one action of the visitor and the next
LOOK_EVERY = 2.0  # seconds between looks at the memory
KEPT = 20  # files that the changes leave at most
PINCITE = (sys.executable, "-c", "from qa.cli import main; main()")


@dataclass(slots=True)
class Soak:
    """What happened."""

    questions: int = 0
    changes: int = 0
    visits: int = 0
    wrong: int = 0  # citations of words that no version of the file held
    errors: list[str] = field(default_factory=list)
    page: list[float] = field(default_factory=list)  # megabytes
    watcher: list[float] = field(default_factory=list)

    @property
    def growth(self) -> tuple[float, float]:
        """How much more memory page and watcher take in the last quarter than in the second, as shares."""
        return _growth(self.page), _growth(self.watcher)


class Author:
    """Changes a folder, and knows every text that a file ever had."""

    def __init__(self, folder: Path, pick: random.Random) -> None:
        self.folder, self._pick = folder, pick
        self.said: dict[str, set[str]] = {}
        for path in folder.iterdir():
            if path.suffix in (".md", ".txt"):
                self.said[path.name] = {path.read_bytes().decode("utf-8")}

    def change(self, number: int) -> None:
        """Add, change, rename or delete a file, or take the folder away for a moment."""
        mine = sorted(self.folder.glob("note*.txt"))
        if number % AWAY_EVERY == AWAY_EVERY - 1:
            self.folder.rename(self.folder.with_name("away"))
            time.sleep(CHANGE_EVERY)
            self.folder.with_name("away").rename(self.folder)
        elif len(mine) > KEPT:
            mine[0].unlink()
        elif mine and self._pick.random() < 0.3:
            path, new = self._pick.choice(mine), self.folder / f"note{number}.txt"
            self.said[new.name] = self.said[path.name]
            path.rename(new)
        else:
            path = self._pick.choice([*mine, self.folder / f"note{number}.txt"])
            text = f"Note {number}\n\nThe bridge of note {number} was opened in {1800 + number % 200}.\n"
            self.said.setdefault(path.name, set()).add(text)
            path.write_text(text, encoding="utf-8")

    def holds(self, name: str, start: int, end: int, quote: str) -> bool:
        """Whether a file ever held a quote at its place; true for types whose text is extracted."""
        texts = self.said.get(Path(name).name)
        return texts is None or any(text[start:end] == quote for text in texts)


def main() -> None:
    """Measure, print a table, write JSON."""
    options = command_line(__doc__, "bench-soak.json", "reader", minutes=30.0).parse_args()
    with tempfile.TemporaryDirectory(prefix="pincite-") as work:
        found = soak(Path(work), environment(work, options.reader), options.minutes * 60)
    page, watcher = found.growth
    print_table(
        f"{options.minutes:g} minutes: {machine(cores())['processor']}",
        ("questions", "changes", "visits", "wrong citations", "errors", "page, MB", "grew", "watcher, MB", "grew"),
        [
            (
                found.questions,
                found.changes,
                found.visits,
                found.wrong,
                len(found.errors),
                f"{found.page[-1]:.0f}",
                f"{page:+.1%}",
                f"{found.watcher[-1]:.0f}",
                f"{watcher:+.1%}",
            )
        ],
    )
    for error in found.errors[:10]:
        print(error)
    write_json(options.json, [found])


def soak(work: Path, environ: Mapping[str, str], seconds: float) -> Soak:
    """Run all four together for so long."""
    found, stop = Soak(), threading.Event()
    articles, place = work / "articles", work / "index"
    shutil.copytree(CORPUS, articles)
    author = Author(articles, random.Random(0))
    subprocess.run([*PINCITE, "index", articles, "--index", place], env=environ, check=True, capture_output=True)
    watch = [*PINCITE, "index", str(articles), "--index", str(place), "--watch"]
    with (
        tempfile.TemporaryFile("w+") as said,
        serving([*PINCITE, "chat", "--index", str(place), "--port", "0"], environ) as address,
        subprocess.Popen(watch, env=environ, stdout=subprocess.DEVNULL, stderr=said, text=True) as watcher,
    ):
        visitor = Visitor(address, place, random.Random(1))
        threads = [
            threading.Thread(target=_ask, args=(found, address, author, stop)),
            threading.Thread(target=_change, args=(found, author, stop)),
            threading.Thread(target=_visit, args=(found, visitor, author, stop)),
        ]
        for thread in threads:
            thread.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until and watcher.poll() is None:
            found.page.append(_memory("chat", place))
            found.watcher.append(_memory("--watch", place))
            time.sleep(LOOK_EVERY)
        stop.set()
        for thread in threads:
            thread.join()
        if watcher.poll() is not None:
            found.errors.append(f"the watcher ended with {watcher.returncode}")
        time.sleep(3 * CHANGE_EVERY)  # the last change is indexed
        watcher.terminate()
        said.seek(0)
        complaints = [line for line in said.read().splitlines() if line.startswith("pincite: ")]
        found.errors += [f"watcher: {line}" for line in complaints if WENT_AWAY not in line]
    found.errors += [f"damaged: {file}" for file in verify(place)] + list(filter(None, [visitor.missed()]))
    held = {Path(record.name).name for record in Index.open(place).documents if "/note" in record.name}
    if held != (there := {path.name for path in articles.glob("note*.txt")}):
        found.errors.append(f"the index holds {sorted(held - there)} too many and lacks {sorted(there - held)}")
    return found


def _ask(found: Soak, address: str, author: Author, stop: threading.Event) -> None:
    questions = [one.question for one in load(QUESTIONS).questions]
    while not stop.is_set():
        question = (
            questions[found.questions % len(questions)],
            f"When was the bridge of note {found.changes} opened?",
            f"When was the mill of upload {found.visits} built?",
        )[found.questions % 3]
        try:
            for one in ask(address, question)["citations"]:
                found.wrong += not author.holds(one["document"], one["start"], one["end"], one["quote"])
        except (OSError, ValueError) as error:
            found.errors.append(f"asker: {question}: {error}")
        found.questions += 1


def _change(found: Soak, author: Author, stop: threading.Event) -> None:
    while not stop.wait(CHANGE_EVERY):
        author.change(found.changes)
        found.changes += 1


def _visit(found: Soak, visitor: Visitor, author: Author, stop: threading.Event) -> None:
    while not stop.wait(VISIT_EVERY):
        try:
            wrong = visitor.act(found.visits)
        except (OSError, ValueError) as error:
            wrong = f"visit {found.visits}: {error}"
        found.errors += [f"visitor: {wrong}"] if wrong else []
        for name, text in visitor.held.items():
            author.said.setdefault(name, {text})
        found.visits += 1


def _memory(command: str, place: Path) -> float:
    """The memory of the process that runs a command over an index and that no file backs, in megabytes."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if command in words and str(place) in words:
            return status(path.name).get("RssAnon", 0) / 1024
    return 0.0


def _growth(megabytes: list[float]) -> float:
    quarter = len(megabytes) // 4
    before, after = megabytes[quarter : 2 * quarter], megabytes[-quarter:]
    return mean(after) / mean(before) - 1 if quarter and mean(before) else 0.0


if __name__ == "__main__":
    main()
