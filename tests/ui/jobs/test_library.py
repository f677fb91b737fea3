"""What is removed on the page can be put back, and nothing is deleted before the index without it is on disk."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from index import builder
from index.documents import load
from index.files import digest
from index.folder_index import Index, IndexLocked
from index.update.report import BuildReport
from ui.jobs.lazy_assistant import Loading
from ui.jobs.library import UNDO, Library, file_name
from ui.state.background import Progress
from ui.state.roots import Roots
from ui.state.source_files import key_of


class Shelf:
    """A library over a real index of one article; ``before`` is called before each rebuild."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.before = folder, lambda: None
        self.articles = folder / "articles"
        self.articles.mkdir()
        (self.articles / "a.txt").write_text("Apples are red.")
        builder.build([self.articles], folder / "index", FakeEmbedder(), load=load)
        self.library = self.begin()

    def begin(self) -> Library:
        """A library as a server that starts makes it."""
        loading = Loading(lambda: _Opened(Index.open(self.folder / "index")))  # type: ignore[arg-type]
        loading.wait()
        return Library(loading, self.rebuild, self.folder / "home" / "uploads", by_path=True)

    def rebuild(self, roots: Roots, progress: Progress) -> BuildReport:
        self.before()
        place, out = self.folder / "index", sorted(roots.out)
        return builder.begin(
            roots.paths, place, FakeEmbedder(), without=out, only=roots.only, load=load, progress=progress
        )

    def do(self, work: Callable[..., object], *values: object) -> str:
        """Do something and wait for its job."""
        work(*values)
        for thread in threading.enumerate():
            if thread.name == "index":
                thread.join(10)
        assert self.library.job is not None and self.library.job.state != "running"
        return self.library.job.said

    def upload(self, name: str, words: str) -> Path:
        (self.folder / "arrived").write_text(words)
        self.library.keep({self.folder / "arrived": name})
        self.do(self.library.add_uploads)
        (file,) = self.library.uploads.glob(f"*/{name}")
        return file

    def held(self) -> set[str]:
        return {Path(record.name).name for record in self.documents()}

    def documents(self) -> list[object]:
        return list(Index.open(self.folder / "index").documents)


class _Opened:
    def __init__(self, index: Index) -> None:
        self.index = index


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_removal_is_undone(shelf: Shelf) -> None:
    file = shelf.upload("b.txt", "Bees.")
    shelf.do(shelf.library.remove, [str(file)])
    assert shelf.held() == {"a.txt"} and file.exists()
    shelf.do(shelf.library.undo)
    assert shelf.held() == {"a.txt", "b.txt"} and shelf.library.roots.out == frozenset()
    before = shelf.library.job
    shelf.library.undo()  # nothing is left to undo
    assert shelf.library.job is before


def test_a_removal_that_still_runs_is_undone_after_it(shelf: Shelf) -> None:
    file, gate = shelf.upload("b.txt", "Bees."), threading.Event()
    shelf.before = lambda: gate.wait(10) and None
    shelf.library.remove([str(file)])
    shelf.library.undo()
    gate.set()
    shelf.do(lambda: None)
    assert shelf.held() == {"a.txt", "b.txt"} and shelf.library.roots.out == frozenset()


def test_nothing_is_deleted_if_the_index_cannot_be_written(shelf: Shelf) -> None:
    file = shelf.upload("b.txt", "Bees.")

    def full() -> None:
        raise OSError(28, "No space left on device", "/disk")

    shelf.before = full
    assert "No space left" in shelf.do(shelf.library.remove, [str(file)])
    shelf.library.sweep()
    assert file.exists() and shelf.held() == {"a.txt", "b.txt"}


def test_nothing_is_deleted_while_it_may_be_brought_back(shelf: Shelf) -> None:
    file = shelf.upload("b.txt", "Bees.")
    shelf.do(shelf.library.remove, [str(file)])
    shelf.before = shelf.library.sweep
    shelf.do(shelf.library.undo)
    assert file.exists() and shelf.held() == {"a.txt", "b.txt"}


def test_a_removed_upload_is_deleted_in_time_and_stays_removed(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.jobs.library.UNDO", 0.5)
    file = shelf.upload("b.txt", "Bees.")
    shelf.do(shelf.library.remove, [str(file)])
    until = time.monotonic() + 20
    while file.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not file.exists()
    shelf.do(shelf.library.update)
    assert shelf.held() == {"a.txt"} and shelf.library.roots.out == frozenset()


def test_an_upload_that_is_there_under_another_name_is_named(shelf: Shelf) -> None:
    for name in ("b.txt", "again.txt"):
        (shelf.folder / name).write_text("Bees.")
        shelf.library.keep({shelf.folder / name: name})
    said = shelf.do(shelf.library.add_uploads)
    assert said.splitlines() == ["2 articles: 1 added.", "again.txt has the same content as b.txt", "b.txt was added"]


def test_an_upload_does_not_bring_back_those_that_were_removed(shelf: Shelf) -> None:
    file = shelf.upload("b.txt", "Bees.")
    shelf.do(shelf.library.remove, [str(file)])
    shelf.upload("c.txt", "Cats.")
    assert shelf.held() == {"a.txt", "c.txt"}
    shelf.upload("b.txt", "Bees.")
    assert shelf.held() == {"a.txt", "b.txt", "c.txt"}


def test_what_has_been_deleted_meanwhile_cannot_be_put_back(shelf: Shelf) -> None:
    file = shelf.upload("b.txt", "Bees.")
    shelf.do(shelf.library.remove, [str(file)])
    file.unlink()
    with pytest.raises(ValueError, match=r"b\.txt is no longer there\. Add it again\."):
        shelf.library.put_back(key_of(str(file)))


def test_what_a_killed_upload_left_is_not_taken_for_the_upload(shelf: Shelf) -> None:
    words = "Bees."
    place = shelf.library.uploads / digest(words.encode())[:16]
    place.mkdir(parents=True)
    (place / ".pincite-0123.new").write_text("Be")
    (place / "old name.txt").write_text("Be")  # as a version without drafts may have left it
    assert shelf.upload("b.txt", words).read_text() == words
    assert shelf.held() >= {"a.txt", "b.txt"}


def test_one_folder_is_updated_alone(shelf: Shelf) -> None:
    other = shelf.folder / "other"
    other.mkdir()
    (other / "o.txt").write_text("Owls.")
    shelf.do(shelf.library.add_path, str(other))
    for folder in (shelf.articles, other):
        (folder / f"new in {folder.name}.txt").write_text(f"New in {folder.name}.")
    assert shelf.do(shelf.library.update, key_of(str(other))) == "3 articles: 1 added."
    assert shelf.held() == {"a.txt", "o.txt", "new in other.txt"}
    with pytest.raises(ValueError, match="no longer among the articles"):
        shelf.library.update("0" * 20)
    assert shelf.do(shelf.library.update) == "4 articles: 1 added."


def test_a_folder_that_is_away_keeps_its_documents_and_is_named(shelf: Shelf) -> None:
    disk = shelf.folder / "disk"
    disk.mkdir()
    (disk / "d.txt").write_text("Doves.")
    shelf.do(shelf.library.add_path, str(disk))
    disk.rename(shelf.folder / "elsewhere")
    disk.mkdir()  # as where no disk is mounted
    said = shelf.do(shelf.library.update)
    assert said.endswith(f"{disk}: it is empty; its 1 document stays in the index until it is back or you remove it")
    assert shelf.held() == {"a.txt", "d.txt"}
    assert [(one.path, one.missing) for one in shelf.library.origins()] == [(shelf.articles, False), (disk, True)]
    disk.rmdir()
    shelf.upload("b.txt", "Bees.")
    assert shelf.held() == {"a.txt", "b.txt", "d.txt"}
    shelf.do(shelf.library.remove, [str(disk / "d.txt")])
    assert shelf.held() == {"a.txt", "b.txt"}
    shelf.folder.joinpath("elsewhere").rename(disk)
    shelf.do(shelf.library.update)
    assert shelf.held() == {"a.txt", "b.txt"}


def test_the_roots_of_an_index_from_elsewhere_are_confirmed_before_they_are_read(shelf: Shelf) -> None:
    shutil.copytree(shelf.folder / "index", shelf.folder / "brought")
    shutil.rmtree(shelf.folder / "index")
    shutil.copytree(shelf.folder / "brought", shelf.folder / "index")
    shelf.library = shelf.begin()
    (shelf.articles / "secret.txt").write_text("Secret.")
    with pytest.raises(ValueError, match=f"made elsewhere. Updating it reads {shelf.articles} on this computer"):
        shelf.library.update()
    assert shelf.library.job is None and shelf.held() == {"a.txt"}
    shelf.do(shelf.library.update)
    assert shelf.held() == {"a.txt", "secret.txt"}
    shelf.do(shelf.library.update)  # now it is ours


def test_uploads_that_were_removed_together_stay_out_when_another_comes(shelf: Shelf) -> None:
    old = shelf.upload("b.txt", "Bees.")
    shelf.do(shelf.library.drop, key_of(str(shelf.library.uploads)))
    assert shelf.held() == {"a.txt"}
    new = shelf.upload("c.txt", "Cats.")
    assert shelf.held() == {"a.txt", "c.txt"}
    shelf.do(shelf.library.undo)  # what was removed comes back beside what was added
    assert shelf.held() == {"a.txt", "b.txt", "c.txt"}
    shelf.do(shelf.library.drop, key_of(str(shelf.library.uploads)))
    shelf.upload("c.txt", "Cats.")
    os.utime(old, (0, 0))
    shelf.library.sweep()  # as once the removal cannot be undone any more
    assert new.exists() and not old.exists() and shelf.held() == {"a.txt", "c.txt"}


def test_what_was_added_after_a_removal_stays_when_that_is_undone(shelf: Shelf) -> None:
    file = shelf.upload("b.txt", "Bees.")
    shelf.do(shelf.library.remove, [str(file)])
    (shelf.folder / "more").mkdir()
    (shelf.folder / "more" / "d.txt").write_text("Doves.")
    shelf.do(shelf.library.add_path, str(shelf.folder / "more"))
    shelf.do(shelf.library.undo)
    assert shelf.held() == {"a.txt", "b.txt", "d.txt"}


def test_what_is_uploaded_while_others_are_indexed_comes_next(shelf: Shelf) -> None:
    gate = threading.Event()
    shelf.before = lambda: gate.wait(10)  # type: ignore[assignment,return-value]
    shelf.library.update()
    for name in ("b.txt", "c.txt"):
        (shelf.folder / name).write_text(name)
        shelf.library.keep({shelf.folder / name: name})
    shelf.library.sweep()  # not what waits
    shelf.library.add_uploads()
    gate.set()
    assert "2 added" in shelf.do(shelf.library.add_uploads)  # which finds none that wait
    assert shelf.held() == {"a.txt", "b.txt", "c.txt"}


def test_a_page_deletes_nothing_that_another_page_over_the_same_index_needs(shelf: Shelf) -> None:
    other = shelf.begin()
    (shelf.folder / "b.txt").write_text("Bees.")
    shelf.library.keep({shelf.folder / "b.txt": "b.txt"})
    other.sweep()  # as when it closes
    shelf.do(shelf.library.add_uploads)
    assert shelf.held() == {"a.txt", "b.txt"}
    (file,) = shelf.library.uploads.glob("*/b.txt")
    long_ago = time.time() - 2 * UNDO
    for again in (shelf.library.undo, lambda: shelf.upload("b.txt", "Bees.")):
        os.utime(file, (long_ago, long_ago))
        shelf.do(shelf.library.remove, [str(file)])
        other = shelf.begin()
        shelf.before = other.sweep
        shelf.do(again)
        assert file.exists() and shelf.held() == {"a.txt", "b.txt"}
        shelf.before = lambda: None
    os.utime(file, (long_ago, long_ago))
    shelf.do(shelf.library.remove, [str(file)])
    shelf.begin().sweep()
    assert not file.exists()


def test_whoever_writes_the_index_is_waited_for_and_keeps_what_it_added(shelf: Shelf) -> None:
    (shelf.folder / "notes").mkdir()
    (shelf.folder / "notes" / "n.txt").write_text("Nuts.")

    def written() -> None:
        shelf.before = lambda: None
        builder.build([shelf.articles, shelf.folder / "notes"], shelf.folder / "index", FakeEmbedder(), load=load)
        raise IndexLocked(shelf.folder / "index", "by process 7")

    shelf.before = written
    shelf.upload("b.txt", "Bees.")
    assert shelf.held() == {"a.txt", "b.txt", "n.txt"}


def test_the_uploads_of_a_job_that_failed_are_indexed_by_the_next(shelf: Shelf) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device", "/disk")

    shelf.before = full
    file = shelf.upload("b.txt", "Bees.")
    shelf.before = lambda: None
    os.utime(file, (0, 0))
    shelf.library.sweep()
    assert shelf.held() == {"a.txt"}
    shelf.do(shelf.library.update)
    assert shelf.held() == {"a.txt", "b.txt"}


def test_waiting_for_whoever_writes_the_index_is_said_and_can_be_stopped(shelf: Shelf) -> None:
    tries: list[str] = []

    def locked() -> None:
        assert shelf.library.job is not None
        tries.append(shelf.library.job.name)
        if len(tries) == 3:
            shelf.library.stop()
        raise IndexLocked(shelf.folder / "index", "by process 7")

    shelf.before = locked
    assert shelf.do(shelf.library.update).startswith("Stopped.")
    assert tries == ["", *["Another process is writing the index."] * 2]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("bridge & <b>${1}.txt", "bridge & <b>${1}.txt"),
        ("../../.ssh\\x.md", "ssh x.md"),
        ("\ud800a\x00\x1b[31m.txt", "a [31m.txt"),
        (f"{'ä' * 300}.txt", f"{'ä' * 98}.txt"),
        (f"a.{'b' * 300}", "a"),
        ("...", "upload"),
    ],
)
def test_an_upload_keeps_its_name_as_far_as_files_can(given: str, kept: str) -> None:
    assert file_name(given) == kept
