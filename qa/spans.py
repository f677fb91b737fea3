"""From start and end logits to answer spans. Pure numpy, no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MAX_ANSWER_TOKENS = 30


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """Tokens ``first`` to ``last`` inclusive; ``score`` is start + end - null, the log odds against "no answer here"."""

    first: int
    last: int
    score: float


def best_spans(
    start: Floats, end: Floats, context: NDArray[np.bool_], *, n: int, longest: int = MAX_ANSWER_TOKENS
) -> list[TokenSpan]:
    """The ``n`` best spans of one window, best first, none overlapping a better one.

    ``start`` and ``end`` are [L] logits, ``context`` is true for the tokens an answer may hold. The null logits are
    those of token 0 (Devlin et al. 2019, section 4.3); as one window's logits share an unknown constant, only the
    difference to its own null compares over windows, passages and documents.
    """
    allowed = np.flatnonzero(context)
    if not len(allowed):
        return []
    null = float(start[0] + end[0])
    low, high = int(allowed[0]), int(allowed[-1]) + 1
    first_scores = np.where(context[low:high], start[low:high], -np.inf)
    last_scores = np.where(context[low:high], end[low:high], -np.inf)
    band = _band(first_scores, last_scores, min(longest, high - low))
    spans: list[TokenSpan] = []
    for flat in _best_first(band, 20 * n):
        first, extra = divmod(int(flat), band.shape[1])
        score = float(band[first, extra])
        if not np.isfinite(score) or len(spans) == n:
            break
        first, last = first + low, first + extra + low
        if all(last < kept.first or first > kept.last for kept in spans):
            spans.append(TokenSpan(first, last, score - null))
    return spans


def _band(first: Floats, last: Floats, longest: int) -> Floats:
    """[L, longest]: the score of the span that begins at the row and has column + 1 tokens (-inf past the end)."""
    padded = np.concatenate([last, np.full(longest - 1, -np.inf, dtype=last.dtype)])
    band: Floats = first[:, None] + np.lib.stride_tricks.sliding_window_view(padded, longest)
    return band


def _best_first(band: Floats, count: int) -> Sequence[int]:
    """Flat places of the ``count`` highest scores, best first, earliest first among equals."""
    flat = band.ravel()
    count = min(count, flat.size)
    top = np.argpartition(-flat, count - 1)[:count]
    order: list[int] = top[np.lexsort((top, -flat[top]))].tolist()
    return order
