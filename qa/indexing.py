"""What an indexing run did, or would do, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from index.builder import BuildReport

COUNTED = ("added", "changed", "renamed", "removed", "unchanged")


def show_build(report: BuildReport, folder: Path, console: Console, *, planned: bool = False) -> None:
    """Print the counts, and a line for each file that is not as one may expect; all that would change where planned."""
    counts = ", ".join(f"{len(getattr(report, part))} {part}" for part in COUNTED)
    place = f"would be in {folder}; nothing was written" if planned else f"in {folder}"
    console.print(
        f"{report.documents} documents, {report.passages} passages ({counts}) {place}", markup=False, soft_wrap=True
    )
    for line in _changes(report) if planned else ():
        console.print(f"  {line}", markup=False, soft_wrap=True)
    for line in _left_out(report):
        console.print(f"  {line}", style="yellow", markup=False, soft_wrap=True)


def _changes(report: BuildReport) -> Iterator[str]:
    for part in ("added", "changed", "removed"):
        yield from (f"{part}: {name}" for name in getattr(report, part))
    yield from (f"renamed: {one.name}, which was {one.was}" for one in report.renamed)


def _left_out(report: BuildReport) -> Iterator[str]:
    for duplicate in report.duplicates:
        yield f"same content as {duplicate.same_as}, indexed once: {duplicate.name}"
    for bad in report.unreadable:
        yield f"not read: {bad.name}: {bad.reason}"
