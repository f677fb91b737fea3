"""Files and folders that change, vanish or may not be read while a run is under way cost nothing but themselves."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from index.builder import build
from index.documents import load
from index.folder_index import Index
from index.loaders.text import Content, UnreadableContent
from index.update.away import WentAway
from index.update.report import BuildReport

FILES = ("0.txt", "1.txt", "sub/2.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three articles, indexed, the first of which has changed since."""
    (tmp_path / "a" / "sub").mkdir(parents=True)
    for name in FILES:
        (tmp_path / "a" / name).write_text(f"This is {name}.")
    update(tmp_path)
    (tmp_path / "a" / "0.txt").write_text("This one is another.")
    return tmp_path


def update(folder: Path, meanwhile: Callable[[], object] = lambda: None) -> BuildReport:
    """Update the index; something happens while the first document is read, after the files have been listed."""
    waiting = [meanwhile]

    def loading(kind: str, data: bytes) -> Content:
        if waiting:
            waiting.pop()()
        return load(kind, data)

    return build([folder / "a"], folder / "index", FakeEmbedder(), load=loading)


def held(folder: Path) -> dict[str, str]:
    index = Index.open(folder / "index")
    assert index.warnings == ()
    return {str(Path(one.name).relative_to(folder / "a")): index.document_text(one.name) for one in index.documents}


def replaced(make: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda path: (path.unlink(), make(path))


def a_socket(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"/proc/self/fd/{descriptor}/{path.name}")  # a whole path may be too long
    os.close(descriptor)


def same_times(path: Path) -> None:
    status = path.stat()
    path.write_text(path.read_text().replace("This", "That"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


BECOMES: dict[str, Callable[[Path], object]] = {
    "a pipe": replaced(os.mkfifo),
    "a folder": replaced(os.mkdir),
    "a link to itself": replaced(lambda path: path.symlink_to(path)),
    "a link to nowhere": replaced(lambda path: path.symlink_to("/nowhere/at/all.txt")),
    "a link to its folder": replaced(lambda path: path.symlink_to(path.parent)),
    "a link to a device": replaced(lambda path: path.symlink_to("/dev/zero")),
    "a socket": replaced(a_socket),
    "gone": os.unlink,
    "huge": lambda path: os.truncate(path, 2**40),
    "empty": lambda path: os.truncate(path, 0),
    "no text": lambda path: path.write_bytes(b"\0" * 9),
    "its folder a file": lambda path: (shutil.rmtree(path.parent), path.parent.write_text("No folder.")),
    "its folder renamed": lambda path: path.parent.rename(path.parent.with_name("moved")),
}
CHANGES: dict[str, Callable[[Path], object]] = {
    "shorter": lambda path: os.truncate(path, 7),
    "other words with the times of before": same_times,
    "older than it was": lambda path: (path.write_text("Old."), os.utime(path, (0, 0))),
    "from before 1970": lambda path: (path.write_text("Older."), os.utime(path, (-1e9, -1e9))),
    "from the future": lambda path: (path.write_text("New."), os.utime(path, (4e9, 4e9))),
}


@pytest.mark.parametrize("kind", BECOMES)
def test_a_file_that_becomes_something_else_costs_itself_alone(folder: Path, kind: str) -> None:
    report = update(folder, lambda: BECOMES[kind](folder / "a" / "sub" / "2.txt"))
    assert [bool(one.reason) for one in report.unreadable] == [True]
    assert held(folder) == {"0.txt": "This one is another.", "1.txt": "This is 1.txt."}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_file_that_changes_is_held_as_it_is_in_the_end(folder: Path, kind: str) -> None:
    file = folder / "a" / "sub" / "2.txt"
    update(folder, lambda: CHANGES[kind](file))
    update(folder)
    assert held(folder)["sub/2.txt"] == file.read_text() != "This is sub/2.txt."
    CHANGES[kind](file)
    file.write_text(file.read_text() + " More.")
    update(folder)
    assert held(folder)["sub/2.txt"] == file.read_text()


@pytest.mark.parametrize("way", ["moved", "emptied", "moved before anything was read"])
def test_a_folder_that_goes_away_during_a_run_loses_no_document(folder: Path, way: str) -> None:
    before = held(folder)

    def go() -> None:
        (folder / "a").rename(folder / "elsewhere")
        if way == "emptied":  # as where a disk was mounted
            (folder / "a").mkdir()
        if "before" in way:
            raise UnreadableContent("gone")

    with pytest.raises(WentAway, match="since the run began, so nothing was removed"):
        update(folder, go)
    assert held(folder) == before
    if way == "emptied":
        (folder / "a").rmdir()
    (folder / "elsewhere").rename(folder / "a")
    update(folder)
    assert held(folder) == before | {"0.txt": "This one is another."}


NAMES = (
    "'; DROP TABLE documents; --.txt", '"quoted" `and` $(touch ran).txt', "two\nlines\r.txt", "-rf.txt", "%s%n{0}.txt",
    "\x1b[2J\x07.txt", "\u202egpj.txt", "e\u0301 ü 日本 👩‍👩‍👧.txt", " space .txt", "a..txt", "a\\b;c&d|e.txt", "#?%2f%00.txt",
    f"{'n' * 251}.txt", f"{'ä' * 125}.txt",
)  # fmt: skip


def test_names_of_every_kind_are_held_exactly_and_those_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for number, name in enumerate(NAMES):
        (tmp_path / "a" / name).write_text(f"Number {number}.")
    wrong = os.fsencode(tmp_path / "a") + b"/\xff\xfe.txt"
    Path(os.fsdecode(wrong)).write_text("Not UTF-8.")
    report = update(tmp_path)
    assert held(tmp_path) == {name: f"Number {number}." for number, name in enumerate(NAMES)}
    assert [(one.name[-12:], one.reason) for one in report.unreadable] == [
        (r"\udcff\udcfe.txt"[-12:], "its name is not UTF-8")
    ]
    for name in NAMES:
        (tmp_path / "a" / name).rename(tmp_path / "a" / f"{name[-100:]}.md")
    assert len(update(tmp_path).renamed) == len(NAMES)


@pytest.fixture
def anyone() -> Iterator[Callable[[Callable[[Path], object]], None]]:
    """Runs something in a folder as a user who is not root, who may read everything."""
    if os.getuid():
        yield lambda work: work(Path(tempfile.mkdtemp()))
        return
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    place.chmod(0o777)

    def run(work: Callable[[Path], object]) -> None:
        child = os.fork()
        if not child:
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                work(place)
                os._exit(0)
            except BaseException:
                traceback.print_exc(file=sys.__stderr__)
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0

    yield run
    for path in (place, *place.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(place)


@pytest.mark.parametrize(
    ("what", "mode", "reason", "kept"),
    [
        ("sub/2.txt", 0o000, "Permission denied", False),
        ("sub", 0o000, "it cannot be listed", True),
        ("sub", 0o111, "it cannot be listed", True),
        ("sub", 0o444, "Permission denied", False),
    ],
)
def test_what_may_not_be_read_is_named_and_stops_nothing_else(
    anyone: Callable[[Callable[[Path], object]], None], tmp_path: Path, what: str, mode: int, reason: str, kept: bool
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "0.txt").write_text("Loads what is needed to read it.")
    update(tmp_path)

    def work(place: Path) -> None:
        (place / "a" / "sub").mkdir(parents=True)
        for name in FILES:
            (place / "a" / name).write_text(f"This is {name}.")
        update(place)
        before = held(place)
        (place / "a" / what).chmod(mode)
        (place / "a" / "0.txt").write_text("This one is another.")
        report = update(place)
        said = [one.reason for one in (*report.unreadable, *report.away)]
        assert said and all(one == reason for one in said), said
        assert set(held(place)) == ({*FILES} if kept else {"0.txt", "1.txt"})
        assert held(place)["0.txt"] == "This one is another."
        (place / "a" / what).chmod(0o755)
        update(place)
        assert held(place) == before | {"0.txt": "This one is another."}

    anyone(work)
