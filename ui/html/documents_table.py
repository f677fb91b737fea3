"""The articles as a table, filtered and paged on the server, so that 10,000 files open as quickly as ten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.store import Store
from ui.html.markup import EMPTY, Html, join, tag
from ui.state.background import Job
from ui.state.source_files import key_of

ROWS_SHOWN = 100  # per page; more rows make a page slower to send and draw


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A file of the library. ``reason`` says why it is not indexed, or lists its warnings; "" if there are none."""

    name: str
    title: str
    kind: str = ""
    date: str = ""
    passages: int = 0
    status: str = "indexed"
    reason: str = ""

    @property
    def sought(self) -> str:
        """The text that a search looks through."""
        return f"{self.title} {self.name} {self.kind} {self.date} {self.status} {self.reason}".casefold()


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for one kind of job."""

    doing: str
    things: str
    beginning: str
    done: str
    failed: str


INDEXING = Wording("Indexing", "files", "Looking for files.", "Indexed", "Indexing failed and the index is unchanged")


def rows_of(index: Store, taken_out: Iterable[Path] = ()) -> Iterator[LibraryFile]:
    """Unreadable files, then indexed ones, duplicates, and the files in ``taken_out``."""
    for bad in index.unreadable:
        yield LibraryFile(bad.name, Path(bad.name).name, status="not read", reason=bad.reason)
    for one in index.documents:
        reason = "; ".join(one.warnings)
        yield LibraryFile(one.name, one.title, one.kind, one.date or "", one.passages, "indexed", reason)
    for double in index.duplicates:
        yield LibraryFile(
            double.name,
            Path(double.name).name,
            status="duplicate",
            reason=f"same content as {Path(double.same_as).name}",
        )
    for path in sorted(taken_out):
        yield LibraryFile(str(path), path.name, status="taken out", reason="stays out until you put it back")


def matching(rows: Iterator[LibraryFile], words: str) -> list[LibraryFile]:
    """The rows that contain every word, ignoring case."""
    wanted = words.casefold().split()
    return [row for row in rows if all(word in row.sought for word in wanted)]


def table(rows: Sequence[LibraryFile], page: int) -> Html:
    """One page of the rows with their total number. ``page`` counts from 0."""
    first = min(max(page, 0), pages(rows) - 1) * ROWS_SHOWN
    shown = rows[first : first + ROWS_SHOWN]
    if not shown:
        return tag("p", "Nothing matches.", class_="pc-note")
    count = tag("p", f"{first + 1:,} to {first + len(shown):,} of {len(rows):,}", class_="pc-note")
    names = ("Title", "File", "Type", "Date", "Passages", "Status")
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in names)))
    body = tag("tbody", *map(_row, shown))
    return tag("div", count, tag("div", tag("table", head, body), class_="pc-scroll", tabindex="0"), class_="pc-shelf")


def pages(rows: Sequence[LibraryFile]) -> int:
    """The number of pages that the rows fill."""
    return max(1, -(-len(rows) // ROWS_SHOWN))


def job_note(job: Job | None, words: Wording = INDEXING) -> Html:
    """A job's progress and time left, or its result."""
    if job is None:
        return EMPTY
    if job.state != "running":
        done = words.done if job.state == "done" else words.failed
        return tag("p", f"{done}: {job.said}", class_="pc-note" if job.state == "done" else "pc-note pc-trouble")
    left = f", about {_duration(job.left)} left" if job.left is not None else ""
    said = f"{words.doing} {job.done:,} of {job.total:,} {words.things}{left}. " if job.total else f"{words.beginning} "
    bar = tag("progress", value=str(job.done), max=str(max(job.total, 1)), title=f"{words.doing} {words.things}")
    return tag("div", bar, tag("p", said, tag("span", job.name, dir="auto"), class_="pc-note"), class_="pc-job")


def _row(row: LibraryFile) -> Html:
    title: str = row.title
    if row.status == "indexed":
        title = tag("button", row.title, type="button", name=f"show:{key_of(row.name)}", class_="pc-open", dir="auto")
    status: str = f"{row.status}: {row.reason}" if row.reason else row.status
    if row.status == "taken out":
        back = tag("button", "Put back", type="button", name=f"back:{key_of(row.name)}", class_="pc-open")
        status = join([status, " ", back])
    cells = (Path(row.name).name, row.kind, row.date, f"{row.passages:,}" if row.passages else "", status)
    bad = "pc-trouble" if row.status == "not read" else None
    return tag("tr", tag("th", title, scope="row"), *(tag("td", cell, dir="auto") for cell in cells), class_=bad)


def _duration(seconds: float) -> str:
    """Seconds as a readable duration."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
