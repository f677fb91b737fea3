from __future__ import annotations

import pytest
import torch

from qa.network import NetworkConfig, SpanNetwork
from qa.packed import PackedNetwork


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
