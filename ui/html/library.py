"""The articles as a library: where they come from, and one line each, filtered and paged on the server.

So 10,000 files open as quickly as ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.store import Store
from ui.html.conversation import counted, note, shown_date
from ui.html.markup import EMPTY, Html, button, join, tag, text
from ui.state.background import Job
from ui.state.source_files import key_of

LINES_SHOWN = 6  # of what a job says, what went wrong first
ROWS_SHOWN = 100  # per page; more rows make a page slower to send and draw


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A file of the library. ``reason`` says why it is not indexed, or lists its warnings; "" if there are none."""

    name: str
    title: str
    kind: str = ""
    date: str = ""
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
    stop: str


@dataclass(frozen=True, slots=True)
class Origin:
    """A folder, a file, or the ``uploads``: where some of the documents come from. ``missing``: it is not there now;
    ``samples``: these are the articles to try."""

    path: Path
    name: str
    documents: int
    missing: bool = False
    samples: bool = False
    uploads: bool = False


SORTS: dict[str, Callable[[LibraryFile], str]] = {
    "title": lambda row: row.title.casefold(),
    "date": lambda row: row.date,
    "kind": lambda row: row.kind,
    "file": lambda row: Path(row.name).name.casefold(),
}
INDEXING = Wording(
    "Indexing", "files", "Looking for files.", "Done.", "Indexing failed and the index is unchanged:", "stop-job"
)


def rows_of(index: Store, taken_out: Iterable[Path] = ()) -> Iterator[LibraryFile]:
    """Unreadable files, then indexed ones, duplicates, and the files in ``taken_out``."""
    for bad in index.unreadable:
        yield LibraryFile(bad.name, Path(bad.name).name, status="not read", reason=bad.reason)
    for one in index.documents:
        reason = "; ".join(one.warnings)
        yield LibraryFile(one.name, one.title, one.kind, one.date or "", "indexed", reason)
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


def adding(kinds: Iterable[str], *, by_path: bool, samples: bool) -> Html:
    """The place to drop files, choose some, name a folder, or take the articles to try."""
    files = tag("input", type="file", multiple="multiple", accept=",".join(kinds), id="files", class_="pc-unseen")
    choose = tag("label", "Choose files", files, class_="pc-strong")
    name = tag(
        "input", name="value", id="folder", placeholder="/home/you/articles", aria_label="Folder or file to index"
    )
    add = tag("button", "Add folder", type="submit", class_="pc-tool")
    folder = (
        tag("form", tag("span", "or add a folder on this computer"), name, add, name="add-path") if by_path else EMPTY
    )
    tries = button("samples", "Try the 16 sample articles", class_="pc-tool") if samples else EMPTY
    return tag("div", tag("p", tag("strong", "Drop articles here")), choose, folder, tries, class_="pc-drop")


def origins(rows: Sequence[Origin], *, changing: bool) -> Html:
    """Where the documents come from, each with what can be done about it."""
    return tag("ul", *(_origin(one, changing=changing) for one in rows), class_="pc-origins") if rows else EMPTY


def _origin(one: Origin, *, changing: bool) -> Html:
    said = (
        "is not there now; its articles stay until you remove it" if one.missing else counted(one.documents, "article")
    )
    where = tag("span", said, class_="pc-trouble" if one.missing else "pc-where")
    title = tag("span", one.name, class_="pc-title", title=str(one.path), dir="auto")
    key = key_of(str(one.path))
    update = EMPTY if one.uploads else button(f"update:{key}", "Update", title="Index what has changed here")
    tools = [button(f"only:{key}", "Show"), update, button(f"drop:{key}", "Remove")] if changing else []
    return tag(
        "li", title, " ", where, tag("span", *tools, class_="pc-end"), class_="pc-samples" if one.samples else None
    )


def problems(rows: Sequence[LibraryFile]) -> dict[str, Html]:
    """The files that are not in the index, each with the reason: two parts of the page, which folds the second."""
    items = [tag("li", *_problem(one), dir="auto") for one in rows[:ROWS_SHOWN]]
    more = [note(f"{len(rows) - ROWS_SHOWN:,} more.")] if len(rows) > ROWS_SHOWN else []
    title = text(f"{counted(len(rows), 'file')} not in the index") if rows else EMPTY
    return {"problems-title": title, "problems-list": join([tag("ul", *items), *more]) if rows else EMPTY}


def _problem(one: LibraryFile) -> list[str]:
    key = key_of(one.name)
    buttons = {"taken out": [button(f"back:{key}", "Put back")], "not read": [button(f"remove:{key}", "Remove")]}
    name = tag("span", Path(one.name).name, title=one.name)
    return [name, f": {one.reason} ", *buttons.get(one.status, [])]


def table(rows: Sequence[LibraryFile], page: int, sort: str) -> Html:
    """One page of the rows with their total number. ``page`` counts from 0, ``sort`` is a column of SORTS."""
    page = min(max(page, 0), pages(rows) - 1)
    shown = sorted(rows, key=SORTS[sort])[page * ROWS_SHOWN : (page + 1) * ROWS_SHOWN]
    if not shown:
        return note("Nothing matches.")
    names = {"title": "Title", "file": "File", "kind": "Type", "date": "Date"}
    head = [
        tag(
            "th",
            button(f"sort:{key}", label, class_="pc-sort"),
            scope="col",
            aria_sort=_sorted(key, sort),
            class_=f"pc-{key}",
        )
        for key, label in names.items()
    ]
    select = tag("th", tag("span", "Select", class_="pc-unseen"), scope="col")
    body = tag("tbody", *map(_row, shown))
    return join([tag("table", tag("thead", tag("tr", select, *head)), body), _pager(rows, page)])


def _sorted(key: str, sort: str) -> str | None:
    return "ascending" if key == sort else None


def _pager(rows: Sequence[LibraryFile], page: int) -> Html:
    """How many rows there are and, if they do not fit on a page, buttons to the others."""
    count, last = len(rows), pages(rows) - 1
    if not last:
        return EMPTY
    first = page * ROWS_SHOWN
    said = f"{first + 1:,} to {min(first + ROWS_SHOWN, count):,} of {count:,}"
    back = button(f"leaf:{page - 1}", "Previous page") if page else EMPTY
    on = button(f"leaf:{page + 1}", "Next page") if page < last else EMPTY
    return tag("div", tag("span", said, class_="pc-note"), back, on, class_="pc-tools")


def _row(row: LibraryFile) -> Html:
    key = key_of(row.name)
    pick = tag("td", tag("input", type="checkbox", value=key, aria_label=f"Select {row.title}"))
    title = button(f"show:{key}", row.title, class_="pc-open", dir="auto", title=row.reason or row.title)
    file = tag("td", Path(row.name).name, title=row.name, class_="pc-file", dir="auto")
    return tag(
        "tr",
        pick,
        tag("th", title, scope="row"),
        file,
        tag("td", row.kind, class_="pc-kind"),
        tag("td", shown_date(row.date), class_="pc-date"),
    )


def pages(rows: Sequence[LibraryFile]) -> int:
    """The number of pages that the rows fill."""
    return max(1, -(-len(rows) // ROWS_SHOWN))


def job_note(job: Job | None, words: Wording = INDEXING) -> Html:
    """A job's progress and time left, or its result."""
    if job is None:
        return EMPTY
    if job.state != "running":
        done, (said, *lines) = words.done if job.state == "done" else words.failed, job.said.split("\n")
        result = tag("p", f"{done} {said}", class_="pc-note" if job.state == "done" else "pc-note pc-trouble")
        items = [tag("li", line, dir="auto") for line in lines]
        listed = tag("ul", *items[:LINES_SHOWN], class_="pc-results")
        rest = tag("ul", *items[LINES_SHOWN:], class_="pc-results")
        more = tag("details", tag("summary", f"{len(items) - LINES_SHOWN} more"), rest, class_="pc-others")
        return join([result, listed, more if len(items) > LINES_SHOWN else EMPTY])
    left = f", about {_duration(job.left)} left" if job.left is not None else ""
    said = f"{words.doing} {job.done:,} of {job.total:,} {words.things}{left}. " if job.total else f"{words.beginning} "
    bar = tag("progress", value=f"{job.share:.3f}", max="1", aria_label=f"{words.doing} {words.things}")
    stop = button(words.stop, "Stop") if words.stop else EMPTY
    return tag("div", bar, tag("p", said, tag("span", job.name, dir="auto"), stop, class_="pc-note"), class_="pc-job")


def _duration(seconds: float) -> str:
    """Seconds as a readable duration."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
