"""8-bit products for processors that multiply 8-bit integers (VNNI) and no bf16: weights by row, inputs by token.

A few columns of the inputs are far larger than the others and would leave these hardly any of the 8 bits. What a column of
the input is divided by, and the weights are multiplied by, evens that out (SmoothQuant, Xiao et al. 2023, alpha 0.5). Inputs that
reach further to one side of zero than to the other, as GELU's do, get more of the 256 levels on that side. How far the columns
reach hardly depends on the text and is taken from a few sentences when an encoder is opened.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from index.encoder.layers import Product, product

LEVELS = 127  # of weights, to either side of zero
INPUT_LEVELS = 255  # of inputs, to both sides
FEWEST = 96  # of these to either side: a text may reach further there than the few sentences do
SMALLEST = 1e-5


class Int8Product:
    """x to x W^T + b, and GELU where wanted: exact while ``settle`` has not been called, in 8 bits from then on."""

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> None:
        self._weight, self._bias, self._gelu = weight, bias, gelu
        self._product = product(weight, bias, gelu=gelu)
        self._most = torch.full(weight.shape[1:], SMALLEST)
        self._least = -self._most
        self._settled = False

    def settle(self) -> None:
        """Lay out the weights in 8 bits, by the range of the inputs seen; the exact ones are let go.

        All stays exact where the library has no such products.
        """
        self._settled = True
        smooth = (torch.maximum(self._most, -self._least) / self._weight.abs().amax(0).clamp_min(SMALLEST)).sqrt()
        weight = self._weight * smooth
        scale = weight.abs().amax(1).clamp_min(SMALLEST) / LEVELS
        above, below = float((self._most / smooth).max()), float(-(self._least / smooth).min())
        zero = min(max(round(INPUT_LEVELS * below / (above + below)), FEWEST), INPUT_LEVELS - FEWEST)
        times = _whole_product((weight / scale[:, None]).round().to(torch.int8), scale, zero)
        if times is None:
            return
        self._divide, self._zero, self._times = 1 / smooth, zero, times
        self._to_whole = torch.tensor(zero + 0.5)  # conversion cuts off
        self._weight, self._product = weight.new_empty(0), self._rounded

    def __call__(self, rows: Tensor) -> Tensor:
        """[T, in] to [T, out]."""
        if not self._settled:
            self._most = torch.maximum(self._most, rows.amax(0))
            self._least = torch.minimum(self._least, rows.amin(0))
        return self._product(rows)

    def _rounded(self, rows: Tensor) -> Tensor:
        """The product of settled weights: each row is scaled to the levels that it has on either side."""
        rows = rows * self._divide
        above, below = rows.amax(1, keepdim=True), rows.amin(1, keepdim=True)
        scale = torch.maximum(above / (INPUT_LEVELS - self._zero), below / -self._zero).clamp_min_(SMALLEST / LEVELS)
        out = self._times(torch.addcmul(self._to_whole, rows, 1 / scale, out=rows).to(torch.uint8))
        torch.addcmul(self._bias, out, scale, out=out)
        return F.gelu(out) if self._gelu else out


def _whole_product(whole: Tensor, scale: Tensor, zero: int) -> Product | None:
    """Rows of whole numbers [T, in] above ``zero`` to their products with weights [out, in] that are scaled by row, [T, out].

    None where the library has no such products: its operators are private ones.
    """
    zeros = torch.zeros(len(whole), dtype=torch.int64)

    def times(rows: Tensor) -> Tensor:
        found: Tensor = torch.ops.onednn.qlinear_pointwise(
            rows, 1.0, zero, packed, scale, zeros, None, 1.0, 0, torch.float32, "none", [], ""
        )
        return found

    try:
        packed = torch.ops.onednn.qlinear_prepack(whole, None)
        times(torch.zeros(1, whole.shape[1], dtype=torch.uint8))
    except (AttributeError, RuntimeError):
        return None
    return times
