"""Watching folders, and what an indexing run says."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder, Tired

from index import builder
from index.documents import load
from index.folder_index import Index, IndexLocked
from index.update import embedding
from qa.cli import upload_folder
from qa.commands.index import changes, in_turn, roots_of, show_build, update
from qa.console import Terminal

build = partial(builder.build, load=load)  # in this process: starting another would take most of the time


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """What is watched."""
    return [tmp_path / "articles", tmp_path / "notes" / "one.txt"]


@pytest.fixture
def watched(tmp_path: Path, paths: list[Path]) -> Iterator[list[float]]:
    """The times at which changes were noticed in these paths, with the index inside ``articles``."""
    for name in ("articles/index", "notes"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "notes" / "one.txt").write_text("One.")
    noticed: list[float] = []
    stop = threading.Event()

    def follow() -> None:
        for _ in changes(lambda: paths, tmp_path / "articles" / "index", stop):
            noticed.append(time.monotonic())

    thread = threading.Thread(target=follow)
    thread.start()
    assert wait_for(noticed, 1)
    yield noticed
    stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive()


def wait_for(noticed: list[float], count: int, seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while len(noticed) < count and time.monotonic() < until:
        time.sleep(0.05)
    return len(noticed) >= count


@pytest.mark.slow
def test_changes_are_noticed_and_those_of_the_index_are_not(tmp_path: Path, watched: list[float]) -> None:
    (tmp_path / "articles" / "index" / "seen.json").write_text("own")
    assert not wait_for(watched, 2, seconds=3)
    (tmp_path / "articles" / "new").mkdir()
    (tmp_path / "articles" / "new" / "a.txt").write_text("New.")
    assert wait_for(watched, 2)
    waiting = tmp_path / "notes" / "two"
    waiting.write_text("Another.")
    waiting.rename(tmp_path / "notes" / "one.txt")
    assert wait_for(watched, 3)


@pytest.mark.slow
def test_a_folder_that_comes_back_or_comes_later_is_watched(
    tmp_path: Path, paths: list[Path], watched: list[float]
) -> None:
    (tmp_path / "articles").rename(tmp_path / "away")
    assert wait_for(watched, 2)
    time.sleep(2)
    seen = len(watched)
    (tmp_path / "away").rename(tmp_path / "articles")
    assert wait_for(watched, seen + 1)
    time.sleep(2)
    seen = len(watched)
    (tmp_path / "articles" / "a.txt").write_text("New.")
    assert wait_for(watched, seen + 1)
    (tmp_path / "uploads").mkdir()
    paths.append(tmp_path / "uploads")
    time.sleep(2)
    seen = len(watched)
    (tmp_path / "uploads" / "a.txt").write_text("New.")
    assert wait_for(watched, seen + 1)


def test_a_change_waits_for_whoever_writes_the_index(tmp_path: Path) -> None:
    outcomes = iter([IndexLocked(tmp_path, "by process 7"), None])

    def run() -> None:
        if error := next(outcomes):
            raise error

    in_turn(run)
    assert [*outcomes] == []


def test_what_is_away_is_named(tmp_path: Path, embedder: FakeEmbedder) -> None:
    for name in ("home", "disk"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(f"{name}.")
    roots = [tmp_path / "home", tmp_path / "disk"]
    build(roots, tmp_path / "index", embedder)
    (tmp_path / "disk").rename(tmp_path / "away")
    console = Terminal(file=io.StringIO(), width=200)
    show_build(build(roots, tmp_path / "index", embedder), tmp_path / "index", console)
    assert console.file.getvalue().splitlines() == [  # type: ignore[attr-defined]
        f"2 documents, 2 passages (0 added, 0 changed, 0 renamed, 0 removed, 2 unchanged) in {tmp_path / 'index'}",
        f"  {tmp_path / 'disk'}: it is not there; its 1 document stays in the index until it is back or you remove it",
    ]


def test_a_run_is_summed_up(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a.txt", "b.txt", "[c].xyz"):
        (tmp_path / "a" / name).write_text("Same.")
    (tmp_path / "a" / "old.txt").write_bytes("Die Fähre kostet zwölf Kronen, die Bäume sind grün.".encode("cp1252"))
    console = Terminal(file=io.StringIO(), width=200)
    show_build(build([tmp_path / "a"], tmp_path / "index", embedder), tmp_path / "index", console)
    assert console.file.getvalue().splitlines() == [  # type: ignore[attr-defined]
        f"2 documents, 2 passages (2 added, 0 changed, 0 renamed, 0 removed, 0 unchanged) in {tmp_path / 'index'}",
        f"  same content as {tmp_path / 'a' / 'a.txt'}, indexed once: {tmp_path / 'a' / 'b.txt'}",
        f"  not read: {tmp_path / 'a' / '[c].xyz'}: unknown file type .xyz",
        f"  read with a warning: {tmp_path / 'a' / 'old.txt'}: read as windows-1252, as it is not UTF-8",
    ]


def test_what_stays_out_is_said(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "a" / name).write_text(f"{name}.")
    build([tmp_path / "a"], tmp_path / "index", embedder, without=[tmp_path / "a" / "b.txt"])
    console = Terminal(file=io.StringIO(), width=200)
    show_build(build([tmp_path / "a"], tmp_path / "index", embedder), tmp_path / "index", console)
    assert console.file.getvalue().splitlines() == [  # type: ignore[attr-defined]
        f"1 documents, 1 passages (0 added, 0 changed, 0 renamed, 0 removed, 1 unchanged) in {tmp_path / 'index'}",
        f"  left out as you removed it on the page: {tmp_path / 'a' / 'b.txt'}; name it beside its folder to put it back",
    ]


def test_each_index_has_uploads_of_its_own_and_says_what_it_is_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    articles, index = tmp_path / "articles", tmp_path / "index"
    uploads = upload_folder(index)
    assert uploads.parent == upload_folder(tmp_path / "pincite" / "index").parent == tmp_path / "pincite"
    assert (
        len({*map(upload_folder, (index, tmp_path / "pincite" / "index", articles))}) == 3
    )  # no index deletes another's
    for folder, words in ((uploads, "Bees make honey."), (articles, "Cats sleep.")):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(words)
    assert [*roots_of(index)] == []
    build([articles], index, FakeEmbedder())
    assert [*roots_of(index)] == [articles]
    build([articles, uploads], index, FakeEmbedder())
    assert [*roots_of(index)] == [articles, uploads]


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three articles, too many to be embedded before they can be asked."""
    for module, name, value in ((builder, "FEW", 0), (embedding, "AT_ONCE", 1), (embedding, "FIRST_COPY", 1)):
        monkeypatch.setattr(module, name, value)
    (tmp_path / "a").mkdir()
    for name in "abc":
        (tmp_path / "a" / f"{name}.txt").write_text(f"About {name}.")
    return tmp_path / "a"


def updated(folder: Path, embedder: FakeEmbedder, **options: bool) -> type[BaseException] | None:
    """Update the index beside a folder, in a thread, as that keeps its low priority; what ended it, if anything did."""
    ended: list[type[BaseException]] = []

    def run() -> None:
        try:
            given = {"planned": False, "as_json": False} | options
            update([folder], folder.parent / "index", embedder, search=None, **given)  # type: ignore[arg-type]
        except BaseException as error:
            ended.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    return ended[0] if ended else None


def test_what_can_be_asked_already_is_said_and_then_that_all_is_there(
    many: Path, embedder: FakeEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert updated(many, embedder) is None
    said = capsys.readouterr()
    assert said.out.splitlines()[0].startswith("3 documents, 3 passages (3 added")
    assert said.err.splitlines() == [
        "vectors for 0 of 3 passages; ask already now: the others follow, and Ctrl-C only puts that off",
        "all passages have their vectors",
    ]
    assert updated(many, embedder, quiet=True) is None and capsys.readouterr() == ("", "")


def test_whoever_is_stopped_reads_what_is_there_and_the_next_run_makes_the_rest(
    many: Path, embedder: FakeEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert updated(many, Tired("About c")) is KeyboardInterrupt
    assert capsys.readouterr().err.splitlines()[-1] == "vectors for 2 of 3 passages"
    assert updated(many, embedder, planned=True) is None and Index.open(many.parent / "index").without_vector == 1
    capsys.readouterr()
    assert updated(many, embedder, as_json=True) is None
    report = json.loads(capsys.readouterr().out)
    assert (report["without_vector"], len(report["unchanged"])) == (0, 3)
    assert Index.open(many.parent / "index").without_vector == 0
