"""An encoder laid out for a CPU: hardly any padding, and weights packed once.

The tokens of all texts form one matrix, which products and norms process as a whole; attention processes one text at a time.
The number of rows is rounded up (``whole_rows``), because the library compiles its products for every new number of rows, which
costs time once and memory for good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from index.encoder.architecture import NetworkConfig, relative_position_bucket
from index.encoder.cpu import multiplies_tiles

Product = Callable[[Tensor], Tensor]
ROW_STEP = 16  # larger steps compile fewer products, but pad more


class MakeProduct(Protocol):
    """Makes a product of weight and bias: x to x W^T + b, then GELU if ``gelu``."""

    def __call__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Product:
        """Make the product of a weight [out, in] and a bias [out]."""


@dataclass(frozen=True, slots=True)
class PackedLayer:
    """One layer of a BERT-like encoder over the tokens of several texts; each part maps rows [T, in] to [T, out].

    ``qkv`` returns query, key and value of all heads side by side; ``up`` includes the activation.
    """

    heads: int
    qkv: Product
    out: Product
    norm_attention: Product
    up: Product
    down: Product
    norm_output: Product

    def __call__(self, hidden: Tensor, lengths: Sequence[int], biases: Sequence[Tensor | None]) -> Tensor:
        """Map [T, H] to [T, H], with T the sum of the lengths; ``biases`` come from ``attention_biases``."""
        qkv = self.qkv(hidden).view(len(hidden), 3, self.heads, hidden.shape[1] // self.heads)
        texts = torch.split(qkv, list(lengths))
        attended = torch.cat([_attended(text, bias) for text, bias in zip(texts, biases, strict=True)])
        hidden = self.norm_attention(hidden + self.out(attended.view(hidden.shape)))
        return self.norm_output(hidden + self.down(self.up(hidden)))


def whole_rows(lengths: Sequence[int]) -> list[int]:
    """Return the lengths, with one for a padding text at the end if their sum is not a round number.

    Round means a multiple of ``ROW_STEP`` or, for large sums, of the power of two that is 1/64 to 1/32 of the sum.
    """
    total = sum(lengths)
    spare = -total % max(ROW_STEP, 1 << max(0, total.bit_length() - 6))
    return [*lengths, spare] if spare else [*lengths]


def held_rows(length: int) -> int:
    """Return the rows that attention uses for a text: its length rounded up to a multiple of ``ROW_STEP``."""
    return length + -length % ROW_STEP


def attention_biases(lengths: Sequence[int], table: Tensor | None, like: Tensor) -> list[Tensor | None]:
    """Return what is added to each text's attention scores: [heads or 1, R or 1, R], R being ``held_rows`` of its length.

    It is the upper left of ``table`` [heads, R, R], if given, and minus infinity beyond the text; None if nothing is added.
    """
    made = {length: _bias(length, table, like) for length in set(lengths)}
    return [made[length] for length in lengths]


def _bias(length: int, table: Tensor | None, like: Tensor) -> Tensor | None:
    rows = held_rows(length)
    if table is None and rows == length:
        return None
    bias = (
        like.new_zeros(1, 1, rows)
        if table is None
        else table[:, :rows, :rows].clone(memory_format=torch.contiguous_format)
    )
    bias[:, :, length:] = -torch.inf
    return bias


def _attended(text: Tensor, bias: Tensor | None) -> Tensor:
    """Scaled dot-product attention of one text, [L, 3, heads, d] to [L, heads, d].

    The library's fused kernel is fast for bf16 with tiles (AMX) only; elsewhere plain products take half its time. They hold
    all scores in memory, which is fine because the length of a text is bounded.
    """
    length, _, heads, width = text.shape
    held = text.new_zeros(3, heads, held_rows(length), width)
    held[:, :, :length] = text.permute(1, 2, 0, 3)
    query, key, value = held
    if text.dtype != torch.bfloat16 or multiplies_tiles():
        mask = None if bias is None else bias[None]  # the fused kernel takes no mask of three dimensions
        found = F.scaled_dot_product_attention(query[None], key[None], value[None], attn_mask=mask)[0]
    else:
        added, share = (query.new_zeros(1), 0) if bias is None else (bias, 1)
        scores = torch.baddbmm(added, query, key.transpose(1, 2), beta=share, alpha=width**-0.5)
        found = torch.bmm(torch.softmax(scores, dim=-1), value)
    return found[:, :length].transpose(0, 1)


class PackedEncoder:
    """A BERT or MPNet encoder to run, not to train, of parameters under our names; ``made`` makes the products with them.

    It takes them out of ``tensors``, so that the memory of each is free again once it is packed.
    """

    def __init__(self, config: NetworkConfig, tensors: dict[str, Tensor], made: MakeProduct) -> None:
        self._config = config
        self._words, self._positions = tensors["words.weight"], tensors["positions.weight"]
        self._segment, self._relative = tensors.get("segment"), tensors.get("relative.weight")
        self._norm = _normed(tensors, "norm", config.layer_norm_eps)
        self._layers = [_layer(config, tensors, f"layers.{n}.", made) for n in range(config.num_hidden_layers)]
        self._table: Tensor | None = None

    def __call__(self, ids: Tensor, lengths: Sequence[int]) -> Tensor:
        """Map token ids [T] of texts with these lengths to last hidden states [R, H]; the last R - T rows are padding."""
        rows = whole_rows(lengths)
        spare = (0, sum(rows) - len(ids))
        places = torch.cat([torch.arange(length) for length in lengths]) + self._config.first_position
        hidden = self._words[F.pad(ids, spare)]
        hidden = hidden if self._segment is None else hidden + self._segment
        hidden = self._norm(hidden + self._positions[F.pad(places, spare)])
        biases = attention_biases(rows, self._relative_to(max(rows)), hidden)
        for layer in self._layers:
            hidden = layer(hidden, rows, biases)
        return hidden

    def _relative_to(self, longest: int) -> Tensor | None:
        """What relative positions add to attention scores: [heads, R, R], R being at least ``held_rows(longest)``."""
        if self._relative is None:
            return None
        table, rows = self._table, held_rows(longest)
        if table is None or table.shape[-1] < rows:
            steps = torch.arange(rows)
            buckets = relative_position_bucket(
                steps[None, :] - steps[:, None], self._config.relative_attention_num_buckets
            )
            # another thread may store a smaller table meanwhile, so return this one and not the attribute
            self._table = table = self._relative[buckets].permute(2, 0, 1).contiguous()
        return table


def _layer(config: NetworkConfig, tensors: dict[str, Tensor], name: str, made: MakeProduct) -> PackedLayer:
    def of(part: str, *, gelu: bool = False) -> Product:
        return made(tensors.pop(f"{name}{part}.weight"), tensors.pop(f"{name}{part}.bias"), gelu=gelu)

    def normed(part: str) -> Product:
        return _normed(tensors, f"{name}{part}", config.layer_norm_eps)

    return PackedLayer(
        config.num_attention_heads,
        of("qkv"),
        of("out"),
        normed("norm_attention"),
        of("up", gelu=True),
        of("down"),
        normed("norm_output"),
    )


def _normed(tensors: dict[str, Tensor], name: str, eps: float) -> Product:
    weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    return lambda rows: F.layer_norm(rows, weight.shape, weight, bias, eps)


def product(weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Product:
    """Make x to x W^T + b, then GELU if ``gelu``, by oneDNN on packed weights if torch has it.

    This is how bf16 reaches the processor's own units; in fp32, oneDNN is the faster library on some processors.
    """
    kind, how = ("gelu", "none") if gelu else ("none", "")
    try:  # the library's private operators: others may lack them
        packed = torch.ops.mkldnn._reorder_linear_weight(weight, None)
        torch.ops.mkldnn._linear_pointwise(weight[:1], packed, bias, kind, [], how)
    except (AttributeError, RuntimeError):
        if gelu:
            return lambda rows: F.gelu(F.linear(rows, weight, bias))
        return lambda rows: F.linear(rows, weight, bias)
    return lambda rows: torch.ops.mkldnn._linear_pointwise(rows, packed, bias, kind, [], how)
