"""Originals: which files a name in an index may open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from page_fakes import FakeIndex, FakeSettings

from ui.state.source_files import Originals, key_of


@pytest.fixture
def index(tmp_path: Path) -> FakeIndex:
    """One file, below its root."""
    (tmp_path / "a.md").write_text("Apples.")
    index = FakeIndex([tmp_path / "a.md"])
    index.settings = FakeSettings((str(tmp_path),))
    return index


def status(index: FakeIndex) -> tuple[str, int]:
    originals, (record,) = Originals(lambda: index), index.documents  # type: ignore[arg-type, return-value]
    return originals.state(record.name, record.sha256), originals.respond(key_of(record.name)).status_code


def test_an_original_below_a_root_may_have_changed(index: FakeIndex, tmp_path: Path) -> None:
    assert status(index) == ("same", 200)
    (tmp_path / "a.md").write_text("Pears.")
    assert status(index) == ("changed", 200)
    (tmp_path / "a.md").unlink()
    assert status(index) == ("gone", 410)


@pytest.mark.parametrize("how", ["outside", "foreign", "beside"])
def test_elsewhere_only_the_exact_bytes_are_the_original(index: FakeIndex, tmp_path: Path, how: str) -> None:
    if how == "foreign":
        index.foreign = True
    else:
        index.settings = FakeSettings((str(tmp_path)[:-1] if how == "beside" else "/srv/articles",))
    assert status(index) == ("same", 200)
    (tmp_path / "a.md").write_text("Pears.")
    assert status(index) == ("elsewhere", 410)


def test_a_change_that_keeps_size_and_time_is_noticed(index: FakeIndex, tmp_path: Path) -> None:
    assert status(index)[0] == "same"
    before = (tmp_path / "a.md").stat()
    (tmp_path / "a.md").write_text("Oranges")
    os.utime(tmp_path / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert status(index)[0] == "changed"
