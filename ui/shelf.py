"""The articles as a table: searched and paged here, so that ten thousand open as quickly as ten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui.library import Job
from ui.markup import EMPTY, Html, tag
from ui.originals import key_of

ROWS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the library; ``reason`` says why it is not indexed, "" where it is."""

    name: str
    title: str
    kind: str = ""
    date: str = ""
    passages: int = 0
    status: str = "indexed"
    reason: str = ""

    @property
    def sought(self) -> str:
        """What a search looks through."""
        return f"{self.title} {self.name} {self.kind} {self.date} {self.status} {self.reason}".casefold()


def rows_of(index: Any) -> Iterator[Row]:
    """Every file that an index knows of: what could not be read comes first."""
    for one in index.unreadable:
        yield Row(one.name, Path(one.name).name, status="not read", reason=one.reason)
    for one in index.documents:
        reason = "; ".join(one.warnings)
        yield Row(one.name, one.title, one.kind, one.date or "", one.passages, "indexed", reason)
    for one in index.duplicates:
        yield Row(one.name, Path(one.name).name, status="duplicate", reason=f"same content as {Path(one.same_as).name}")


def matching(rows: Iterator[Row], words: str) -> list[Row]:
    """The rows that hold every word sought, upper or lower case."""
    wanted = words.casefold().split()
    return [row for row in rows if all(word in row.sought for word in wanted)]


def table(rows: Sequence[Row], page: int) -> Html:
    """One page of the rows, with how many there are."""
    first = min(max(page, 0), pages(rows) - 1) * ROWS_SHOWN
    shown = rows[first : first + ROWS_SHOWN]
    if not shown:
        return tag("p", "Nothing matches.", class_="pc-note")
    count = tag("p", f"{first + 1:,} to {first + len(shown):,} of {len(rows):,}", class_="pc-note")
    names = ("Title", "File", "Type", "Date", "Passages", "Status")
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in names)))
    body = tag("tbody", *map(_row, shown))
    return tag("div", count, tag("div", tag("table", head, body), class_="pc-scroll", tabindex="0"), class_="pc-shelf")


def pages(rows: Sequence[Row]) -> int:
    """How many pages the rows take."""
    return max(1, -(-len(rows) // ROWS_SHOWN))


def job_note(job: Job | None) -> Html:
    """What the indexing job is doing: counts and time left, or what came of it."""
    if job is None:
        return EMPTY
    if job.state != "running":
        done = "Indexed" if job.state == "done" else "Indexing failed, the index is as it was"
        return tag("p", f"{done}: {job.said}", class_="pc-note" if job.state == "done" else "pc-note pc-trouble")
    left = f", about {_duration(job.left)} left" if job.left is not None else ""
    said = f"Indexing {job.done:,} of {job.total:,} files{left}. " if job.total else "Looking for files. "
    bar = tag("progress", value=str(job.done), max=str(max(job.total, 1)), title="Files indexed")
    return tag("div", bar, tag("p", said, tag("span", job.name, dir="auto"), class_="pc-note"), class_="pc-job")


def _row(row: Row) -> Html:
    """One file."""
    title: str = row.title
    if row.status == "indexed":
        title = tag("button", row.title, type="button", name=f"show:{key_of(row.name)}", class_="pc-open", dir="auto")
    status = f"{row.status}: {row.reason}" if row.reason else row.status
    cells = (Path(row.name).name, row.kind, row.date, f"{row.passages:,}" if row.passages else "", status)
    bad = "pc-trouble" if row.status == "not read" else None
    return tag("tr", tag("th", title, scope="row"), *(tag("td", cell, dir="auto") for cell in cells), class_=bad)


def _duration(seconds: float) -> str:
    """Seconds in the unit that a person would use."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
