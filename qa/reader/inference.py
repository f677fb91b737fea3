"""``SpanNetwork`` for inference on a processor, built from the layers of ``index.encoder``."""

from __future__ import annotations

import torch
from torch import Tensor

from index.encoder.int8 import Int8Product
from index.encoder.layers import MakeProduct, PackedEncoder, Product, product
from qa.reader.network import SpanNetwork
from qa.reader.windows import Pair, PairEncoder, padded

# Calibrates the 8-bit products: texts in the style of news, treebanks and reviews.
SAMPLE = (
    Pair(
        "When did the two ministers sign the agreement on the railway?",
        "The two ministers signed the agreement on Tuesday, 14 March 1995, after three days of talks in Geneva. It says that"
        " the railway will be ready within 6 years and cost about $2.4 billion, of which banks lend 60 percent. “Nobody"
        " believed in it,” the mayor told reporters. Farmers along the line had protested since 1989.",
    ),
    Pair(
        "who discovered the bacterium",
        "In biology, the bacterium was first described by the Danish physician Hans Gram , who worked in Berlin ( 1884 ) . It"
        " lives in soil and in the gut of many animals , where it breaks down sugar ; some strains cause disease .",
    ),
    Pair(
        "How long does the battery last?",
        "I bought this lamp for my daughter two weeks ago and she loves it! The battery lasts 8-10 hours if you don't use the"
        " brightest setting. Only drawback: it isn't waterproof, and the manual is useless. Still, 4 stars from me.",
    ),
)


class PackedNetwork:
    """A ``SpanNetwork`` for inference only; it takes the weights over. ``made`` makes its matrix products."""

    def __init__(self, network: SpanNetwork, made: MakeProduct = product) -> None:
        tensors, self._span = network.state_dict(), network.span
        network.layers = torch.nn.ModuleList()
        self._encoder = PackedEncoder(network.config, tensors, made)

    def __call__(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Logits [B, L, 2] of padded token ids and their mask [B, L]; zero on padding."""
        chosen = ids[mask]
        hidden = self._encoder(chosen, mask.sum(dim=1).tolist())
        logits = torch.zeros(*ids.shape, 2)
        logits[mask] = self._span(hidden)[: len(chosen)].float()
        return logits


def in_8_bits(network: SpanNetwork, encoder: PairEncoder) -> PackedNetwork:
    """The network with 8-bit products, calibrated on ``SAMPLE``; it takes the weights over."""
    made: list[Int8Product] = []

    def watched(weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Product:
        made.append(Int8Product(weight, bias, gelu=gelu))
        return made[-1]

    packed = PackedNetwork(network, watched)
    windows = encoder.encode(SAMPLE)
    width = padded(max(len(window.ids) for window in windows), 1)
    ids = torch.tensor([[*window.ids, *[encoder.pad] * (width - len(window.ids))] for window in windows])
    mask = torch.arange(width) < torch.tensor([len(window.ids) for window in windows])[:, None]
    with torch.inference_mode():
        packed(ids, torch.zeros_like(ids), mask)
        for one in made:
            one.settle()
    return packed
