from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from index.encoder.checkpoint import AT_ONCE, quantise, read_weights, write_weights


def test_thirty_two_weights_are_scaled_by_the_largest_of_them():
    matrix = torch.zeros(2, 64)
    matrix[0, :3], matrix[0, 32:35] = torch.tensor([127.0, -63.4, 0.0]), torch.tensor([-254.0, 100.0, 1.0])
    rounded, scale = quantise(matrix)
    assert rounded[0, :3].tolist() == [127, -63, 0] and rounded[0, 32:35].tolist() == [
        -127,
        50,
        0,
    ]  # 1 / 2 rounds to even
    assert (rounded.dtype, scale.dtype, scale.shape) == (torch.int8, torch.float16, (2, 2))
    assert scale[0].tolist() == [1.0, 2.0] and not rounded[1].any()


def test_no_weight_is_off_by_more_than_half_a_step():
    matrix = torch.randn(50, 320, generator=torch.Generator().manual_seed(0)) * torch.logspace(-3, 4, 50)[:, None]
    rounded, scale = quantise(matrix)
    steps = scale.float().repeat_interleave(32, dim=1)
    # the largest may be off by a little more: its own scale is rounded to fp16
    assert ((rounded.float() * steps - matrix).abs() <= steps * 0.57).all()


def test_large_matrices_are_stored_in_a_byte_a_weight_and_the_rest_unchanged(tmp_path: Path):
    generator = torch.Generator().manual_seed(0)
    large, small, vector = (torch.randn(size, generator=generator) for size in ((400, 320), (40, 30), (500,)))
    write_weights(tmp_path, {"large": large, "small": small, "vector": vector})
    [file] = tmp_path.glob("*.safetensors")
    stored = load_file(file)
    assert stored["large"].dtype == torch.int8 and stored["large.scale"].shape == (400, 10)
    assert file.stat().st_size < 128_000 + 2 * 4_000 + 4 * (1_200 + 500) + 1_000
    read = read_weights(tmp_path)
    assert set(read) == {"large", "small", "vector"}
    assert torch.equal(read["small"], small) and torch.equal(read["vector"], vector)
    assert ((read["large"] - large).abs() <= large.abs().amax(dim=1, keepdim=True) / 127 * 0.57).all()


def test_every_block_of_rows_is_restored_with_its_own_scales(tmp_path: Path):
    last = AT_ONCE // 128  # the first row of a block
    rounded = torch.zeros(4 * last + 1, 128)
    rounded[0, :2], rounded[last, :2] = torch.tensor([127.0, 3.0]), torch.tensor([254.0, 3.0])
    write_weights(tmp_path, {"large": rounded})
    read = read_weights(tmp_path)["large"]  # steps of 1 in the first row and of 2 in the last; 3 / 2 rounds to 2
    assert read[0, :3].tolist() == [127.0, 3.0, 0.0] and read[last, :3].tolist() == [254.0, 4.0, 0.0]
    assert read.count_nonzero() == 4


def test_restored_weights_are_the_rounded_numbers_times_their_scale_to_the_bit(tmp_path: Path):
    generator = torch.Generator().manual_seed(0)
    write_weights(tmp_path, {"large": torch.randn(1_500, 96, generator=generator), "small": torch.tensor([1 / 3])})
    stored = load_file(tmp_path / "model-00001-of-00001.safetensors")
    exact = stored["large"].float() * stored["large.scale"].float().repeat_interleave(32, dim=1)
    assert torch.equal(read_weights(tmp_path)["large"], exact)
    read = read_weights(tmp_path, torch.bfloat16)
    assert torch.equal(read["large"], exact.to(torch.bfloat16))
    assert read["small"].dtype == torch.bfloat16
    assert read["small"].item() == 171 / 512  # the nearest to 1 / 3 with eight bits


def test_writing_again_what_was_read_changes_nothing(tmp_path: Path):
    write_weights(tmp_path / "a", {"large": torch.randn(400, 320, generator=torch.Generator().manual_seed(0))})
    write_weights(tmp_path / "b", read_weights(tmp_path / "a"))
    assert torch.allclose(read_weights(tmp_path / "a")["large"], read_weights(tmp_path / "b")["large"], rtol=1e-5)


def test_weights_are_cut_into_shards_that_the_index_names(tmp_path: Path):
    vectors = {name: torch.full((8,), float(number)) for number, name in enumerate("abc")}  # 32 bytes each
    write_weights(tmp_path, vectors, shard_bytes=60)
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


def test_small_changes_are_kept_unless_rounded(tmp_path: Path):
    torch.manual_seed(0)
    write_weights(tmp_path, {"w": torch.randn(400, 256).mul_(0.03)})
    moved = read_weights(tmp_path)["w"] + 1e-4
    lost = []
    for rounded in (True, False):
        write_weights(tmp_path, {"w": moved}, rounded=rounded)
        lost.append(float((read_weights(tmp_path)["w"] - moved).abs().mean()))
    assert lost[1] < lost[0] / 5
