"""``pincite index``: update the index, and say what changed or would change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from threading import Event

from index.builder import plan
from index.encoder.cpu import give_way
from index.encoder.embedder import Embedder
from index.file_types import KINDS
from index.storage import generations
from index.storage.generations import IndexLocked, IndexProblem
from index.store import begin, named, open_store, vectors_there
from index.update.embedding import embed_rest
from index.update.report import BuildReport
from qa.console import Terminal, err, out, print_json, progress

COUNTED = ("added", "changed", "renamed", "removed", "unchanged")


def update(
    roots: Sequence[Path],
    place: str | Path,
    embedder: Embedder,
    *,
    search: str | None,
    planned: bool,
    as_json: bool,
    quiet: bool = False,
) -> None:
    """Update the index, unless it is only ``planned``, and print what changed; if ``quiet``, only if anything did."""
    with progress("Reading" if planned else "Indexing") as step:
        if planned:
            report = plan(roots, Path(place), embedder.fingerprint, progress=step)
        else:
            report = begin(roots, place, embedder, search=search, progress=step)
    said = report.differs or not quiet
    if said and not as_json:
        show_build(report, named(place), out, planned=planned)
    if report.without_vector and not planned:
        _embed_rest(Path(place), embedder)
    if said and as_json:
        print_json(asdict(replace(report, without_vector=0)) | {"index": named(place)})


def _embed_rest(place: Path, embedder: Embedder) -> None:
    """Make the vectors that the index lacks, and say how far they are before and whenever that ends."""
    err.say(f"{vectors_there(open_store(place))}; ask already now: the others follow, and Ctrl-C only puts that off")
    give_way()
    try:
        with progress("Embedding") as step:
            embed_rest(place, embedder, embedding=step)
    finally:
        err.say(vectors_there(open_store(place)) or "all passages have their vectors")


def roots_of(index: Path) -> Sequence[Path]:
    """The files and folders that the newest index is made from; none if that cannot be told."""
    try:
        return _roots(index, generations.finished(index)[-1])
    except (IndexProblem, KeyError, TypeError, IndexError):
        return ()


@lru_cache(maxsize=1)
def _roots(index: Path, generation: str) -> Sequence[Path]:
    return tuple(map(Path, generations.read_manifest(index, generation)["settings"]["roots"]))


def in_turn(run: Callable[[], None]) -> None:
    """Update after another process that writes the index, as that may have read the files before they changed."""
    while True:
        try:
            return run()
        except IndexLocked as locked:
            locked.wait(60)


def show_build(report: BuildReport, place: str, console: Terminal, *, planned: bool = False) -> None:
    """Print the counts and each file that was left out; if it was only planned, also each change."""
    counts = ", ".join(f"{len(getattr(report, part))} {part}" for part in COUNTED)
    where = f"would be in {place}; nothing was written" if planned else f"in {place}"
    console.say(f"{report.documents} documents, {report.passages} passages ({counts}) {where}")
    for line in _changes(report) if planned else ():
        console.say(f"  {line}")
    for line in _left_out(report):
        console.say(f"  {line}", "yellow")
    if report.omitted:
        counts = ", ".join(f"{one.what} ({one.count})" for one in report.omitted)
        console.say(f"  not in the texts: {counts} (pincite status --document NAME --blocks)", "yellow")


def changes(paths: Callable[[], Sequence[Path]], index: Path, stop: Event | None = None) -> Iterator[None]:
    """Yield once when watching begins, then after each change in the files and folders, until ``stop`` is set.

    Which these are is asked again every second.

    Changes within about a second count as one. A file is watched through its folder, because editors replace files; a folder
    that goes away is watched again once it is back. Changes inside the index are ignored.
    """
    from watchfiles import watch

    own, stop = index.resolve(), stop or Event()
    while not stop.is_set():
        watched, begun = _folders(paths()), False
        if not watched:
            stop.wait(1)
            continue
        for found in watch(
            *watched,
            watch_filter=lambda _, path: not Path(path).is_relative_to(own),
            debounce=1_000,
            rust_timeout=1_000,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=True,
        ):
            if found or not begun:
                yield
            begun = True
            if _folders(paths()) != watched:
                break


def _folders(paths: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """The folders to watch that are there, each with its disk and its number there, which differ when it comes back."""
    found = {}
    for path in map(Path.resolve, paths):
        folder = path.parent if not path.is_dir() and path.suffix.lower() in KINDS else path
        with suppress(OSError):
            status = folder.stat()
            found[folder] = (status.st_dev, status.st_ino)
    return found


def _changes(report: BuildReport) -> Iterator[str]:
    for part in ("added", "changed", "removed"):
        yield from (f"{part}: {name}" for name in getattr(report, part))
    yield from (f"renamed: {one.name}, which was {one.was}" for one in report.renamed)


def _left_out(report: BuildReport) -> Iterator[str]:
    for duplicate in report.duplicates:
        yield f"same content as {duplicate.same_as}, indexed once: {duplicate.name}"
    for bad in report.unreadable:
        yield f"not read: {bad.name}: {bad.reason}"
    for one in report.warned:
        yield f"read with a warning: {one.name}: {one.reason}"
    yield from map(str, report.away)
    for name in report.left_out:
        yield f"left out as you removed it on the page: {name}; name it beside its folder to put it back"
