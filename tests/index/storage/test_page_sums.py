"""Checksums of pages: every flipped bit of what is read is found, and only what is read is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.storage.page_sums import PAGE, PageSums, write_sums


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two files, one of three pages, and their sums."""
    (tmp_path / "a").write_bytes(bytes(range(256)) * (2 * PAGE // 256) + b"end")
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "c").write_bytes(b"few")
    write_sums(tmp_path, ["a", "b", "c"])
    return tmp_path


def sums(place: Path) -> PageSums:
    return PageSums.open(place, {name: (place / name).stat().st_size for name in "abc"})


def damage(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


def test_four_bytes_for_each_page(place: Path) -> None:
    assert (place / "pages.crc32").stat().st_size == 4 * 4
    assert [*sums(place).damaged()] == []


@pytest.mark.parametrize(("at", "page"), [(0, 0), (PAGE - 1, 0), (PAGE, 1), (2 * PAGE + 2, 2)])
def test_damage_is_found_by_whoever_reads_its_page(place: Path, at: int, page: int) -> None:
    damage(place / "a", at)
    found = sums(place)
    for number, (first, last) in enumerate([(0, 1), (PAGE, PAGE + 1), (2 * PAGE, 2 * PAGE + 3)]):
        assert found.sound("a", first, last) is (number != page)
    assert not found.sound("a", 0, 2 * PAGE + 3)
    assert [*found.damaged()] == ["a"]


def test_a_page_is_looked_at_once(place: Path) -> None:
    found = sums(place)
    assert found.sound("c", 0, 3)
    damage(place / "c", 0)
    assert found.sound("c", 1, 2) and not sums(place).sound("c", 1, 2)


@pytest.mark.parametrize(("first", "last"), [(-1, 2), (2, 1), (0, 4)])
def test_what_no_file_holds_is_not_sound(place: Path, first: int, last: int) -> None:
    assert not sums(place).sound("c", first, last)


def test_sums_of_other_files_are_refused(place: Path) -> None:
    with pytest.raises(ValueError, match="4 sums of 1 pages"):
        PageSums.open(place, {"c": 3})


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="tells how much of a file is in memory on Linux only")
def test_a_file_that_was_checked_takes_no_memory_and_can_still_be_read(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(range(256)) * 40_000)
    write_sums(tmp_path, ["large"])
    found = PageSums.open(tmp_path, {"large": 256 * 40_000})
    assert [*found.damaged()] == []
    _, _, after = Path("/proc/self/smaps").read_text().partition(str(tmp_path / "large"))
    assert "\nRss:                   0 kB" in after.partition("VmFlags")[0]
    assert found._data["large"][-1] == 255 and found.sound("large", 0, PAGE)
