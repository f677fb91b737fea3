"""Numbers that come bit by bit are the same from a file as from memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.storage import array_file
from index.storage.array_file import Spool, mapped


@pytest.mark.parametrize("at_once", [1, 12, 1024])
def test_what_is_added_is_what_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(array_file, "AT_ONCE", at_once)
    for kept in (Spool(tmp_path / "new" / "numbers", "<i4"), Spool(None, "<i4")):
        for rows in ([[1, 2], [3, 4]], [], [[5, 6]]):
            kept.add(np.array(rows, dtype=np.int64))
        assert kept.length == 6 and kept.finish().tolist() == [1, 2, 3, 4, 5, 6] and kept.finish().dtype == np.int32
    assert (tmp_path / "new" / "numbers").stat().st_size == 24


def test_nothing_added_is_an_empty_file(tmp_path: Path) -> None:
    assert Spool(tmp_path / "numbers", "<f4").finish().tolist() == []
    assert (tmp_path / "numbers").read_bytes() == b"" and Spool(None, "<f4").finish().tolist() == []


def test_nothing_is_made_before_something_is_written(tmp_path: Path) -> None:
    Spool(tmp_path / "new" / "numbers", "<f4").add(np.ones(3))
    assert not (tmp_path / "new").exists()


def test_bytes_left_over_are_refused(tmp_path: Path) -> None:
    (tmp_path / "numbers").write_bytes(b"12345")
    with pytest.raises(ValueError):
        mapped(tmp_path / "numbers", "<i4")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "numbers").mkdir()
    with pytest.raises(OSError, match="numbers"):
        Spool(tmp_path / "numbers", "<f4").finish()
