"""An encoder as a processor runs it best: tokens with hardly any padding, and weights laid out once for good.

All texts' tokens stand in one matrix, in which products and norms take them together; attention takes one text at a time.
The numbers of rows are round ones (``whole_rows``): the library compiles its products anew for each number of rows that it has not
seen, which takes time at the first of them and memory for good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from index.encoder.architecture import NetworkConfig, relative_position_bucket
from index.encoder.precision import multiplies_tiles

Product = Callable[[Tensor], Tensor]
ROW_STEP = 16


class MakeProduct(Protocol):
    """Makes x to x W^T + b, and GELU where wanted, of weights and bias."""

    def __call__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Product:
        """The product."""
        ...


@dataclass(frozen=True, slots=True)
class PackedLayer:
    """One layer of a BERT-like encoder over the tokens of several texts; each part takes and gives rows, [T, in] to [T, out].

    ``qkv`` gives query, key and value of all heads side by side; ``up`` applies the activation.
    """

    heads: int
    qkv: Product
    out: Product
    norm_attention: Product
    up: Product
    down: Product
    norm_output: Product

    def __call__(self, hidden: Tensor, lengths: Sequence[int], biases: Sequence[Tensor | None]) -> Tensor:
        """[T, H] to [T, H], T being the sum of the lengths; the biases of ``attention_biases`` are added to the scores."""
        qkv = self.qkv(hidden).view(len(hidden), 3, self.heads, hidden.shape[1] // self.heads)
        texts = torch.split(qkv, list(lengths))
        attended = torch.cat([_attended(text, bias) for text, bias in zip(texts, biases, strict=True)])
        hidden = self.norm_attention(hidden + self.out(attended.view(hidden.shape)))
        return self.norm_output(hidden + self.down(self.up(hidden)))


def whole_rows(lengths: Sequence[int]) -> list[int]:
    """The lengths, with that of one more text at the end where it takes one to make their sum a round number.

    That is a multiple of ``ROW_STEP``, and for large sums of the power of two that is a 32nd to a 64th of them.
    """
    total = sum(lengths)
    spare = -total % max(ROW_STEP, 1 << max(0, total.bit_length() - 6))
    return [*lengths, spare] if spare else [*lengths]


def held_rows(length: int) -> int:
    """How many rows attention takes for a text: the least multiple of ``ROW_STEP`` that holds it."""
    return length + -length % ROW_STEP


def attention_biases(lengths: Sequence[int], table: Tensor | None, like: Tensor) -> list[Tensor | None]:
    """What is added to the attention scores of each text, [heads or 1, R or 1, R], R being its length in whole ``ROW_STEP``.

    That is the upper left of a table [heads, R, R] where there is one, and minus infinity for what is beyond the text; None
    where there is nothing to add.
    """
    made = {length: _bias(length, table, like) for length in set(lengths)}
    return [made[length] for length in lengths]


def _bias(length: int, table: Tensor | None, like: Tensor) -> Tensor | None:
    """That of one length."""
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
    """Scaled dot-product attention of one text, [L, 3, heads, d] to [L, heads, d]; its length is bounded, and so are the scores.

    The library's fused kernel multiplies bf16 quickly on tiles (AMX) alone; elsewhere plain products take half its time.
    """
    length, _, heads, width = text.shape
    held = text.new_zeros(3, heads, held_rows(length), width)
    held[:, :, :length] = text.permute(1, 2, 0, 3)
    query, key, value = held
    if text.dtype != torch.bfloat16 or multiplies_tiles():
        mask = None if bias is None else bias[None]  # of three dimensions it would keep the fused kernel away
        found = F.scaled_dot_product_attention(query[None], key[None], value[None], attn_mask=mask)[0]
    else:
        added, share = (query.new_zeros(1), 0) if bias is None else (bias, 1)
        scores = torch.baddbmm(added, query, key.transpose(1, 2), beta=share, alpha=width**-0.5)
        found = torch.bmm(torch.softmax(scores, dim=-1), value)
    return found[:, :length].transpose(0, 1)


class PackedEncoder:
    """A BERT or MPNet encoder to run, not to train, of parameters under our names; ``made`` makes the products with them."""

    def __init__(self, config: NetworkConfig, tensors: Mapping[str, Tensor], made: MakeProduct) -> None:
        self._config = config
        self._words, self._positions = tensors["words.weight"], tensors["positions.weight"]
        self._segment, self._relative = tensors.get("segment"), tensors.get("relative.weight")
        self._norm = _normed(tensors, "norm", config.layer_norm_eps)
        self._layers = [_layer(config, tensors, f"layers.{n}.", made) for n in range(config.num_hidden_layers)]
        self._table: Tensor | None = None

    def __call__(self, ids: Tensor, lengths: Sequence[int]) -> Tensor:
        """Token ids [T], texts of these lengths one after the other, to their last hidden states [R, H]; R - T are spare."""
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
        """What relative positions add to the attention scores, [heads, R, R] with R of at least the longest in whole rows."""
        if self._relative is None:
            return None
        table, rows = self._table, held_rows(longest)
        if table is None or table.shape[-1] < rows:
            steps = torch.arange(rows)
            buckets = relative_position_bucket(
                steps[None, :] - steps[:, None], self._config.relative_attention_num_buckets
            )
            # another thread may replace it by a smaller one meanwhile: what is returned is one's own
            self._table = table = self._relative[buckets].permute(2, 0, 1).contiguous()
        return table


def _layer(config: NetworkConfig, tensors: Mapping[str, Tensor], name: str, made: MakeProduct) -> PackedLayer:
    """A layer to run."""

    def of(part: str, *, gelu: bool = False) -> Product:
        return made(tensors[f"{name}{part}.weight"], tensors[f"{name}{part}.bias"], gelu=gelu)

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


def _normed(tensors: Mapping[str, Tensor], name: str, eps: float) -> Product:
    """Layer normalisation with the weights of a name."""
    weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    return lambda rows: F.layer_norm(rows, weight.shape, weight, bias, eps)


def product(weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Product:
    """x to x W^T + b, and GELU where wanted: by oneDNN on packed weights where torch has it.

    That is how bf16 gets to the processor's own units, and in fp32 it is the faster library on some processors.
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
