"""The mean of two encoders or readers of one shape: ``python -m index.encoder.mean OUT MODEL OTHER [SHARE]``.

Models trained from the same one on different data often have a mean that is better than each (model soups, Wortsman et al. 2022,
arXiv 2203.05482). OUT is the folder of MODEL with ``SHARE`` (0..1; default 0.5) of OTHER's weights.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from index.encoder.checkpoint import read_weights, write_weights


def mean_of(weights: Mapping[str, Tensor], other: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """Each weight with ``share`` of the other's, 0..1; ValueError if names or shapes differ."""
    own_shapes, other_shapes = ({name: one.shape for name, one in each.items()} for each in (weights, other))
    if own_shapes != other_shapes:
        raise ValueError("their weights have other names or shapes")
    return {name: (1 - share) * value + share * other[name] for name, value in weights.items()}


def write_mean(out: Path, model: Path, other: Path, share: float) -> None:
    """Write the mean to ``out``, in 8 bits. Raises ValueError if ``out`` exists, or if the two have no mean."""
    if out.exists():
        raise ValueError(f"{out}: exists; give a new folder")
    if not 0 <= share <= 1:
        raise ValueError(f"a share of {share:g} is not between 0 and 1")
    try:
        mean = mean_of(read_weights(model), read_weights(other), share)
    except ValueError as error:
        raise ValueError(f"{model} and {other} have no mean: {error}") from error
    shutil.copytree(model, out)
    write_weights(out, mean)


if __name__ == "__main__":
    OUT, MODEL, OTHER, *SHARE = sys.argv[1:]
    write_mean(Path(OUT), Path(MODEL), Path(OTHER), float(SHARE[0]) if SHARE else 0.5)
