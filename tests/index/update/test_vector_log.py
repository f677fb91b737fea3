"""The log of vectors: what is whole is used, and damage is told from what a killed run leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.update.vector_log import JOURNAL, Journal, damaged_log

KEYS = [bytes([number]) * 32 for number in range(3)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of three vectors."""
    Journal(tmp_path, "fake").add(KEYS, np.eye(3, dtype=np.float32))
    return tmp_path


def test_what_was_logged_is_had_again(folder: Path) -> None:
    journal = Journal(folder, "fake")
    assert [journal.vector(key) for key in KEYS] == [pytest.approx(row) for row in np.eye(3)]
    assert Journal(folder, "other").vector(KEYS[0]) is None
    assert damaged_log(folder) == []


def test_half_a_record_at_the_end_is_no_damage(folder: Path) -> None:
    path = folder / JOURNAL
    path.write_bytes(path.read_bytes()[:-5])
    assert damaged_log(folder) == []
    assert Journal(folder, "fake").vector(KEYS[2]) is None


def test_every_flipped_byte_is_found(folder: Path) -> None:
    path = folder / JOURNAL
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        assert damaged_log(folder) == [JOURNAL]
        Journal(folder, "fake")


def test_no_log_is_no_damage(tmp_path: Path) -> None:
    assert damaged_log(tmp_path) == []
