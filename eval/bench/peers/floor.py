"""The floor: the products that reading these passages cannot do without, and nothing else, as fast as the library runs them.

For every question the four matrix products of a layer, on as many rows as there are tokens in its passages (none of them
padding), and the two of attention are run, in bf16 with weights packed beforehand; that is, at the highest rate that this
machine was seen to reach at these shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from eval.bench.peers.worker import ReaderJob, serve
from index.encoder.architecture import NetworkConfig
from qa.reader.windows import Pair, PairEncoder


class Floor:
    """A contestant that only multiplies."""

    def __init__(self, job: ReaderJob) -> None:
        self._config = NetworkConfig.read(Path(job.model))
        self._encoder = PairEncoder.open(Path(job.model))
        hidden, inner = self._config.hidden_size, self._config.intermediate_size
        shapes = ((3 * hidden, hidden), (hidden, hidden), (inner, hidden), (hidden, inner))
        self._lengths = {
            (one.question, len(one.passages)): self._windows(one.question, one.passages)
            for one in [*job.asked, *job.compared]
        }
        longest = max(map(sum, self._lengths.values()))
        self._rows = {width: torch.randn(longest, width).bfloat16() for width in {hidden, inner}}
        self._products = [_product(torch.randn(rows, width).mul(0.02).bfloat16()) for rows, width in shapes]
        self._widths = [width for _, width in shapes]

    def answer(self, question: str, passages: Sequence[str]) -> str:
        """Run the products of one question; the answer is how many 10^9 operations that is."""
        lengths = self._lengths[question, len(passages)]
        heads, hidden = self._config.num_attention_heads, self._config.hidden_size
        with torch.inference_mode():
            for _ in range(self._config.num_hidden_layers):
                for product, width in zip(self._products, self._widths, strict=True):
                    product(self._rows[width][: sum(lengths)])
                for length in lengths:
                    rows = self._rows[hidden][:length].view(length, heads, hidden // heads).transpose(0, 1)
                    torch.bmm(torch.bmm(rows, rows.transpose(1, 2)), rows)
        return str(gigaflops(self._config, lengths))

    def _windows(self, question: str, passages: Sequence[str]) -> list[int]:
        return [len(window.ids) for window in self._encoder.encode([Pair(question, passage) for passage in passages])]


def gigaflops(config: NetworkConfig, lengths: Sequence[int]) -> float:
    """The 10^9 operations of reading windows of these lengths: 2 for each weight and token, 4 L^2 H for attention."""
    hidden, inner = config.hidden_size, config.intermediate_size
    weights = 2 * (4 * hidden * hidden + 2 * hidden * inner) * sum(lengths)
    return config.num_hidden_layers * (weights + sum(4 * length * length * hidden for length in lengths)) / 1e9


def _product(weight: Tensor) -> Callable[[Tensor], Tensor]:
    """x to x W^T, with W in the layout that the processor likes best if the library can pack it."""
    try:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight, None)
        torch.ops.mkldnn._linear_pointwise(weight[:1], packed, None, "none", [], "")
    except (AttributeError, RuntimeError):
        return lambda rows: F.linear(rows, weight)
    return lambda rows: torch.ops.mkldnn._linear_pointwise(rows, packed, None, "none", [], "")


if __name__ == "__main__":
    serve(Floor, ["torch"])
