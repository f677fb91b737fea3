"""An index that someone else made, with right checksums: it misleads at most its own answers, and never blocks or harms."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder

from index import builder
from index.documents import load
from index.files import digest_of
from index.folder_index import Index, IndexDamaged, verify
from index.storage import generations
from index.storage.layout import COLUMNS
from index.storage.page_sums import SUMS, write_sums
from qa.retrieval.hybrid import HybridRetriever

GENERATION = "gen-00000001"
build = partial(builder.build, load=load)
Change = Callable[[Path, dict[str, Any]], None]


@pytest.fixture
def made(articles: Path, tmp_path: Path) -> Path:
    """An index as it comes from elsewhere: a copy, which anyone could have changed."""
    build([articles], tmp_path / "made", FakeEmbedder(), search="graph")
    shutil.copytree(tmp_path / "made", tmp_path / "index")
    return tmp_path / "index"


def changed(index: Path, change: Change) -> None:
    """Change a generation and write all its checksums anew."""
    place = index / GENERATION
    manifest = json.loads((place / "manifest.json").read_bytes())
    change(place, manifest)
    files = [file for file in manifest["files"] if file != SUMS]
    regular = [file for file in files if (place / file).is_file()]
    if regular == files:
        write_sums(place, files)
    for file in [*regular, SUMS]:
        path = place / file
        manifest["files"][file] = {"bytes": path.stat().st_size, "sha256": digest_of(path)}
    manifest["sha256"] = generations._manifest_digest(manifest)
    (place / "manifest.json").write_bytes(generations._written(manifest))


def table(column: int, value: int) -> Change:
    def change(place: Path, _: dict[str, Any]) -> None:
        rows = np.fromfile(place / "passages.i64", "<i8").reshape(-1, COLUMNS)
        rows[:, column] = value
        rows.tofile(place / "passages.i64")

    return change


def documents(**fields: object) -> Change:
    def change(place: Path, _: dict[str, Any]) -> None:
        rows = [json.loads(line) | fields for line in (place / "documents.jsonl").read_text().splitlines()]
        (place / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    return change


def weights(name: str, value: float) -> Change:
    def change(place: Path, _: dict[str, Any]) -> None:
        path = place / "terms" / f"{name}.csc.index.npy"
        array = np.load(path).copy()
        array[:] = value
        np.save(path, array)

    return change


def written(file: str, data: bytes) -> Change:
    return lambda place, _: (place / file).write_bytes(data) and None


def special(make: Callable[[Path], object], file: str) -> Change:
    def change(place: Path, _: dict[str, Any]) -> None:
        (place / file).unlink()
        make(place / file)

    return change


def settings(**fields: object) -> Change:
    return lambda _, manifest: manifest["settings"].update(fields)


class Payload:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch PWNED",)


def pickled(place: Path, _: dict[str, Any]) -> None:
    np.save(place / "terms" / "data.csc.index.npy", np.array([Payload()], dtype=object), allow_pickle=True)


def outside(place: Path, manifest: dict[str, Any]) -> None:
    manifest["files"]["../../../../../../etc/passwd"] = {"bytes": 1, "sha256": "0"}


BOMB = (
    b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999,), }".ljust(127) + b"\n"
)
DAMAGE: dict[str, Change] = {
    **{f"column {column} huge": table(column, 2**40) for column in range(COLUMNS - 1)},
    **{f"column {column} negative": table(column, -5) for column in range(COLUMNS - 1)},
    "documents that overlap": documents(first_passage=10**12),
    "numbers for texts": documents(title=5),
    "texts for numbers": documents(pages=["x"]),
    "a name with a zero": documents(name="/a\0b"),
    "half a character": documents(title="\ud800"),
    "terms beyond all passages": weights("indices", 2**31 - 1),
    "lists beyond all terms": weights("indptr", 2**31 - 1),
    "deep JSON": written("headings.json", b"[" * 100_000),
    "no dimension": settings(dimension=0),
    "a link": special(lambda path: path.symlink_to("/etc/passwd"), "texts.utf8"),
    "a pipe": special(os.mkfifo, "headings.json"),
    "a device": special(lambda path: path.symlink_to("/dev/zero"), "documents.jsonl"),
    "a pickle": pickled,
    "a file outside": outside,
    "an array bomb": written("terms/data.csc.index.npy", BOMB),
    "the head of an array that is no Python": written("terms/data.csc.index.npy", BOMB.replace(b")", b"(")),
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", DAMAGE)
def test_what_no_index_holds_is_damage_in_one_sentence(
    made: Path, articles: Path, embedder: FakeEmbedder, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made.parent)
    changed(made, DAMAGE[kind])
    try:
        hits = HybridRetriever(Index.open(made), embedder).retrieve("red apples and honey", 2)
    except IndexDamaged as error:
        assert str(error).startswith(f"{made}: {GENERATION}/") and str(error).count(";") == 1
    else:  # a number that only says less than it could
        assert {hit.passage.text for hit in hits} <= {"Apples are red.", "Bees make honey."}
        assert kind.startswith(("column 3", "column 8", "lists beyond all terms"))
    assert not (made.parent / "PWNED").exists()
    build([articles], made, embedder)
    assert verify(made) == [] and len(Index.open(made).documents) == 2


@pytest.mark.parametrize(("name", "value"), [("data", float("nan")), ("indices", -1), ("indptr", -7)])
def test_weights_that_mislead_only_mislead(made: Path, embedder: FakeEmbedder, name: str, value: float) -> None:
    changed(made, weights(name, value))
    for hit in HybridRetriever(Index.open(made), embedder).retrieve("red apples", 2):
        assert hit.passage.text in ("Apples are red.", "Bees make honey.")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_vectors_that_are_no_numbers_stop_nothing(made: Path, embedder: FakeEmbedder, value: float) -> None:
    def change(place: Path, _: dict[str, Any]) -> None:
        vectors = np.fromfile(place / "vectors.f32", "<f4")
        vectors[:] = value
        vectors.tofile(place / "vectors.f32")

    changed(made, change)
    hits = HybridRetriever(Index.open(made), embedder).retrieve("red apples", 2)
    assert "Apples are red." in [hit.passage.text for hit in hits]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["CURRENT", "LOCK", "seen.json", "vectors.journal", f"{GENERATION}/manifest.json"])
def test_a_pipe_never_blocks(made: Path, articles: Path, embedder: FakeEmbedder, name: str) -> None:
    (made / name).unlink(missing_ok=True)
    os.mkfifo(made / name)
    try:
        assert Index.open(made).generation == GENERATION
    except IndexDamaged as error:
        assert error.file == name
    build([articles], made, embedder)
    assert verify(made) == []


def test_a_link_in_its_folder_is_not_written_through(made: Path, articles: Path, embedder: FakeEmbedder) -> None:
    mine = made.parent / "mine"
    mine.write_text("mine")
    for name in ("CURRENT", "LOCK", "seen.json", "vectors.journal"):
        (made / name).unlink(missing_ok=True)
        (made / name).symlink_to(mine)
    build([articles], made, embedder)
    assert mine.read_text() == "mine" and verify(made) == [] and Index.open(made).warnings == ()


def test_an_index_from_elsewhere_is_told_from_ones_own(made: Path, articles: Path, embedder: FakeEmbedder) -> None:
    assert not Index.open(made.with_name("made")).foreign
    moved = made.with_name("made").rename(made.with_name("moved"))
    assert not Index.open(moved).foreign
    index = Index.open(made)
    assert index.foreign and index.vector_search == "exact"
    assert "this index was made elsewhere, so its graph is not used" in index.warnings[0]
    build([articles], made, embedder)
    index = Index.open(made)
    assert not index.foreign and index.vector_search == "HNSW32,SQfp16" and index.warnings == ()


def test_what_others_say_that_files_hold_is_not_taken_over(made: Path, articles: Path, embedder: FakeEmbedder) -> None:
    def lie(place: Path, _: dict[str, Any]) -> None:
        texts = (place / "texts.utf8").read_bytes()
        (place / "texts.utf8").write_bytes(texts.replace(b"Apples are red", b"Apples are odd"))

    changed(made, lie)
    assert Index.open(made).passages[0].text == "Apples are odd."
    build([articles], made, embedder)
    assert Index.open(made).passages[0].text == "Apples are red."
