"""The mean of two encoders or readers of one shape: ``python -m index.encoder.mean OUT MODEL OTHER [--share 0.5]``.

Models trained from the same one on different data often have a mean that is better than each (model soups, Wortsman et al. 2022,
arXiv 2203.05482). OUT becomes the folder of MODEL, with a share (0..1) of OTHER's weights mixed into its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import typer
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


def main(out: Path, model: Path, other: Path, share: float = 0.5) -> None:
    """Write the mean, or say in one sentence why there is none."""
    try:
        write_mean(out, model, other, share)
    except ValueError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    typer.run(main)
