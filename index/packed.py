"""Encoder layers as a processor runs them best: only tokens, no padding, and weights laid out once for good.

All texts' tokens stand in one matrix, so that products and norms never see padding; attention takes one text at a time,
which needs no mask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from index.precision import multiplies_tiles

Product = Callable[[Tensor], Tensor]


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
        """[T, H] to [T, H], T being the sum of the lengths; a text's bias [heads, L, L] is added to its attention scores."""
        width = hidden.shape[1]
        qkv = self.qkv(hidden).view(len(hidden), 3, self.heads, width // self.heads)
        attended = []
        for text, bias in zip(torch.split(qkv, list(lengths)), biases, strict=True):
            query, key, value = text.permute(1, 2, 0, 3)
            attended.append(_attended(query, key, value, bias).transpose(0, 1))
        hidden = self.norm_attention(hidden + self.out(torch.cat(attended).view(len(hidden), width)))
        return self.norm_output(hidden + self.down(self.up(hidden)))


def _attended(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
    """Scaled dot-product attention of one text, [heads, L, d] each; its length is bounded, and so are the scores.

    The library's fused kernel multiplies bf16 quickly on tiles (AMX) alone; elsewhere plain products take half its time.
    """
    if query.dtype != torch.bfloat16 or multiplies_tiles():
        return F.scaled_dot_product_attention(query[None], key[None], value[None], attn_mask=bias)[0]
    added, share = (query.new_zeros(1), 0) if bias is None else (bias, 1)
    scores = torch.baddbmm(added, query, key.transpose(1, 2), beta=share, alpha=query.shape[-1] ** -0.5)
    return torch.bmm(torch.softmax(scores, dim=-1), value)


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
