"""Nearest neighbours by hand: the higher the cosine the earlier, and the scores are the cosines."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from index.arrays import Floats, Numbers
from index.builder import build
from index.documents import load
from index.folder_index import Index, verify
from index.search.ann import GRAPH, GRAPH_FILE, ROWS_FILE, Graph, StoredGraph
from index.search.dense import DenseIndex, search_for, write_graph

EAST, NORTH, WEST, NORTH_EAST = (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.6, 0.8)


def index_of(*rows: tuple[float, ...]) -> DenseIndex:
    return DenseIndex(np.array(rows, dtype=np.float32))


def test_the_nearest_comes_first_with_its_cosine() -> None:
    found = index_of(WEST, NORTH, EAST, NORTH_EAST).search(np.array([EAST, NORTH], dtype=np.float32), 4)
    assert found.ids[0].tolist() == [2, 3, 1, 0]
    assert found.ids[1, :2].tolist() == [1, 3]
    assert found.scores == pytest.approx(np.array([[1.0, 0.6, 0.0, -1.0], [1.0, 0.8, 0.0, 0.0]]))


def test_places_without_a_passage_have_no_id_and_no_score() -> None:
    found = index_of(EAST, NORTH).search(np.array([EAST], dtype=np.float32), 4)
    assert found.ids.tolist() == [[0, 1, -1, -1]]
    assert found.scores.tolist() == [[1.0, 0.0, 0.0, 0.0]]


def test_no_queries_give_no_rows() -> None:
    assert index_of(EAST).search(np.zeros((0, 2), dtype=np.float32), 3).ids.shape == (0, 3)


def test_vectors_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(1, 3\) in an index of 2"):
        index_of(EAST).search(np.zeros((1, 3), dtype=np.float32), 1)


@pytest.mark.parametrize("k", [0, -1])
def test_k_must_be_positive(k: int) -> None:
    with pytest.raises(ValueError, match="k must be positive"):
        index_of(EAST).search(np.array([EAST], dtype=np.float32), k)


@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_the_search_is_exact(passages: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors, query = random.normal(size=(passages, 8)).astype(np.float32), random.normal(size=(1, 8)).astype(np.float32)
    found = DenseIndex(vectors).search(query, k)
    expected = np.argsort(-(vectors @ query[0]), kind="stable")[:k]
    assert found.ids[0, : len(expected)].tolist() == expected.tolist()


def test_equals_come_in_the_order_of_their_numbers() -> None:
    found = index_of(NORTH, EAST, NORTH, EAST).search(np.array([EAST, NORTH], dtype=np.float32), 4)
    assert found.ids.tolist() == [[1, 3, 0, 2], [0, 2, 1, 3]]


def clustered(random: np.random.Generator, number: int, dimension: int = 32) -> Floats:
    """Unit vectors around a hundred centres, the same ones for the same dimension."""
    centres = np.random.default_rng(7).normal(size=(100, dimension))
    vectors = centres[random.integers(100, size=number)] + random.normal(scale=0.7, size=(number, dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def written(
    vectors: Floats,
    folder: Path,
    before: StoredGraph | None = None,
    origins: Numbers | None = None,
    missing: Sequence[int] = (),
) -> StoredGraph:
    """A graph over the vectors in a new folder; all are new unless their origins are given."""
    folder.mkdir()
    origins = np.full(len(vectors), -1, np.int32) if origins is None else origins
    write_graph(vectors, folder, before, origins, np.array(missing, np.int32))
    return StoredGraph(folder, {file: sha256(folder / file) for file in (GRAPH_FILE, ROWS_FILE)})


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def recall(searched: DenseIndex, queries: Floats, k: int = 10) -> float:
    """The share of the k that an exact search finds."""
    found, exact = searched.search(queries, k).ids, DenseIndex(searched.vectors).search(queries, k).ids
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(found.tolist(), exact.tolist(), strict=True)]))


def test_a_graph_finds_nearly_the_same(tmp_path: Path) -> None:
    vectors = clustered(np.random.default_rng(0), 3_000)
    searched = DenseIndex(vectors, written(vectors, tmp_path / "a"))
    assert recall(searched, vectors[:50]) >= 0.97 and (searched.kind, DenseIndex(vectors).kind) == (GRAPH, "exact")
    assert np.abs(searched.search(vectors[:50], 10).scores[:, 0] - 1).max() < 0.002
    wanted = np.arange(3_000) % 1_000 == 7
    narrowed = searched.among(wanted)
    assert sorted(narrowed.search(vectors[:1], 5).ids[0].tolist()) == [-1, -1, 7, 1_007, 2_007]
    assert narrowed.among(np.arange(3_000) < 1_500).search(vectors[:1], 2).ids.min() == 7


@pytest.mark.parametrize("file", [GRAPH_FILE, ROWS_FILE])
def test_a_damaged_graph_is_not_read(tmp_path: Path, file: str) -> None:
    vectors = clustered(np.random.default_rng(0), 500)
    stored = written(vectors, tmp_path / "a")
    data = (stored.folder / file).read_bytes()
    (stored.folder / file).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    damaged = DenseIndex(vectors, stored)
    assert recall(damaged, vectors[:50]) == 1 and damaged.kind == "exact"
    after = written(vectors, tmp_path / "b", stored, np.arange(500, dtype=np.int32))
    assert recall(DenseIndex(vectors, after), vectors[:50]) >= 0.97


def test_a_graph_that_grows_and_shrinks_finds_nearly_the_same_and_nothing_that_is_gone(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    vectors = clustered(random, 2_000)
    stored = written(vectors, tmp_path / "0")
    rows = [2_000]
    for step in range(1, 6):
        kept = np.sort(random.choice(len(vectors), len(vectors) - 120, replace=False))
        gone, added = np.delete(vectors, kept, axis=0), clustered(random, 100)
        origins = np.concatenate([np.full(50, -1), kept, np.full(50, -1)]).astype(np.int32)
        vectors = np.concatenate([added[:50], vectors[kept], added[50:]])
        stored = written(vectors, tmp_path / str(step), stored, origins)
        searched = DenseIndex(vectors, stored)
        rows.append(len(np.load(stored.folder / ROWS_FILE)))
        assert recall(searched, np.concatenate([vectors[:100], gone])) >= 0.97
        found = searched.search(gone, 20)
        assert found.ids.min() >= 0 and found.ids.max() < len(vectors)
        assert np.abs((vectors[found.ids] * gone[:, None]).sum(axis=2) - found.scores).max() < 0.01
    # Each time 120 go and 100 come: it is grown until more than a fifth of its rows are dead, then built afresh.
    assert rows == [2_000, 2_100, 2_200, 2_300, 2_400, 1_900]


def test_passages_without_a_vector_are_never_found_and_join_the_graph_once_they_have_one(tmp_path: Path) -> None:
    vectors = clustered(np.random.default_rng(0), 500)
    missing = [0, *range(3, 500, 4)]
    so_far = vectors.copy()
    so_far[missing] = 0
    stored = written(so_far, tmp_path / "a", missing=missing)
    for searched in (DenseIndex(so_far, stored, np.array(missing)), DenseIndex(so_far, None, np.array(missing))):
        found = searched.search(vectors[missing], 500).ids
        assert not np.isin(found, missing).any() and ((found >= 0).sum(axis=1) == 500 - len(missing)).all()
        assert searched.among(np.arange(500) < 5).search(vectors[:1], 5).ids[0].tolist()[3:] == [-1, -1]
    grown = DenseIndex(vectors, written(vectors, tmp_path / "b", stored, np.arange(500, dtype=np.int32)))
    assert (grown.search(vectors, 1).ids[:, 0] == np.arange(500)).mean() >= 0.97 and recall(grown, vectors) >= 0.97


def test_the_dead_around_a_query_leave_no_gap(tmp_path: Path) -> None:
    vectors = clustered(np.random.default_rng(0), 2_000)
    stored = written(vectors, tmp_path / "a")
    order = np.argsort(-(vectors @ vectors[0]))
    kept = np.sort(order[390:]).astype(np.int32)
    left = DenseIndex(vectors[kept], written(vectors[kept], tmp_path / "b", stored, kept))
    assert len(np.load(tmp_path / "b" / ROWS_FILE)) == 2_000
    assert recall(left, vectors[:1], 50) >= 0.9 and left.search(vectors[:1], 1_610).ids.min() == 0


def test_the_search_goes_by_size_unless_one_is_asked_for() -> None:
    sizes = [search_for("size", passages) for passages in (1, 65_000, 65_001)]
    assert sizes == ["exact", "exact", GRAPH]
    assert [search_for(one, 65_001) for one in ("exact", "graph")] == ["exact", GRAPH]
    assert [search_for(one, 1) for one in ("exact", "graph")] == ["exact", GRAPH]


def test_an_index_of_compressed_vectors_is_searched_exactly_and_built_again(
    articles: Path, tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:  # as it was when there were such vectors
        patch.setattr("index.builder.SEARCHES", ("compressed",))
        patch.setattr("index.folder_index.search_for", lambda asked, passages: "PCAR96,IVF512,PQ24x4fsr")
        build([articles], tmp_path / "index", embedder, search="compressed", load=load)
    opened = Index.open(tmp_path / "index")
    assert (opened.dense.kind, opened.settings.search) == ("exact", "size")
    assert opened.warnings == (
        f"{tmp_path / 'index'}: compressed vectors (PCAR96,IVF512,PQ24x4fsr) are no longer searched, "
        "so each question is compared with all vectors; run `pincite index` to build it again",
    )
    assert opened.dense.search(opened.dense.vectors[:1], 1).ids.tolist() == [[0]]
    build([articles], tmp_path / "index", embedder, load=load)
    assert Index.open(tmp_path / "index").warnings == ()


def test_a_graph_is_written_above_a_size_and_grows_with_the_index(
    tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.search.dense.LARGEST_EXACT", 2)
    made: list[int] = []
    make = Graph.made
    monkeypatch.setattr(Graph, "made", lambda *given: made.append(len(given[1])) or make(*given))
    for name in "bcdefgha":
        (tmp_path / f"{name}.txt").write_text(f"About {name}.")
        build([tmp_path], tmp_path / "index", embedder, load=load)
    opened = Index.open(tmp_path / "index")
    assert opened.dense.kind == "HNSW32,SQfp16" and verify(tmp_path / "index") == [] and made == [3]
    found = opened.dense.search(embedder.embed([f"{name} About {name}." for name in "abcdefgh"]), 1)
    assert found.ids[:, 0].tolist() == list(range(8))
    (tmp_path / "c.txt").unlink()
    build([tmp_path], tmp_path / "index", embedder, load=load)
    opened = Index.open(tmp_path / "index")
    found = opened.dense.search(embedder.embed(["b About b.", "d About d."]), 7)
    assert found.ids[:, 0].tolist() == [1, 2] and len(made) == 1
    assert sorted(found.ids[0].tolist()) == list(range(7))


def test_a_search_that_is_asked_for_stays_until_another_is(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "a.txt").write_text("About a.")

    def kinds(search: str | None) -> tuple[str, str]:
        build([tmp_path / "a.txt"], tmp_path / "index", embedder, search=search, load=load)
        opened = Index.open(tmp_path / "index")
        return opened.dense.kind, opened.generation or ""

    asked = [kinds(search) for search in (None, "graph", None, "exact", "size")]
    assert asked == [("exact", "gen-00000001"), (GRAPH, "gen-00000002"), (GRAPH, "gen-00000002"),
                     ("exact", "gen-00000003"), ("exact", "gen-00000004")]  # fmt: skip
    with pytest.raises(ValueError, match="'fast' is no search; there are size, exact, graph"):
        kinds("fast")
