"""The mean of two models' weights."""

from pathlib import Path

import pytest
import torch

from index.encoder.checkpoint import read_weights, write_weights
from index.encoder.mean import write_mean


def folder(path: Path, **tensors: list[float]) -> Path:
    """A folder with weights and one other file."""
    write_weights(path, {name: torch.tensor(values) for name, values in tensors.items()})
    (path / "config.json").write_text("{}", encoding="utf-8")
    return path


def test_a_share_of_the_other_weights_is_in_the_mean(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "one", bias=[1.0, 2.0]), folder(tmp_path / "other", bias=[5.0, -2.0])
    write_mean(tmp_path / "out", one, other, 0.25)
    assert read_weights(tmp_path / "out")["bias"].tolist() == [2.0, 1.0]
    assert (tmp_path / "out" / "config.json").read_text(encoding="utf-8") == "{}"


def test_models_of_other_shapes_have_no_mean(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "one", bias=[1.0, 2.0]), folder(tmp_path / "other", bias=[5.0])
    with pytest.raises(ValueError, match="have no mean: their weights have other names or shapes"):
        write_mean(tmp_path / "out", one, other, 0.5)
    assert not (tmp_path / "out").exists()


def test_nothing_that_exists_is_written_over(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", bias=[1.0])
    with pytest.raises(ValueError, match="exists"):
        write_mean(one, one, one, 0.5)
    with pytest.raises(ValueError, match="not between 0 and 1"):
        write_mean(tmp_path / "out", one, one, 1.5)
