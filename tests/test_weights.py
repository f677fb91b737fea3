from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from qa.weights import quantise, read_weights, write_weights


def test_a_row_is_scaled_by_its_largest_weight():
    rounded, scale = quantise(torch.tensor([[127.0, -63.4, 0.0], [0.0, 0.0, 0.0], [-2.54, 1.0, 0.01]]))
    assert rounded.tolist() == [[127, -63, 0], [0, 0, 0], [-127, 50, 0]]  # 1.0 / 0.02 = 50; 0.01 / 0.02 rounds to even
    assert rounded.dtype == torch.int8
    torch.testing.assert_close(scale, torch.tensor([1.0, 1e-12, 0.02]))


def test_no_weight_is_off_by_more_than_half_a_step():
    matrix = torch.randn(50, 300, generator=torch.Generator().manual_seed(0)) * torch.logspace(-4, 4, 50)[:, None]
    rounded, scale = quantise(matrix)
    error = (rounded.float() * scale[:, None] - matrix).abs()
    assert (error <= scale[:, None] / 2 * 1.0001).all()  # and a little for the rounding of the products themselves


def test_large_matrices_are_stored_in_a_byte_a_weight_and_the_rest_unchanged(tmp_path: Path):
    generator = torch.Generator().manual_seed(0)
    large, small, vector = (torch.randn(size, generator=generator) for size in ((400, 300), (40, 30), (500,)))
    write_weights(tmp_path, {"large": large, "small": small, "vector": vector})
    [file] = tmp_path.glob("*.safetensors")
    stored = load_file(file)
    assert stored["large"].dtype == torch.int8 and stored["large.scale"].shape == (400,)
    assert file.stat().st_size < 120_000 + 4 * (400 + 1_200 + 500) + 1_000
    read = read_weights(tmp_path)
    assert set(read) == {"large", "small", "vector"}
    assert torch.equal(read["small"], small) and torch.equal(read["vector"], vector)
    assert ((read["large"] - large).abs() <= large.abs().amax(dim=1, keepdim=True) / 127 / 2 * 1.0001).all()


def test_writing_again_what_was_read_changes_nothing(tmp_path: Path):
    write_weights(tmp_path / "a", {"large": torch.randn(400, 300, generator=torch.Generator().manual_seed(0))})
    write_weights(tmp_path / "b", read_weights(tmp_path / "a"))
    assert torch.allclose(read_weights(tmp_path / "a")["large"], read_weights(tmp_path / "b")["large"], rtol=1e-5)


def test_weights_are_cut_into_shards_that_the_index_names(tmp_path: Path):
    vectors = {name: torch.full((8_000_000,), float(number)) for number, name in enumerate("abc")}  # 32 MB each
    write_weights(tmp_path, vectors)
    places = json.loads((tmp_path / "model.safetensors.index.json").read_text(encoding="utf-8"))["weight_map"]
    assert places == {name: f"model-0000{number}-of-00003.safetensors" for number, name in enumerate("abc", 1)}
    assert {name: tensor[0].item() for name, tensor in read_weights(tmp_path).items()} == {"a": 0.0, "b": 1.0, "c": 2.0}


def test_a_single_file_is_read_in_whatever_precision_it_has(tmp_path: Path):
    save_file({"a": torch.tensor([1.5, -2.0], dtype=torch.bfloat16)}, tmp_path / "model.safetensors")
    read = read_weights(tmp_path)["a"]
    assert read.dtype == torch.float32 and read.tolist() == [1.5, -2.0]


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=f"{tmp_path}/model.safetensors: cannot be read as weights"):
        read_weights(tmp_path)


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"\xff" * 100])
def test_a_damaged_shard_is_named(tmp_path: Path, damage):
    write_weights(tmp_path, {"a": torch.ones(1_000)})
    shard = tmp_path / "model-00001-of-00001.safetensors"
    shard.write_bytes(damage(shard.read_bytes()))
    with pytest.raises(ValueError, match=f"{shard}: cannot be read as weights"):
        read_weights(tmp_path)


@pytest.mark.parametrize("text", ["{", "{}", "[]"])
def test_a_damaged_list_of_shards_is_named(tmp_path: Path, text: str):
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=str(index)):
        read_weights(tmp_path)
