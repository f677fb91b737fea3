"""From start and end logits to answer spans, in numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.arrays import Floats, Mask

MAX_ANSWER_TOKENS = 30  # as in the SQuAD evaluation of BERT; longer spans are rarely answers


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """Tokens ``first`` to ``last`` inclusive; ``score`` = start + end - null, the log odds against "no answer here"."""

    first: int
    last: int
    score: float


def best_spans(
    start: Floats, end: Floats, context: Mask, *, n: int, longest: int = MAX_ANSWER_TOKENS
) -> list[TokenSpan]:
    """The ``n`` best spans of one window, best first, without overlaps; none reaches over a token outside the context.

    ``start`` and ``end`` are logits [L]; ``context`` [L] is true for tokens that may belong to an answer. The null
    logits are those of token 0 (Devlin et al. 2019, section 4.3). Logits of different windows differ by an unknown
    constant, so only the difference to a window's own null is comparable.
    """
    allowed = np.flatnonzero(context)
    if not len(allowed):
        return []
    null = float(start[0] + end[0])
    low, high = int(allowed[0]), int(allowed[-1]) + 1
    first_scores = np.where(context[low:high], start[low:high], -np.inf)
    last_scores = np.where(context[low:high], end[low:high], -np.inf)
    band = _band(first_scores, last_scores, min(longest, high - low))
    if len(allowed) < high - low:
        gaps = np.cumsum(~context[low:high]).astype(band.dtype)
        band[_band(-gaps, gaps, band.shape[1]) > 0] = -np.inf
    spans: list[TokenSpan] = []
    while len(spans) < n and np.isfinite(score := band.max()):
        row, extra = divmod(int(band.argmax()), band.shape[1])
        spans.append(TokenSpan(row + low, row + extra + low, float(score) - null))
        for width in range(band.shape[1]):  # exclude what overlaps it
            band[max(0, row - width) : row + extra + 1, width] = -np.inf
    return spans


def _band(first: Floats, last: Floats, longest: int) -> Floats:
    """[L, longest]: the score of the span that begins at the row and has column + 1 tokens (-inf past the end)."""
    padded = np.concatenate([last, np.full(longest - 1, -np.inf, dtype=last.dtype)])
    band: Floats = first[:, None] + np.lib.stride_tricks.sliding_window_view(padded, longest)
    return band
