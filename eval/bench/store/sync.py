"""How long does it take to see that nothing has changed, and to take in a change, when there are many files?

    python eval/bench/store/sync.py [--files 10000] [--repeats 3] [--json sync.json]

Small articles in a hundred folders, embedded by counting words, so that what is timed is the index and not a model. The
memory is the most that this process held, beside the one that reads documents.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.trials import WORDS, Words
from index.builder import build, plan
from index.folder_index import Index
from index.update.report import BuildReport


def main() -> None:
    """Measure, print a table, write JSON."""
    options = command_line(__doc__, "bench-sync.json", files=10_000, repeats=3).parse_args()
    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        report = measure(Path(folder), options.files, options.repeats)
    rows = [(name, f"{seconds:.2f}") for name, seconds in report.items()]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    title = f"{options.files} files, {peak:.0f} MB, load {os.getloadavg()[0]:.1f}"
    print_table(title, ("run", "seconds"), rows, left=("run",))
    write_json(options.json, {"files": options.files, "seconds": report, "megabytes": peak})


def measure(folder: Path, files: int, repeats: int) -> dict[str, float]:
    """The median seconds of each kind of run."""
    articles, index, pick = folder / "articles", folder / "index", random.Random(0)
    paths = [articles / f"{number % 100:02}" / f"{number}.txt" for number in range(files)]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(" ".join(pick.choices(WORDS, k=120)) + f" {path.stem}.\n", encoding="utf-8")
        os.utime(path, (1, 1))
    time.sleep(2.1)  # files changed just before they are read are read once more

    def run() -> BuildReport:
        return build([articles], index, Words())

    report = {"first index": _seconds(run)}
    used = time.process_time()
    report["nothing changed"] = statistics.median(_seconds(run, unchanged=files) for _ in range(repeats))
    report["nothing changed, processor time"] = (time.process_time() - used) / repeats
    paths[0].write_text("Another text.\n", encoding="utf-8")
    report["one file changed"] = _seconds(run, unchanged=files - 1)
    moved = articles / "moved"
    paths[1].parent.rename(moved)
    report["a folder of a hundred renamed"] = _seconds(run, unchanged=files - len(list(moved.iterdir())))
    report["open the index"] = _seconds(lambda: Index.open(index))
    report["dry run with nothing changed"] = _seconds(lambda: plan([articles], index, Words.fingerprint))
    return report


def _seconds(run: Callable[[], object], unchanged: int | None = None) -> float:
    began = time.perf_counter()
    done = run()
    seconds = time.perf_counter() - began
    if isinstance(done, BuildReport) and unchanged is not None and len(done.unchanged) != unchanged:
        raise SystemExit(f"{len(done.unchanged)} files were found unchanged, not {unchanged}")
    return seconds


if __name__ == "__main__":
    main()
