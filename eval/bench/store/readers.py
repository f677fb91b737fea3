"""Do readers ever fail, or see less than was acknowledged, while a writer goes on? Eight of them open and search, one writes.

    python eval/bench/store/readers.py [--seconds 300] [--readers 8] [--json readers.json]

The writer changes files, brings the index in step, vectors last, and only then says which version is in it. Each reader notes
what was said last, opens the index, compares every passage with its document and searches; it has to find that version or a
later.
"""

from __future__ import annotations

import mmap
import struct
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.trials import PATIENCE, Child, Trial, texts_of
from index.folder_index import Index

VERSION = "version.txt"


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, and what went wrong."""

    seconds: float
    versions: int
    opened: int
    seen: int
    wrong: tuple[str, ...]


def main() -> None:
    """Measure, print a table, write JSON; exit status 1 if a reader failed or saw an old version."""
    options = command_line(__doc__, "bench-readers.json", seconds=300.0, readers=8).parse_args()
    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        report = together(Path(folder) / "trial", options.readers, options.seconds)
    print_table(
        f"{options.readers} readers and a writer",
        ("seconds", "versions written", "times opened", "versions seen", "wrong"),
        [(f"{report.seconds:.0f}", report.versions, report.opened, report.seen, len(report.wrong))],
    )
    write_json(options.json, report)
    if report.wrong:
        raise SystemExit(f"a reader was let down: {report.wrong[0]}")


def together(folder: Path, readers: int, seconds: float) -> Report:
    """Write in this process, and read in others, for some seconds."""
    trial, said = Trial(folder, in_steps=True), mmap.mmap(-1, 8)
    until, version = time.monotonic() + seconds, 0
    _write(trial, version, said)
    children = [Child(lambda: _read(trial, said, until), PATIENCE + seconds) for _ in range(readers)]
    while time.monotonic() < until:
        version += 1
        trial.step()
        _write(trial, version, said)
    results = [child.end() or {"error": "a reader ended without a word"} for child in children]
    return Report(
        seconds,
        version,
        sum(result.get("opened", 0) for result in results),
        len({seen for result in results for seen in result.get("seen", ())}),
        tuple(result["error"] for result in results if "error" in result),
    )


def _write(trial: Trial, version: int, said: mmap.mmap) -> None:
    (trial.articles / VERSION).write_text(f"Version {version} of the treaty.\n", encoding="utf-8")
    trial.build()
    said[:8] = struct.pack("<q", version)


def _read(trial: Trial, said: mmap.mmap, until: float) -> dict[str, Any]:
    opened, seen = 0, set()
    while time.monotonic() < until:
        (acknowledged,) = struct.unpack("<q", said[:8])
        index = Index.open(trial.index)
        version = int(texts_of(index)[VERSION].split()[1])
        if index.warnings or version < acknowledged:
            raise ValueError(f"version {version} after {acknowledged} was acknowledged; {index.warnings}")
        opened += 1
        seen.add(version)
    return {"opened": opened, "seen": sorted(seen)}


if __name__ == "__main__":
    main()
