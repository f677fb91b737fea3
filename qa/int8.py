"""8-bit products for processors that multiply 8-bit integers (VNNI) and no bf16: weights by row, inputs by token.

A few columns of the inputs are far larger than the others and would leave these hardly any of the 8 bits. What a column of
the input is divided by, and the weights are multiplied by, evens that out (SmoothQuant, Xiao et al. 2023, alpha 0.5); the
sizes of the columns hardly depend on the text and are taken from a few sentences when the reader is opened.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from index.packed import Product, product
from qa.network import SpanNetwork
from qa.packed import PackedNetwork
from qa.windows import Pair, PairEncoder, padded

LEVELS = 127
SMALLEST = 1e-5
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


class Int8Product:
    """x to x W^T + b, and GELU where wanted: exact while ``settle`` has not been called, in 8 bits from then on."""

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> None:
        self._weight, self._bias, self._gelu = weight, bias, gelu
        self._product = product(weight, bias, gelu=gelu)
        self._largest: Tensor | None = torch.full(weight.shape[1:], SMALLEST)

    def settle(self) -> None:
        """Lay out the weights in 8 bits, by the largest inputs seen; the exact ones are let go."""
        assert self._largest is not None
        smooth = (self._largest / self._weight.abs().amax(0).clamp_min(SMALLEST)).sqrt()
        weight = self._weight * smooth
        self._divide = 1 / smooth
        self._scale = weight.abs().amax(1).clamp_min(SMALLEST) / LEVELS
        self._weight = (weight / self._scale[:, None]).round().to(torch.int8).t().contiguous()
        self._largest, self._product = None, self._in_8_bits

    def __call__(self, rows: Tensor) -> Tensor:
        """[T, in] to [T, out]."""
        if self._largest is not None:
            self._largest = torch.maximum(self._largest, rows.abs().amax(0))
        return self._product(rows)

    def _in_8_bits(self, rows: Tensor) -> Tensor:
        rows = rows * self._divide
        scale = rows.abs().amax(1, keepdim=True).clamp_min(SMALLEST) / LEVELS
        whole = (rows / scale).round_().to(torch.int8)
        out = torch._int_mm(whole, self._weight).float().mul_(scale).mul_(self._scale).add_(self._bias)
        return F.gelu(out) if self._gelu else out


def in_8_bits(network: SpanNetwork, encoder: PairEncoder) -> PackedNetwork:
    """The network with 8-bit products; it takes its weights over."""
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
