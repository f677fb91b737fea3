"""The span-prediction network as a processor runs it best: only tokens, no padding, and weights laid out once for good.

The parameters and the arithmetic are ``SpanNetwork``'s; what differs is the order in memory. All windows' tokens stand in
one matrix, so that the products and norms never see padding; attention takes one window at a time, which needs no mask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from qa.network import Layer, SpanNetwork, relative_position_bucket

Product = Callable[[Tensor], Tensor]


class MakeProduct(Protocol):
    """Makes x to x W^T + b, and GELU where wanted, of a linear layer."""

    def __call__(self, linear: nn.Linear, *, gelu: bool = False) -> Product:
        """The product."""
        ...


class PackedLayer:
    """One encoder layer over the tokens of several windows."""

    def __init__(self, layer: Layer, made: MakeProduct) -> None:
        self._heads = layer.heads
        self._qkv, self._out, self._down = made(layer.qkv), made(layer.out), made(layer.down)
        self._up = made(layer.up, gelu=True)
        self._norm_attention, self._norm_output = layer.norm_attention, layer.norm_output

    def __call__(self, hidden: Tensor, lengths: Sequence[int], biases: Sequence[Tensor | None]) -> Tensor:
        """[T, H] to [T, H], T being the sum of the lengths."""
        width = hidden.shape[1]
        qkv = self._qkv(hidden).view(len(hidden), 3, self._heads, width // self._heads)
        attended = []
        for window, bias in zip(torch.split(qkv, list(lengths)), biases, strict=True):
            query, key, value = window.permute(1, 2, 0, 3).unsqueeze(1)
            attended.append(F.scaled_dot_product_attention(query, key, value, attn_mask=bias)[0].transpose(0, 1))
        hidden = self._norm_attention(hidden + self._out(torch.cat(attended).view(len(hidden), width)))
        normed: Tensor = self._norm_output(hidden + self._down(self._up(hidden)))
        return normed


class PackedNetwork:
    """A ``SpanNetwork`` to run, not to train; takes its weights over. ``made`` makes the products with them."""

    def __init__(self, network: SpanNetwork, made: MakeProduct | None = None) -> None:
        self._words, self._positions, self._norm = network.words, network.positions, network.norm
        self._segment, self._relative, self._span = network.segment, network.relative, network.span
        self._first, self._buckets = network.config.first_position, network.config.relative_attention_num_buckets
        self._layers = [PackedLayer(layer, made or product) for layer in network.layers if isinstance(layer, Layer)]
        self._table: Tensor | None = None

    def __call__(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Logits [B, L, 2] of padded token ids and their mask [B, L]; zero on padding."""
        lengths: list[int] = mask.sum(dim=1).tolist()
        places = torch.arange(ids.shape[1]).expand_as(ids)[mask] + self._first
        hidden = self._words(ids[mask]) + self._positions(places)
        hidden = self._norm(hidden if self._segment is None else hidden + self._segment)
        biases = self._biases(lengths)
        for layer in self._layers:
            hidden = layer(hidden, lengths, biases)
        logits = torch.zeros(*ids.shape, 2)
        logits[mask] = self._span(hidden).float()
        return logits

    def _biases(self, lengths: Sequence[int]) -> list[Tensor | None]:
        """What relative positions add to the attention scores of each window, [1, heads, L, L]."""
        if self._relative is None:
            return [None] * len(lengths)
        longest, table = max(lengths), self._table
        if table is None or table.shape[-1] < longest:
            steps = torch.arange(longest)
            buckets = relative_position_bucket(steps[None, :] - steps[:, None], self._buckets)
            # another thread may replace it by a smaller one meanwhile: what is cut below is one's own
            self._table = table = self._relative(buckets).detach().permute(2, 0, 1)[None].contiguous()
        cut = {length: table[:, :, :length, :length].contiguous() for length in set(lengths)}
        return [cut[length] for length in lengths]


def product(linear: nn.Linear, *, gelu: bool = False) -> Product:
    """x to x W^T + b, and GELU where wanted: packed for the processor's bf16 units where the library can."""
    weight, bias = linear.weight.detach(), linear.bias.detach()
    if weight.dtype == torch.bfloat16:
        kind, how = ("gelu", "none") if gelu else ("none", "")
        try:  # the library's private operators: others may lack them
            packed = torch.ops.mkldnn._reorder_linear_weight(weight, None)
            torch.ops.mkldnn._linear_pointwise(weight[:1], packed, bias, kind, [], how)
        except (AttributeError, RuntimeError):
            packed = None
        if packed is not None:
            return lambda rows: torch.ops.mkldnn._linear_pointwise(rows, packed, bias, kind, [], how)
    if gelu:
        return lambda rows: F.gelu(F.linear(rows, weight, bias))
    return lambda rows: F.linear(rows, weight, bias)
