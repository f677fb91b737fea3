"""Embedders: unit vectors, one a text, the same for the same text; what names a model and what is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder

from index.encoder.embedder import SHARE, Embedder, SentenceEmbedder, in_context
from index.encoder.models import ModelMissing


@pytest.fixture(params=["fake", pytest.param("bundled", marks=pytest.mark.slow)])
def any_embedder(request: pytest.FixtureRequest) -> Embedder:
    return FakeEmbedder() if request.param == "fake" else request.getfixturevalue("sentence_embedder")


def test_vectors_have_unit_length_and_depend_on_the_text_alone(any_embedder: Embedder) -> None:
    texts = ["Uranium from Kazakhstan.", "A very much longer text about the weather in spring. " * 5, "", "\U0001f600"]
    vectors = any_embedder.embed(texts)
    assert (vectors.shape, vectors.dtype) == ((4, any_embedder.dimension), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert any_embedder.embed(texts[:1]) == pytest.approx(vectors[:1], abs=3e-3)  # bf16 rounds, and by batch
    assert any_embedder.embed([]).shape == (0, any_embedder.dimension)


def test_the_bundled_model_knows_what_is_meant(sentence_embedder: SentenceEmbedder) -> None:
    question, right, wrong = sentence_embedder.embed(
        ["How old is the king?", "The monarch is 70.", "Bread is made of flour."]
    )
    assert question @ right > 0.4 > question @ wrong
    assert sentence_embedder.dimension == 384


def test_few_and_many_texts_get_the_same_vectors_without_sentence_transformers(
    sentence_embedder: SentenceEmbedder,
) -> None:
    texts = ["How old is the king?", "The monarch, who is 70, " * 60, "", " \U0001f600 ", "Қазақстан", "a", "b c"]
    few = SentenceEmbedder.open().embed(texts)
    whole = sentence_embedder.embed([*texts, *["Bread is made of flour."] * SHARE])[: len(texts)]
    assert (few * whole).sum(axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-3)  # bf16 rounds, and by batch
    code = (
        "import sys; from index.encoder.embedder import SentenceEmbedder; SentenceEmbedder.open().embed(['a question'] * 40);"
        "print(sorted({'sentence_transformers', 'transformers', 'sklearn'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"


def test_many_texts_keep_their_order_and_leave_the_caller_its_threads(sentence_embedder: SentenceEmbedder) -> None:
    import torch

    texts = [f"{number} " + "wheat by rail and gas by pipe " * (number * 7 % 11) for number in range(3 * SHARE + 1)]
    threads = torch.get_num_threads()
    together = sentence_embedder.embed(texts)
    one_by_one = np.concatenate([sentence_embedder.embed([text]) for text in texts])
    assert (together * one_by_one).sum(axis=1).min() > 0.999
    assert np.argmax(together @ one_by_one.T, axis=1).tolist() == list(range(len(texts)))
    assert torch.get_num_threads() == threads


def test_the_fingerprint_is_that_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_text("{}")
    first = SentenceEmbedder.open(str(tmp_path)).fingerprint
    (tmp_path / "README.md").write_text("not part of the model")
    assert SentenceEmbedder.open(str(tmp_path)).fingerprint == first
    (tmp_path / "config.json").write_text('{"max_seq_length": 128}')
    assert SentenceEmbedder.open(str(tmp_path)).fingerprint != first


def test_a_model_that_is_not_here_is_named() -> None:
    with pytest.raises(ModelMissing, match="nobody/nothing: neither a folder nor a model on this machine"):
        SentenceEmbedder.open("nobody/nothing")


def test_headings_stand_above_the_text_that_is_embedded() -> None:
    assert in_context("Title - Part", "", "Words.") == "Title - Part\nWords."
    assert in_context("Title", "City | Size", "Rome | 3") == "Title\nCity | Size\nRome | 3"


def test_importing_the_index_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'sentence_transformers', 'transformers', 'faiss', 'lxml', 'docx', 'pypdfium2', 'nupunkt'}"
    code = f"import sys, index.builder, index.folder_index; print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
