"""Nearest neighbours by hand: the higher the cosine the earlier, and the scores are the cosines."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from index.builder import build
from index.dense import DenseIndex, GraphFile, write_graph
from index.documents import load
from index.store import Index, verify

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
@settings(deadline=None, max_examples=30)
def test_the_search_is_exact(passages: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors, query = random.normal(size=(passages, 8)).astype(np.float32), random.normal(size=(1, 8)).astype(np.float32)
    found = DenseIndex(vectors).search(query, k)
    expected = np.argsort(-(vectors @ query[0]), kind="stable")[:k]
    assert found.ids[0, : len(expected)].tolist() == expected.tolist()


def test_a_graph_finds_nearly_the_same_and_a_damaged_one_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(3_000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    path = tmp_path / "graph"
    write_graph(vectors, path)
    data = path.read_bytes()
    searched = DenseIndex(vectors, GraphFile(path, hashlib.sha256(data).hexdigest()))
    exact = DenseIndex(vectors).search(vectors[:50], 10)
    found = searched.search(vectors[:50], 10)
    same = [len(set(a) & set(b)) for a, b in zip(found.ids.tolist(), exact.ids.tolist(), strict=True)]
    assert np.mean(same) >= 9.7 and np.abs(found.scores[:, 0] - 1).max() < 0.002
    assert (searched.kind, DenseIndex(vectors).kind) == ("HNSW32,SQfp16", "exact")
    wanted = np.arange(3_000) % 1_000 == 7
    assert sorted(searched.among(wanted).search(vectors[:1], 5).ids[0].tolist()) == [-1, -1, 7, 1_007, 2_007]
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    damaged = DenseIndex(vectors, GraphFile(path, hashlib.sha256(data).hexdigest()))
    assert (damaged.search(vectors[:50], 10).ids == exact.ids).all() and damaged.kind == "exact"


def test_a_graph_is_written_above_a_size_and_used_when_opened(
    tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.dense.LARGEST_EXACT", 2)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(f"About {name}.")
        build([tmp_path], tmp_path / "index", embedder, load=load)
    opened = Index.open(tmp_path / "index")
    assert opened.dense.kind == "HNSW32,SQfp16" and verify(tmp_path / "index") == []
    assert opened.dense.search(embedder.embed(["b About b."]), 1).ids.tolist() == [[1]]
