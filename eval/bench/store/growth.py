"""What does an index take as it grows? Synthetic articles are indexed, then ten are added, each in a process of its own.

    python eval/bench/store/growth.py [--passages 5000 50000] [--json growth.json]

Documents are read in that process and vectors are drawn at random, so that what is measured is the index: seconds, and the
peak of memory, as the system counts it (mapped files are part of that) and of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.machine import status
from eval.bench.results import command_line, print_table, write_json
from index.arrays import Floats
from index.builder import build
from index.documents import load
from index.encoder.cpu import processor
from index.encoder.embedder import unit

DIMENSION, PASSAGES_EACH, WORDS_EACH, VOCABULARY, ADDED = 384, 25, 100, 60_000, 10


class Drawn:
    """An embedder whose vectors are drawn at random, the same ones for the same text: unit vectors without meaning."""

    fingerprint = "drawn"
    dimension = DIMENSION

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row per text."""
        drawn = (np.random.default_rng(zlib.crc32(text.encode())).normal(size=DIMENSION) for text in texts)
        return unit(np.array([*drawn]).reshape(-1, DIMENSION))


class Peak(threading.Thread):
    """The most memory without mapped files that this process has held, looked at a hundred times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.kilobytes = 0

    def run(self) -> None:
        """Look until the process ends."""
        while True:
            self.kilobytes = max(self.kilobytes, status("self")["RssAnon"])
            time.sleep(0.01)


def main() -> None:
    """Measure each size, print a table, write JSON."""
    parser = command_line(__doc__, "bench-growth.json")
    parser.add_argument("--passages", type=int, nargs="+", default=[5_000, 50_000])
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        sys.stdout.write(json.dumps(built(options.build)))
        return
    rows = [row for passages in options.passages for row in grown(passages)]
    cells = [[f"{value:.1f}" if isinstance(value, float) else value for value in row.values()] for row in rows]
    print_table(f"Indexing, then adding {ADDED} documents; {processor()}", list(rows[0]), cells)
    write_json(options.json, rows)


def grown(passages: int) -> list[dict[str, Any]]:
    """The figures of a first run over so many passages, and of one after documents were added."""
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory(prefix="pincite-") as place:
        folder, rows = Path(place), []
        (folder / "articles").mkdir()
        for step, documents in (("first", passages // PASSAGES_EACH), (f"+{ADDED}", ADDED)):
            for number in range(documents):
                (folder / "articles" / f"{step}-{number}.txt").write_text(article(random), encoding="utf-8")
            command = [sys.executable, __file__, "--build", place]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rows.append({"run": step, **json.loads(said)})
    return rows


def article(random: np.random.Generator) -> str:
    """A text of paragraphs that become about one passage each, of words by Zipf's law."""
    ranks = np.minimum(random.zipf(1.15, size=(PASSAGES_EACH, WORDS_EACH)), VOCABULARY)
    return "\n\n".join("W" + " ".join(f"w{rank}" for rank in row) + "." for row in ranks.tolist()) + "\n"


def built(folder: Path) -> dict[str, Any]:
    """The figures of bringing the index in step, in this process."""
    import faiss  # noqa: F401  imports are not what is measured

    at_first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = Peak()
    peak.start()
    began, worked = time.perf_counter(), time.process_time()
    report = build([folder / "articles"], folder / "index", Drawn(), load=load)
    seconds, processor_seconds = time.perf_counter() - began, time.process_time() - worked
    return {
        "documents": report.documents,
        "passages": report.passages,
        "s": seconds,
        "processor, s": processor_seconds,
        "before, MB": at_first / 1024,
        "peak, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "own, MB": peak.kilobytes / 1024,
    }


if __name__ == "__main__":
    main()
