"""Passages whose vectors are still to be made are ranked as if they had them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder

from index.builder import index_in_memory
from index.documents import load
from index.folder_index import Index
from qa.retrieval import late_vectors
from qa.retrieval.hybrid import HybridRetriever

QUESTIONS = ["Who tells of the river and the steppe?", "How much wheat crossed the border?"]


@pytest.fixture
def whole(tmp_path: Path, embedder: FakeEmbedder) -> Index:
    """Thirty passages, all of which share a term with each question."""
    for number in range(30):
        words = " ".join(
            word for place, word in enumerate(QUESTIONS[0].split() + QUESTIONS[1].split()) if place % (number + 1) == 0
        )
        (tmp_path / f"{number:02}.txt").write_text(f"The {words} number {number} and the border.")
    late_vectors._kept.cache_clear()
    return index_in_memory([tmp_path], embedder, load=load)


def lacking(whole: Index, *missing: int) -> Index:
    """The index without the vectors of some passages."""
    vectors = np.array(whole.contents.vectors)
    vectors[[*missing]] = 0
    return Index(replace(whole.contents, vectors=vectors, missing=np.array(missing, np.int32)), whole.making)


@pytest.mark.parametrize("missing", [range(30), range(1, 30, 3), [29]])
def test_hits_are_those_of_the_whole_index(whole: Index, embedder: FakeEmbedder, missing: range) -> None:
    expected = HybridRetriever(whole, embedder).retrieve_many(QUESTIONS, 30)
    found = HybridRetriever(lacking(whole, *missing), embedder).retrieve_many(QUESTIONS, 30)
    for ours, theirs in zip(found, expected, strict=True):
        assert [hit.passage for hit in ours] == [hit.passage for hit in theirs]
        assert [hit.similarity for hit in ours] == pytest.approx([hit.similarity for hit in theirs], abs=1e-6)
        assert [hit.vector_rank for hit in ours] == [hit.vector_rank for hit in theirs]


def test_a_vector_is_made_once_whichever_index_is_open(whole: Index, embedder: FakeEmbedder) -> None:
    for index in (lacking(whole, *range(9)), lacking(whole, *range(5))):
        embedder.embedded.clear()
        HybridRetriever(index, embedder).retrieve(QUESTIONS[0], 8)
    assert len(embedder.embedded) == len([QUESTIONS[0]]) + 3  # and the vectors that tell one embedder from another


def test_only_so_many_are_kept(whole: Index, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_vectors, "KEPT", 4)
    found = HybridRetriever(lacking(whole, *range(30)), embedder).retrieve(QUESTIONS[0], 30)
    assert len(found) == 30 and len(late_vectors._kept(embedder.fingerprint)) == 4
