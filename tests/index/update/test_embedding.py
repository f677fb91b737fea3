"""An index is published before all its vectors are there, and gets them in copies; whoever is interrupted goes on there."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder, Tired

from index import builder
from index.documents import load
from index.folder_index import Index, IndexDamaged, OtherEmbedder, draft, verify
from index.search.ann import GRAPH
from index.storage import generations
from index.store import vectors_there
from index.update import embedding
from index.update.embedding import embed_rest

build, begin = partial(builder.build, load=load), partial(builder.begin, load=load)


@pytest.fixture
def six(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six articles of a passage each, which are too many to be embedded first; a copy whenever the vectors have doubled."""
    for module, name, value in ((builder, "FEW", 0), (embedding, "AT_ONCE", 1), (embedding, "FIRST_COPY", 1)):
        monkeypatch.setattr(module, name, value)
    folder = tmp_path / "six"
    folder.mkdir()
    for name in "abcdef":
        (folder / f"{name}.txt").write_text(f"About {name}.")
    return folder


def test_an_index_answers_by_terms_before_it_has_a_vector(six: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    report = begin([six], tmp_path / "index", embedder)
    opened = Index.open(tmp_path / "index")
    assert (report.without_vector, opened.without_vector, verify(tmp_path / "index")) == (6, 6, [])
    assert vectors_there(opened) == "vectors for 0 of 6 passages"
    assert (opened.vector_search, opened.dense.search(embedder.embed(["a"]), 3).ids.tolist()) == ("exact", [[-1] * 3])
    (found,) = opened.rank(["about d"], embedder.embed(["about d"]), 4)
    assert (found.vectors, found.terms[0][0], [*found.late]) == ([], 3, [number for number, _ in found.terms])
    manifest = generations.read_manifest(tmp_path / "index", "gen-00000001")
    assert manifest["format"] == generations.INCOMPLETE and "missing.i32" in manifest["files"]


def test_its_vectors_come_in_copies_and_it_ends_as_if_they_had_been_made_at_once(
    six: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin([six], tmp_path / "index", embedder)
    seen: list[tuple[int, int, str]] = []
    embed_rest(
        tmp_path / "index",
        embedder,
        embedding=lambda there, of: seen.append((there, of, vectors_there(Index.open(tmp_path / "index")))),
    )
    said = [f"vectors for {there} of 6 passages" for there in (0, 1, 2, 2, 4, 4)]
    assert seen == [(there, 6, words) for there, words in enumerate(said, 1)]
    opened = Index.open(tmp_path / "index")
    assert (opened.generation, opened.without_vector, verify(tmp_path / "index")) == ("gen-00000005", 0, [])
    assert not (tmp_path / "index" / "vectors.journal").exists()
    monkeypatch.setattr(builder, "FEW", 6)
    build([six], tmp_path / "once", embedder)
    manifests = [
        generations.read_manifest(folder, generations.current(folder) or "")
        for folder in (tmp_path / "index", tmp_path / "once")
    ]
    assert manifests[0]["files"] == manifests[1]["files"] and manifests[0]["format"] == generations.FORMAT
    assert generations.generations(tmp_path / "once") == ["gen-00000001"]


def test_whoever_is_interrupted_goes_on_where_it_was(six: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    with pytest.raises(KeyboardInterrupt):
        build([six], tmp_path / "index", Tired("About d"))
    assert vectors_there(Index.open(tmp_path / "index")) == "vectors for 2 of 6 passages"  # the third is in the log
    report = build([six], tmp_path / "index", embedder)
    assert (report.differs, report.without_vector) == (False, 0)
    assert [text[0] for text in embedder.embedded if "About" in text] == ["d", "e", "f"]
    fresh = embedder.embed([f"{name}\nAbout {name}." for name in "abcdef"])
    assert (Index.open(tmp_path / "index").contents.vectors == fresh).all()


def test_a_folder_that_changes_meanwhile_is_followed(six: Path, tmp_path: Path, embedder: FakeEmbedder) -> None:
    with pytest.raises(KeyboardInterrupt):
        build([six], tmp_path / "index", Tired("About d"))
    (six / "a.txt").unlink()
    (six / "e.txt").write_text("About e, and more.")
    (six / "f.txt").rename(six / "0.txt")
    begin([six], tmp_path / "index", embedder)
    opened = Index.open(tmp_path / "index")
    assert [Path(one.name).stem for one in opened.documents] == [*"0bcde"]
    assert opened.contents.missing.tolist() == [0, 2, 3, 4]  # only b had been published with its vector
    build([six], tmp_path / "index", embedder)
    fresh = embedder.embed(["0\nAbout f.", *(f"{name}\nAbout {name}." for name in "bcd"), "e\nAbout e, and more."])
    assert (Index.open(tmp_path / "index").contents.vectors == fresh).all()
    assert "c\nAbout c." not in embedder.embedded[:-5]  # it was in the log


def test_another_embedder_starts_anew_and_never_fills_the_vectors_of_the_first(six: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build([six], tmp_path / "index", Tired("About d"))
    other = FakeEmbedder(dimension=32, fingerprint="other")
    with pytest.raises(OtherEmbedder):
        embed_rest(tmp_path / "index", other)
    assert begin([six], tmp_path / "index", other).without_vector == 6
    embed_rest(tmp_path / "index", other)
    opened = Index.open(tmp_path / "index")
    opened.check_embedder(other)
    assert (opened.contents.vectors.shape, opened.without_vector) == ((6, 32), 0)


def test_every_flipped_byte_of_the_list_of_missing_vectors_is_found(
    six: Path, tmp_path: Path, embedder: FakeEmbedder
) -> None:
    begin([six], tmp_path / "index", embedder)
    path = tmp_path / "index" / "gen-00000001" / "missing.i32"
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        with pytest.raises(IndexDamaged, match=r"gen-00000001/missing\.i32 is damaged"):
            Index.open(tmp_path / "index")


@pytest.mark.parametrize("missing", [[], [2, 1], [1, 1], [-1], [6]])
def test_a_list_that_cannot_be_is_refused_even_if_its_checksum_is_right(
    six: Path, tmp_path: Path, embedder: FakeEmbedder, missing: list[int]
) -> None:
    begin([six], tmp_path / "index", embedder)
    opened = Index.open(tmp_path / "index")
    with generations.writer_lock(tmp_path / "index"), draft(tmp_path / "index") as place:
        generations.copy(tmp_path / "index", "gen-00000001", place, {"pages.crc32"})
        (place / "missing.i32").write_bytes(np.array(missing, "<i4").tobytes())
        manifest = opened.making.as_manifest(opened.contents) | {"origin": "here"}
        generations.commit(place.parent, place.name, manifest, keep=None, complete=False)
    with pytest.raises(IndexDamaged, match="gen-00000002"):
        Index.open(tmp_path / "index")


@pytest.mark.parametrize("file", ["terms.i32", "vectors.f32"])
def test_damage_is_never_copied(six: Path, tmp_path: Path, embedder: FakeEmbedder, file: str) -> None:
    begin([six], tmp_path / "index", embedder)
    path = tmp_path / "index" / "gen-00000001" / file

    def harm(there: int, of: int) -> None:
        path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])

    with pytest.raises(IndexDamaged, match=f"gen-00000001/{file} is damaged"):
        embed_rest(tmp_path / "index", embedder, embedding=harm)
    assert generations.generations(tmp_path / "index") == ["gen-00000001"]
    build([six], tmp_path / "index", embedder)
    assert (Index.open(tmp_path / "index").without_vector, verify(tmp_path / "index")) == (0, [])


def test_a_graph_that_is_there_grows_with_the_vectors_and_a_new_one_waits_for_all(
    six: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.search.dense.LARGEST_EXACT", 2)
    index = tmp_path / "index"
    begin([six], index, embedder)
    assert Index.open(index).vector_search == "exact"
    embed_rest(index, embedder)
    assert Index.open(index).vector_search == GRAPH
    (six / "0.txt").write_text("About nothing.")
    begin([six], index, embedder)
    opened = Index.open(index)
    assert (opened.vector_search, opened.contents.missing.tolist()) == (GRAPH, [0])
    assert sorted(opened.dense.search(embedder.embed(["0 About nothing."]), 7).ids[0].tolist()) == [-1, *range(1, 7)]
    embed_rest(index, embedder)
    opened = Index.open(index)
    found = opened.dense.search(np.array(opened.contents.vectors), 1)
    assert (opened.vector_search, found.ids[:, 0].tolist()) == (GRAPH, [*range(7)])
