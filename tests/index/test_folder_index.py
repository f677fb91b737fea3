"""The folder of an index: every fault is found, named, and survived where a generation is left."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder

from index.builder import build
from index.documents import load
from index.folder_index import (
    Index,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexTooNew,
    IndexTooOld,
    OtherEmbedder,
    verify,
)
from index.storage import generations
from qa.retrieval.hybrid import HybridRetriever

FILES = ("documents.jsonl", "texts.utf8", "passages.i64", "headings.json", "vectors.f32", "terms.i32", "manifest.json",
         "terms/data.csc.index.npy", "terms/indices.csc.index.npy", "terms/indptr.csc.index.npy",
         "terms/vocab.index.json", "pages.crc32")  # fmt: skip
OLD, NEW = "gen-00000001", "gen-00000002"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two generations: one document, then two."""
    folder, embedder = tmp_path_factory.mktemp("built"), FakeEmbedder()
    articles = folder / "articles"
    articles.mkdir()
    (articles / "a.md").write_text(
        "# Apples\n\nApples are red e\u0301 \U0001f600.\n\n## Trees\n\nThey grow on trees.\n"
    )
    build([articles], folder / "index", embedder)
    (articles / "b.txt").write_text("\ufeffThe sky is blue.\r\nThe sea is green.")
    build([articles], folder / "index", embedder)
    return folder


@pytest.fixture
def store(tmp_path: Path, built: Path) -> Path:
    """A copy of that index, with a copy of its articles beside it."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path / "index"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_what_was_built_is_what_is_opened(store: Path, embedder: FakeEmbedder) -> None:
    index = Index.open(store)
    index.check_embedder(embedder)
    assert (index.generation, index.warnings, verify(store)) == (NEW, (), [])
    assert [passage.text for passage in index.passages] == [
        "Apples are red e\u0301 \U0001f600.",
        "They grow on trees.",
        "The sky is blue.\r\nThe sea is green.",
    ]
    assert [passage.heading for passage in index.passages] == ["Apples", "Apples - Trees", "b"]
    for passage in index.passages:
        with open(passage.document, encoding="utf-8", newline="") as file:
            source = file.read()
        assert index.document_text(passage.document) == source
        assert source[passage.start : passage.end] == passage.text
    vector = embedder.embed(["b\nThe sky is blue.\r\nThe sea is green."])
    assert index.dense.search(vector, 1).ids.tolist() == [[2]]
    assert index.sparse.search(["a tree"], 1).ids.tolist() == [[1]]
    assert index.passages[-1].number == 2 and len(index.passages[1:]) == 2
    with pytest.raises(IndexError):
        index.passages[3]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("fault", ["flip", "truncate", "remove", "grow", "swap"])
def test_a_damaged_file_is_named_and_the_generation_before_is_served(store: Path, file: str, fault: str) -> None:
    path = store / NEW / file
    if fault == "flip":
        flip(path)
    elif fault == "truncate":
        os.truncate(path, path.stat().st_size // 2)
    elif fault == "remove":
        path.unlink()
    elif fault == "grow":
        path.write_bytes(path.read_bytes() + b"0")
    else:
        path.write_bytes((store / OLD / file).read_bytes())
        if not verify(store):
            pytest.skip("the file is the same in both generations")
    assert verify(store) == [f"{NEW}/{file}"]
    index = Index.open(store)
    assert (index.generation, len(index.documents)) == (OLD, 1)
    (warning,) = index.warnings
    assert f"{NEW}/{file} is damaged; run `pincite index`" in warning and f"serving {OLD}" in warning


@pytest.mark.parametrize("file", FILES)
def test_where_nothing_sound_is_left_the_file_is_named(store: Path, file: str) -> None:
    flip(store / NEW / file)
    flip(store / OLD / file)
    with pytest.raises(IndexDamaged, match=f"{NEW}/{file} is damaged; run `pincite index`"):
        Index.open(store)


def test_a_build_after_damage_makes_it_sound_again(store: Path, embedder: FakeEmbedder) -> None:
    flip(store / NEW / "vectors.f32")
    build([store.parent / "articles"], store, embedder)
    assert verify(store) == [] and Index.open(store).warnings == ()
    assert generations.generations(store) == [OLD, "gen-00000003"]


@pytest.fixture
def large(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That index, as if it were too large for all its bytes to be checked when it is opened."""
    monkeypatch.setattr(generations, "CHEAP_TO_CHECK", 0)
    return store


def test_of_a_large_index_what_is_read_is_checked_when_it_is_read(large: Path, embedder: FakeEmbedder) -> None:
    text = large / NEW / "texts.utf8"
    text.write_bytes(text.read_bytes().replace(b"Apples are red", b"Apples are rad"))
    index = Index.open(large)
    assert (index.generation, index.warnings) == (NEW, ())
    with pytest.raises(IndexDamaged, match=f"{NEW}/texts.utf8 is damaged; run `pincite index`"):
        index.passages[0]
    (hit,) = HybridRetriever(index, embedder).retrieve("red apples", 1)
    assert hit.passage.text.startswith("Apples are red")
    assert index.generation == OLD and len(index.documents) == 1
    assert f"{NEW}/texts.utf8 is damaged" in index.warnings[0] and f"serving {OLD}" in index.warnings[0]


def test_any_damage_to_the_head_of_an_array_leaves_the_index_open(large: Path) -> None:
    path = large / NEW / "terms" / "indptr.csc.index.npy"
    whole, served = path.read_bytes(), set()
    for at in range(whole.index(b"\n") + 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        served.add(Index.open(large).generation)
    assert served == {OLD, NEW}  # another length is only noticed in the background


READERS: dict[str, Callable[[Index, FakeEmbedder], object]] = {
    "text": lambda index, _: index.document_text(index.documents[0].name),
    "question": lambda index, embedder: HybridRetriever(index, embedder).retrieve("apples", 5),
    "condition": lambda index, embedder: HybridRetriever(index, embedder).where("type = md").retrieve("apples", 5),
    "background": lambda index, _: index.check_bytes(),
}


@pytest.mark.parametrize(
    ("file", "reader"),
    [("texts.utf8", reader) for reader in READERS]
    + [("passages.i64", reader) for reader in READERS if reader != "text"]
    + [("structures.i32", "text")],
)
def test_damage_is_said_alike_by_whatever_meets_it(large: Path, embedder: FakeEmbedder, file: str, reader: str) -> None:
    flip(large / NEW / file)
    index = Index.open(large)
    READERS[reader](index, embedder)
    assert index.generation == OLD and index.warnings == Index.open(large, thorough=True).warnings
    assert f"{NEW}/{file} is damaged" in index.warnings[0]


def test_files_that_are_read_whole_are_checked_when_a_large_index_is_opened(large: Path) -> None:
    flip(large / NEW / "documents.jsonl")
    assert Index.open(large).generation == OLD


def test_vectors_of_a_large_index_are_checked_in_the_background_and_by_verify(large: Path) -> None:
    flip(large / NEW / "vectors.f32")
    index = Index.open(large)
    assert index.generation == NEW and verify(large) == [f"{NEW}/vectors.f32"]
    index.check_bytes()
    assert index.generation == OLD and f"{NEW}/vectors.f32 is damaged" in index.warnings[0]


def test_where_nothing_sound_is_left_a_question_says_so(large: Path, embedder: FakeEmbedder) -> None:
    for generation in (OLD, NEW):
        flip(large / generation / "texts.utf8")
    index = Index.open(large)
    with pytest.raises(IndexDamaged, match=f"{NEW}/texts.utf8 is damaged"):
        HybridRetriever(index, embedder).retrieve("apples", 5)


def test_a_condition_holds_in_the_generation_before_too(large: Path, embedder: FakeEmbedder) -> None:
    index = Index.open(large)
    markdown = HybridRetriever(index, embedder).where("type = md")
    flip(large / NEW / "texts.utf8")
    assert {Path(hit.passage.document).name for hit in markdown.retrieve("the sky and apples", 5)} == {"a.md"}
    assert index.generation == OLD  # of which ``markdown`` is a part


def test_no_byte_of_the_manifest_can_change_unnoticed(store: Path) -> None:
    path = store / NEW / "manifest.json"
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        with pytest.raises((IndexDamaged, IndexTooNew, IndexTooOld)):
            generations.read_manifest(store, NEW)


@pytest.mark.parametrize("pointer", ["", "gen-00000001\n", "gen-00000009\n", "../elsewhere\n", "\u00e9"])
def test_a_broken_pointer_serves_the_newest_generation_with_a_warning(store: Path, pointer: str) -> None:
    (store / "CURRENT").write_text(pointer)
    index = Index.open(store)
    assert (index.generation, verify(store)) == (NEW, ["CURRENT"])
    assert "CURRENT is damaged" in index.warnings[0]


def test_an_unfinished_generation_is_neither_served_nor_damage(store: Path, embedder: FakeEmbedder) -> None:
    (store / "gen-00000003").mkdir()
    (store / "gen-00000003" / "vectors.f32").write_bytes(b"half")
    assert (Index.open(store).generation, verify(store)) == (NEW, [])
    (store.parent / "articles" / "c.txt").write_text("Grass.")
    build([store.parent / "articles"], store, embedder)
    assert generations.generations(store) == [NEW, "gen-00000004"]


def rewrite_format(store: Path, number: int) -> None:
    for name in (OLD, NEW):
        path = store / name / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": number}))


def test_an_index_of_a_later_version_is_neither_opened_nor_overwritten(store: Path, embedder: FakeEmbedder) -> None:
    rewrite_format(store, generations.INCOMPLETE + 1)
    with pytest.raises(IndexTooNew, match="update Pincite"):
        Index.open(store)
    with pytest.raises(IndexTooNew):
        build([store.parent / "articles"], store, embedder)
    assert generations.generations(store) == [OLD, NEW]


def test_an_index_of_an_old_version_is_built_again(store: Path, embedder: FakeEmbedder) -> None:
    rewrite_format(store, 0)
    with pytest.raises(IndexTooOld, match="run `pincite index`"):
        Index.open(store)
    build([store.parent / "articles"], store, embedder)
    assert len(Index.open(store).documents) == 2


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_no_index(tmp_path: Path, path: str) -> None:
    with pytest.raises(IndexMissing, match="there is no index here; run `pincite index`"):
        Index.open(tmp_path / path)
    with pytest.raises(IndexMissing):
        verify(tmp_path / path)


def test_another_embedder_is_refused(store: Path) -> None:
    index = Index.open(store)
    with pytest.raises(OtherEmbedder, match=f"{store}: its vectors come from another embedding model"):
        index.check_embedder(FakeEmbedder(fingerprint="other"))
    with pytest.raises(OtherEmbedder, match="other weights"):
        index.check_embedder(FakeEmbedder(dimension=65))

    class Reversed(FakeEmbedder):
        def embed(self, texts: object) -> np.ndarray:
            return super().embed(texts)[:, ::-1]

    with pytest.raises(OtherEmbedder, match="other weights"):
        index.check_embedder(Reversed())


def test_one_writer_at_a_time(store: Path, embedder: FakeEmbedder) -> None:
    holder = "import sys; from pathlib import Path; from index.storage.generations import writer_lock\n"
    holder += "with writer_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", holder, store], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        with pytest.raises(IndexLocked, match=rf"being written by process {process.pid} since 20\d\d-") as locked:
            build([store.parent / "articles"], store, embedder)
        assert Index.open(store).generation == NEW
        waits = {seconds: _seconds(lambda seconds=seconds: locked.value.wait(seconds)) for seconds in (0.0, 0.2)}
        assert waits[0.0] < 0.2 <= waits[0.2]
    finally:
        process.kill()
        process.communicate()
    assert _seconds(lambda: locked.value.wait(60)) < 30
    build([store.parent / "articles"], store, embedder)


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def test_the_lock_is_the_kernels(store: Path) -> None:
    with (store / "LOCK").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_nothing_is_pickled(store: Path) -> None:
    arrays = list(store.rglob("*.npy"))
    assert len(arrays) == 6
    for path in arrays:
        assert not np.load(path, allow_pickle=False).dtype.hasobject
    assert {path.suffix for path in store.rglob("*") if path.is_file()} == {
        "",
        ".crc32",
        ".npy",
        ".json",
        ".jsonl",
        ".f32",
        ".i32",
        ".i64",
        ".utf8",
    }


def test_a_reader_goes_on_when_its_generation_is_gone(store: Path, embedder: FakeEmbedder) -> None:
    index = Index.open(store)
    for number in range(3):
        (store.parent / "articles" / f"n{number}.txt").write_text(f"Number {number}.")
        build([store.parent / "articles"], store, embedder)
    assert not (store / NEW).exists()
    assert index.passages[2].text == "The sky is blue.\r\nThe sea is green."
    assert index.sparse.search(["sky"], 1).ids.tolist() == [[2]]
    assert index.dense.search(embedder.embed(["b sky"]), 1).ids.tolist() == [[2]]


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("look", [lambda store: Index.open(store).warnings, lambda store: tuple(verify(store))])
def test_a_writer_that_moves_on_while_one_looks_is_no_damage(
    store: Path,
    embedder: FakeEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    call: int,
    look: Callable[[Path], tuple[str, ...]],
) -> None:
    """Before the folder is listed for the given time two builds happen, so that what was current is gone."""
    calls, listed = iter(range(1, 10_000)), generations.generations

    def slowly(folder: Path) -> list[str]:
        if next(calls) == call:
            for name in ("n1", "n2"):
                (store.parent / "articles" / f"{name}.txt").write_text(f"{name}.")
                build([store.parent / "articles"], store, embedder, load=load)
        return listed(folder)

    monkeypatch.setattr(generations, "generations", slowly)
    assert look(store) == ()
