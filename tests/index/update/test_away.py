"""What cannot be seen for a moment is not forgotten; what is deleted from a folder that is there is."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from index import builder
from index.builder import plan
from index.documents import load
from index.folder_index import Index, Unreadable
from index.storage.generations import generations
from index.update.away import Away, AwayAndNeeded, away

build = partial(builder.build, load=load)  # in this process: starting another would take most of the time


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    """Two folders, the second as if on a disk of its own."""
    for name, words in (
        ("home/a.txt", "The mill was built."),
        ("disk/b.txt", "The crypt was opened."),
        ("disk/c/d.txt", "Bees."),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(words)
    return [tmp_path / "home", tmp_path / "disk"]


def held(index: Path) -> list[str]:
    return [Path(record.name).name for record in Index.open(index).documents]


def take_away(disk: Path, how: str) -> None:
    disk.rename(disk.with_name("elsewhere"))
    if how == "empty":
        disk.mkdir()
    elif how == "hidden":  # as a mount point may hold
        (disk / ".Trash").mkdir(parents=True)


def bring_back(disk: Path) -> None:
    for path in sorted(disk.rglob("*"), reverse=True):
        path.rmdir()
    if disk.exists():
        disk.rmdir()
    disk.with_name("elsewhere").rename(disk)


@pytest.mark.parametrize(
    ("how", "reason"), [("gone", "it is not there"), ("empty", "it is empty"), ("hidden", "it is empty")]
)
def test_a_root_that_is_away_keeps_its_documents_and_comes_back(
    roots: list[Path], tmp_path: Path, embedder: FakeEmbedder, how: str, reason: str
) -> None:
    index = tmp_path / "index"
    build(roots, index, embedder)
    take_away(roots[1], how)
    (roots[0] / "new.txt").write_text("Apples.")
    planned = plan(roots, index, embedder.fingerprint)
    report = build(roots, index, embedder)
    assert report == planned and report.away == (Away(str(roots[1]), reason, 2),)
    assert held(index) == ["b.txt", "d.txt", "a.txt", "new.txt"] and report.removed == ()
    assert Index.open(index).settings.roots == tuple(map(str, roots))
    assert Index.open(index).document_text(str(roots[1] / "b.txt")) == "The crypt was opened."
    bring_back(roots[1])
    (roots[1] / "b.txt").unlink()
    report = build(roots, index, embedder)
    assert held(index) == ["d.txt", "a.txt", "new.txt"] and (len(report.removed), report.away) == (1, ())


def test_all_of_it_may_be_away(roots: list[Path], tmp_path: Path, embedder: FakeEmbedder) -> None:
    build(roots, tmp_path / "index", embedder)
    for root in roots:
        root.rename(root.with_suffix(".away"))
    assert [one.documents for one in build(roots, tmp_path / "index", embedder).away] == [1, 2]
    assert len(held(tmp_path / "index")) == 3
    assert generations(tmp_path / "index") == ["gen-00000001"]  # nothing to write


def test_a_root_that_is_no_longer_named_is_dropped(roots: list[Path], tmp_path: Path, embedder: FakeEmbedder) -> None:
    build(roots, tmp_path / "index", embedder)
    take_away(roots[1], "gone")
    assert build(roots[:1], tmp_path / "index", embedder).away == ()
    assert held(tmp_path / "index") == ["a.txt"]


def test_a_single_file_that_is_away_is_kept(roots: list[Path], tmp_path: Path, embedder: FakeEmbedder) -> None:
    named = [roots[0], roots[1] / "b.txt"]
    build(named, tmp_path / "index", embedder)
    named[1].rename(tmp_path / "elsewhere")
    assert build(named, tmp_path / "index", embedder).away == (Away(str(named[1]), "it is not there", 1),)
    assert held(tmp_path / "index") == ["b.txt", "a.txt"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may list any folder")
def test_the_documents_of_a_folder_that_cannot_be_listed_are_kept(
    roots: list[Path], tmp_path: Path, embedder: FakeEmbedder
) -> None:
    build(roots, tmp_path / "index", embedder)
    (roots[1] / "c").chmod(0)
    try:
        report = build(roots, tmp_path / "index", embedder)
    finally:
        (roots[1] / "c").chmod(0o700)
    assert report.away == (Away(str(roots[1] / "c"), "it cannot be listed", 1),)
    assert held(tmp_path / "index") == ["b.txt", "d.txt", "a.txt"]


def test_what_was_excluded_stays_out_while_away(roots: list[Path], tmp_path: Path, embedder: FakeEmbedder) -> None:
    out = [roots[1] / "b.txt"]
    build(roots, tmp_path / "index", embedder)
    take_away(roots[1], "gone")
    build(roots, tmp_path / "index", embedder, without=out)
    assert held(tmp_path / "index") == ["d.txt", "a.txt"]


def test_the_same_bytes_elsewhere_stand_for_what_is_away(
    roots: list[Path], tmp_path: Path, embedder: FakeEmbedder
) -> None:
    build(roots, tmp_path / "index", embedder)
    take_away(roots[1], "gone")
    (tmp_path / "elsewhere").rename(tmp_path / "copy")
    report = build([*roots, tmp_path / "copy"], tmp_path / "index", embedder)
    assert sorted(held(tmp_path / "index")) == ["a.txt", "b.txt", "d.txt"]
    assert len(report.duplicates) == 2


def test_what_has_to_be_read_again_must_be_there(roots: list[Path], tmp_path: Path, embedder: FakeEmbedder) -> None:
    build(roots, tmp_path / "index", embedder)
    take_away(roots[1], "gone")
    with pytest.raises(AwayAndNeeded, match="disk: it is not there, and its documents have to be read again"):
        build(roots, tmp_path / "index", FakeEmbedder(fingerprint="other"))
    assert len(held(tmp_path / "index")) == 3


def test_only_roots_with_documents_are_away(roots: list[Path]) -> None:
    names = [str(roots[0] / "a.txt"), f"{roots[1]}ette/b.txt"]
    roots[1].rename(roots[1].with_name("elsewhere"))
    assert away(roots, names) == ()


def test_an_index_inside_its_source_is_left_out_with_a_word(
    roots: list[Path], tmp_path: Path, embedder: FakeEmbedder
) -> None:
    index = roots[0] / "sub" / "index"
    build(roots, index, embedder)
    report = build(roots, index, embedder)
    assert report.unreadable == (Unreadable(str(index), "an index, which holds no articles"),) and report.away == ()
    assert len(report.unchanged) == 3
