from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from reader_fakes import words_of, write_tokenizer
from torch.nn.attention import SDPBackend, sdpa_kernel

from index.encoder.architecture import NetworkConfig
from index.encoder.int8 import Int8Product
from index.encoder.layers import whole_rows
from qa.reader.inference import SAMPLE, PackedNetwork, in_8_bits
from qa.reader.network import SpanNetwork
from qa.reader.windows import PairEncoder


def network(kind: str) -> SpanNetwork:
    torch.manual_seed(0)
    return SpanNetwork(NetworkConfig(kind, 50, 32, 2, 4, 64, 40, 1e-5)).eval()


@pytest.mark.parametrize("kind", ["mpnet", "bert"])
@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-5), (torch.bfloat16, 0.05)])
def test_it_gives_the_logits_of_the_network_it_was_made_of(kind: str, dtype: torch.dtype, near: float):
    own = network(kind)
    ids = torch.randint(5, 50, (3, 20), generator=torch.Generator().manual_seed(1))
    mask = torch.arange(20) < torch.tensor([20, 13, 1])[:, None]
    with torch.inference_mode():
        wanted = own(ids, mask)
        given = PackedNetwork(own.to(dtype))(ids, torch.zeros_like(ids), mask)
    assert (given - wanted)[mask].abs().max() < near
    assert (given[~mask] == 0).all()


@pytest.mark.parametrize("kind", ["mpnet", "bert"])
def test_in_32_bits_attention_runs_in_the_fused_kernel(kind: str):
    made = PackedNetwork(network(kind))
    ids = torch.randint(5, 50, (2, 20), generator=torch.Generator().manual_seed(1))
    mask = torch.arange(20) < torch.tensor([20, 13])[:, None]
    with torch.inference_mode(), sdpa_kernel(SDPBackend.FLASH_ATTENTION):  # which raises where it cannot run
        assert made(ids, torch.zeros_like(ids), mask)[mask].isfinite().all()


def test_few_numbers_of_rows_occur_and_next_to_none_are_spare():
    assert whole_rows([]) == [] and whole_rows([16]) == [16] and whole_rows([7, 9]) == [7, 9]
    assert whole_rows([5]) == [5, 11] and whole_rows([7, 30]) == [7, 30, 11]
    rounded = [sum(whole_rows([total])) for total in range(1, 8192)]
    assert all(0 <= held - total < max(16, total / 31) for total, held in enumerate(rounded, 1))
    assert len(set(rounded)) < 200


@pytest.mark.parametrize("tiles", [True, False])
@pytest.mark.parametrize("kind", ["mpnet", "bert"])
def test_spare_rows_change_nothing(kind: str, tiles: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("index.encoder.layers.multiplies_tiles", lambda: tiles)
    made = PackedNetwork(network(kind).to(torch.bfloat16))
    ids = torch.randint(5, 50, (4, 32), generator=torch.Generator().manual_seed(2))
    mask = torch.arange(32) < torch.tensor([32, 16, 7, 1])[:, None]
    with torch.inference_mode():
        together = made(ids, torch.zeros_like(ids), mask)
        for row in range(4):
            held = slice(row, row + 1), slice(0, int(mask[row].sum()))
            alone = made(ids[held], torch.zeros_like(ids[held]), mask[held])
            assert torch.allclose(alone, together[held], atol=0.03)


@pytest.mark.parametrize("kind", ["mpnet", "bert"])
def test_in_8_bits_it_gives_nearly_the_same_logits_whatever_shares_the_batch(kind: str, tmp_path: Path):
    write_tokenizer(tmp_path, words_of(*(text for pair in SAMPLE for text in (pair.question, pair.passage))))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind, "vocab_size": 400}), encoding="utf-8")
    torch.manual_seed(0)
    own = SpanNetwork(NetworkConfig(kind, 400, 32, 2, 4, 64, 200, 1e-5)).eval()
    own.layers[0].norm_attention.weight.data[3] = 40.0  # type: ignore[union-attr, operator, index]
    ids = torch.randint(5, 300, (3, 20), generator=torch.Generator().manual_seed(1))
    mask = torch.arange(20) < torch.tensor([20, 13, 1])[:, None]
    with torch.inference_mode():
        wanted = own(ids, mask)
        network = in_8_bits(own, PairEncoder.open(tmp_path))
        given = network(ids, torch.zeros_like(ids), mask)
        alone = network(ids[1:2], torch.zeros_like(ids[1:2]), mask[1:2])
    spread = wanted[mask].std()
    assert 0 < (given - wanted)[mask].abs().max() < 0.3 * spread
    assert torch.equal(alone[mask[1:2]], given[1:2][mask[1:2]])


def test_where_the_library_has_no_8_bit_products_they_stay_exact(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("index.encoder.int8._whole_product", lambda whole, scale, zero: None)
    weight, bias, rows = torch.randn(8, 4), torch.randn(8), torch.randn(5, 4)
    made = Int8Product(weight, bias)
    exact = made(rows)
    made.settle()
    assert torch.equal(made(rows), exact)


def test_inputs_to_one_side_of_zero_get_more_levels_there():
    generator = torch.Generator().manual_seed(0)
    weight, rows = (torch.randn(shape, generator=generator) for shape in ((64, 32), (200, 32)))
    rows = torch.nn.functional.gelu(rows)
    wanted = rows @ weight.t()
    errors = {}
    for name, seen in (("as they are", rows), ("to both sides", torch.cat([rows, -rows]))):
        made = Int8Product(weight, torch.zeros(64))
        made(seen)
        made.settle()
        errors[name] = (made(rows) - wanted).abs().mean()
    assert errors["as they are"] < 0.95 * errors["to both sides"]


def test_rows_that_reach_further_than_any_seen_are_not_cut_off():
    weight, rows = (
        torch.eye(8),
        torch.nn.functional.gelu(torch.randn(50, 8, generator=torch.Generator().manual_seed(0))),
    )
    made = Int8Product(weight, torch.zeros(8))
    made(rows)
    made.settle()
    further = torch.cat([100 * rows, -100 * rows])
    assert (made(further) - further).abs().max() < further.abs().max() / 90
