"""What an indexing run did, or would do, and what a search found, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from index.update.report import BuildReport
from qa.console import Terminal
from qa.retrieval.hybrid import Hit

COUNTED = ("added", "changed", "renamed", "removed", "unchanged")


def show_build(report: BuildReport, place: str, console: Terminal, *, planned: bool = False) -> None:
    """Print the counts, and a line for each file that is not as one may expect; all that would change where planned."""
    counts = ", ".join(f"{len(getattr(report, part))} {part}" for part in COUNTED)
    where = f"would be in {place}; nothing was written" if planned else f"in {place}"
    console.say(f"{report.documents} documents, {report.passages} passages ({counts}) {where}")
    for line in _changes(report) if planned else ():
        console.say(f"  {line}")
    for line in _left_out(report):
        console.say(f"  {line}", "yellow")


def show_passages(hits: Sequence[Hit], console: Terminal) -> None:
    """Print each passage under the place that it stands at."""
    if not hits:
        console.say("No passage was found.", "yellow")
    for number, hit in enumerate(hits, 1):
        found = hit.passage
        page = f", page {found.page}" if found.page else ""
        place = f"[{number}] {found.title}{page}  {found.document}:{found.start}-{found.end}"
        console.say(place, "cyan")
        console.print(found.text, soft_wrap=True)


def changes(paths: Sequence[Path], index: Path, stop: Event | None = None) -> Iterator[None]:
    """Once as soon as the files and folders are watched, then after every change in them, until ``stop`` is set.

    The changes of about a second count as one. A file is watched through its folder, as editors put another in its place;
    what happens in the index itself is left out.
    """
    from watchfiles import watch

    folders = sorted({path.resolve() if path.is_dir() else path.resolve().parent for path in paths})
    own, watching = index.resolve(), False
    for found in watch(
        *folders,
        watch_filter=lambda _, path: not Path(path).is_relative_to(own),
        debounce=1_000,
        rust_timeout=1_000,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=True,
    ):
        if found or not watching:
            yield
        watching = True


def _changes(report: BuildReport) -> Iterator[str]:
    for part in ("added", "changed", "removed"):
        yield from (f"{part}: {name}" for name in getattr(report, part))
    yield from (f"renamed: {one.name}, which was {one.was}" for one in report.renamed)


def _left_out(report: BuildReport) -> Iterator[str]:
    for duplicate in report.duplicates:
        yield f"same content as {duplicate.same_as}, indexed once: {duplicate.name}"
    for bad in report.unreadable:
        yield f"not read: {bad.name}: {bad.reason}"
    for name in report.left_out:
        yield f"left out as you removed it on the page: {name}; name it beside its folder to put it back"
