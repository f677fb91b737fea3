"""8-bit products for processors with 8-bit integer units (VNNI) but none for bf16: weights scaled by row, inputs by token.

A few input columns are far larger than the others and would take most of the 8 bits. Dividing each column by a factor and
multiplying its weights by the same evens this out (SmoothQuant, Xiao et al. 2023, alpha 0.5). Inputs that reach further on one
side of zero, as GELU's outputs do, get more of the 256 levels on that side. The ranges of columns hardly depend on the text;
they are measured on a few sentences when an encoder is opened.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from index.encoder.layers import Product, product

LEVELS = 127  # of weights, on either side of zero
INPUT_LEVELS = 255  # of inputs, on both sides together
FEWEST = 96  # input levels kept on either side, as a text may reach further there than the few sentences did
SMALLEST = 1e-5  # keeps all-zero columns and rows from dividing by zero


class Int8Product:
    """Maps x to x W^T + b, then GELU if ``gelu``: exactly until ``settle`` is called, in 8 bits from then on."""

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool = False) -> None:
        self._weight, self._bias, self._gelu = weight, bias, gelu
        self._product = product(weight, bias, gelu=gelu)
        self._most = torch.full(weight.shape[1:], SMALLEST)
        self._least = -self._most
        self._settled = False

    def settle(self) -> None:
        """Convert the weights to 8 bits by the range of the inputs seen, and free the exact ones.

        Stays exact if the library has no 8-bit products.
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
        self._to_whole = torch.tensor(zero + 0.5)  # conversion to uint8 truncates: + 0.5 rounds
        self._weight, self._product = weight.new_empty(0), self._rounded

    def __call__(self, rows: Tensor) -> Tensor:
        """Map [T, in] to [T, out]; until ``settle`` is called, the range of the inputs is noted."""
        if not self._settled:
            self._most = torch.maximum(self._most, rows.amax(0))
            self._least = torch.minimum(self._least, rows.amin(0))
        return self._product(rows)

    def _rounded(self, rows: Tensor) -> Tensor:
        """The 8-bit product; each row is scaled to the levels on either side of zero."""
        rows = rows * self._divide
        above, below = rows.amax(1, keepdim=True), rows.amin(1, keepdim=True)
        scale = torch.maximum(above / (INPUT_LEVELS - self._zero), below / -self._zero).clamp_min_(SMALLEST / LEVELS)
        out = self._times(torch.addcmul(self._to_whole, rows, 1 / scale, out=rows).to(torch.uint8))
        torch.addcmul(self._bias, out, scale, out=out)
        return F.gelu(out) if self._gelu else out


def _whole_product(whole: Tensor, scale: Tensor, zero: int) -> Product | None:
    """Make the product of uint8 rows [T, in] with zero point ``zero`` and int8 weights [out, in] scaled by row: [T, out].

    None if the library lacks it: its operators are private.
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
