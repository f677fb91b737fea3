"""Files that look unchanged are not read again; what is in doubt is."""

from __future__ import annotations

import hashlib
import json
import os
import time
from functools import partial
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from index import builder
from index.builder import plan
from index.documents import UnreadableDocument, load
from index.folder_index import Index
from index.loaders.text import Content
from index.storage.generations import generations
from index.update.file_stamps import SETTLED, Seen, damaged_notes
from index.update.vector_log import Journal

build = partial(builder.build, load=load)  # in this process: starting another would take most of the time


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files may be trusted the moment they are written."""
    monkeypatch.setattr("index.update.file_stamps.SETTLED", -1_000_000_000_000)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def remembered(folder: Path, path: Path) -> Seen:
    """Notes of a file, saved and opened again."""
    seen = Seen()
    seen.digest(path)
    seen.save(folder)
    return Seen.open(folder)


def test_a_file_that_looks_the_same_is_not_read(tmp_path: Path, settled: None) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One.")
    seen = remembered(tmp_path, path)
    assert seen.unchanged(path) and seen.digest(path) == sha256("One.")
    seen._before[str(path)][1] = "noted"
    assert seen.digest(path) == "noted"


def test_the_same_size_and_time_do_not_hide_a_change(tmp_path: Path, settled: None) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One.")
    found = path.stat()
    seen = remembered(tmp_path, path)
    path.write_text("Two.")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert path.stat().st_mtime_ns == found.st_mtime_ns
    assert not seen.unchanged(path) and seen.digest(path) == sha256("Two.")


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_was_set_hides_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + hours * 3600 * 10**9)
    path = tmp_path / "a.txt"
    path.write_text("One.")
    found = path.stat()
    seen = remembered(tmp_path, path)
    assert seen.unchanged(path) == (hours > 0)  # what seems to be of the future is read at every run
    path.write_text("Two.")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert not seen.unchanged(path) and seen.digest(path) == sha256("Two.")


def test_a_file_changed_just_now_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One.")
    assert SETTLED > 0 and not remembered(tmp_path, path).unchanged(path)


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_damaged_notes_are_no_notes(tmp_path: Path, settled: None, damage: str) -> None:
    path, notes = tmp_path / "a.txt", tmp_path / "seen.json"
    path.write_text("One.")
    remembered(tmp_path, path)
    data = bytearray(notes.read_bytes())
    data[-3] ^= 1
    {"flip": lambda: notes.write_bytes(data), "cut": lambda: os.truncate(notes, 90), "gone": notes.unlink}[damage]()
    assert not Seen.open(tmp_path).unchanged(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match=r"gone\.txt"):
        Seen().digest(tmp_path / "gone.txt")


def test_known_bad_files_are_not_read_again(tmp_path: Path, embedder: FakeEmbedder, settled: None) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.txt").write_text("Apples.")
    (tmp_path / "a" / "b.pdf").write_text("no PDF")
    first = build([tmp_path / "a"], tmp_path / "index", embedder)

    def never(kind: str, data: bytes) -> Content:
        raise AssertionError("read again")

    again = build([tmp_path / "a"], tmp_path / "index", embedder, load=never)
    assert again.unreadable == first.unreadable != () and generations(tmp_path / "index") == ["gen-00000001"]


def test_a_plan_says_what_a_build_does_and_writes_nothing(tmp_path: Path, embedder: FakeEmbedder) -> None:
    articles, index = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()
    for name in ("a", "b", "c", "d"):
        (articles / f"{name}.md").write_text(f"# {name}\n\nAbout {name}.\n")
    assert plan([articles], index, embedder.fingerprint).documents == 4 and not index.exists()
    build([articles], index, embedder)
    (articles / "a.md").write_text("# a\n\nOther.\n")
    (articles / "b.md").rename(articles / "e.md")
    (articles / "c.md").unlink()
    (articles / "f.txt").write_text("New.")
    (articles / "g.txt").write_text("New.")
    (articles / "h.pdf").write_text("no PDF")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in index.rglob("*") if path.is_file()}
    embedder.embedded.clear()
    planned = plan([articles], index, embedder.fingerprint)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in index.rglob("*") if path.is_file()} == before
    assert embedder.embedded == []
    assert [[Path(name).name for name in part] for part in (planned.added, planned.changed, planned.removed)] == [
        ["f.txt"], ["a.md"], ["c.md"],
    ]  # fmt: skip
    assert [(Path(one.name).name, Path(one.was).name) for one in planned.renamed] == [("e.md", "b.md")]
    assert len(planned.duplicates) == len(planned.unreadable) == 1
    assert build([articles], index, embedder) == planned


def test_an_interrupted_run_goes_on_where_it_was(
    tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.update.embedding.AT_ONCE", 1)
    articles, index = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()
    for name in "abcdef":
        (articles / f"{name}.txt").write_text(f"About {name}.")

    class Tired(FakeEmbedder):
        def embed(self, texts: list[str]) -> object:  # type: ignore[override]
            if "d\nAbout d." in texts:
                raise KeyboardInterrupt
            return super().embed(texts)

    with pytest.raises(KeyboardInterrupt):
        build([articles], index, Tired())
    with (index / "vectors.journal").open("ab") as file:
        file.write(b"half a record")
    build([articles], index, embedder)
    assert [text[0] for text in embedder.embedded if "About" in text] == ["d", "e", "f"]
    fresh = embedder.embed([f"{name}\nAbout {name}." for name in "abcdef"])
    assert (Index.open(index).contents.vectors == fresh).all() and not (index / "vectors.journal").exists()


def test_a_journal_of_another_embedder_or_a_damaged_record_is_not_used(tmp_path: Path, embedder: FakeEmbedder) -> None:
    keys, vectors = [bytes([n]) * 32 for n in range(3)], embedder.embed(["a", "b", "c"])
    Journal(tmp_path, "one").add(keys, vectors)
    assert [Journal(tmp_path, "one").vector(key) is not None for key in keys] == [True] * 3
    assert (Journal(tmp_path, "one").vector(keys[2]) == vectors[2]).all()
    assert Journal(tmp_path, "other").vector(keys[0]) is None
    path = tmp_path / "vectors.journal"
    data = bytearray(path.read_bytes())
    data[len(json.dumps({"embedder": "one", "dimension": 64})) + 1 + (32 + 4 * 64 + 8) + 50] ^= 1
    path.write_bytes(data)
    assert [Journal(tmp_path, "one").vector(key) is not None for key in keys] == [True, False, False]


def test_every_flipped_byte_of_the_notes_is_found(articles: Path, tmp_path: Path, settled: None) -> None:
    index = tmp_path / "index"
    build([articles], index, FakeEmbedder())
    assert damaged_notes(index) == [] and damaged_notes(tmp_path) == []
    path = index / "seen.json"
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        assert damaged_notes(index) == ["seen.json"]
        Seen.open(index)
