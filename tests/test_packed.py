from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from reader_fakes import words_of, write_tokenizer

from qa.int8 import SAMPLE, in_8_bits
from qa.network import NetworkConfig, SpanNetwork
from qa.packed import PackedNetwork
from qa.windows import PairEncoder


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
