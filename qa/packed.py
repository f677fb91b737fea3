"""The span-prediction network as a processor runs it best: the arithmetic is ``SpanNetwork``'s, on ``index.packed``'s layers."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from index.packed import PackedLayer, Product, attention_biases, held_rows, product, whole_rows
from qa.network import Layer, SpanNetwork, relative_position_bucket


class MakeProduct(Protocol):
    """Makes x to x W^T + b, and GELU where wanted, of weights and bias."""

    def __call__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Product:
        """The product."""
        ...


class PackedNetwork:
    """A ``SpanNetwork`` to run, not to train; takes its weights over. ``made`` makes the products with them."""

    def __init__(self, network: SpanNetwork, made: MakeProduct | None = None) -> None:
        self._words, self._positions, self._norm = network.words, network.positions, network.norm
        self._segment, self._relative, self._span = network.segment, network.relative, network.span
        self._first, self._buckets = network.config.first_position, network.config.relative_attention_num_buckets
        self._layers = [_packed(layer, made or product) for layer in network.layers if isinstance(layer, Layer)]
        self._table: Tensor | None = None

    def __call__(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Logits [B, L, 2] of padded token ids and their mask [B, L]; zero on padding."""
        rows = whole_rows(mask.sum(dim=1).tolist())
        chosen, places = ids[mask], torch.arange(ids.shape[1]).expand_as(ids)[mask] + self._first
        spare = (0, sum(rows) - len(chosen))
        hidden = self._words(F.pad(chosen, spare)) + self._positions(F.pad(places, spare))
        hidden = self._norm(hidden if self._segment is None else hidden + self._segment)
        biases = attention_biases(rows, self._relative_to(max(rows)), hidden)
        for layer in self._layers:
            hidden = layer(hidden, rows, biases)
        logits = torch.zeros(*ids.shape, 2)
        logits[mask] = self._span(hidden)[: len(chosen)].float()
        return logits

    def _relative_to(self, longest: int) -> Tensor | None:
        """What relative positions add to the attention scores, [heads, R, R] with R of at least the longest in whole rows."""
        if self._relative is None:
            return None
        table, rows = self._table, held_rows(longest)
        if table is None or table.shape[-1] < rows:
            steps = torch.arange(rows)
            buckets = relative_position_bucket(steps[None, :] - steps[:, None], self._buckets)
            # another thread may replace it by a smaller one meanwhile: what is returned is one's own
            self._table = table = self._relative(buckets).detach().permute(2, 0, 1).contiguous()
        return table


def _packed(layer: Layer, made: MakeProduct) -> PackedLayer:
    """A layer to run."""

    def of(linear: nn.Linear, *, gelu: bool = False) -> Product:
        return made(linear.weight.detach(), linear.bias.detach(), gelu=gelu)

    return PackedLayer(
        layer.heads,
        of(layer.qkv),
        of(layer.out),
        layer.norm_attention,
        of(layer.up, gelu=True),
        of(layer.down),
        layer.norm_output,
    )
