"""The number format is the one that the processor has units for, if it proves quicker."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from qa import formats
from qa.formats import Format, fastest_format, measured

Measured = list[tuple[int, int]]
Processor = Callable[[str, Mapping[str, float]], Measured]


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Processor:
    """Makes a processor that has units for these formats and takes these milliseconds; gives the shapes measured on it."""

    def made(units: str, took: Mapping[str, float]) -> Measured:
        shapes: Measured = []

        def measure(hidden: int, inner: int, offered: Format) -> dict[str, float]:
            shapes.append((hidden, inner))
            return {format: took[format] for format in ("fp32", offered)}

        monkeypatch.setattr(formats, "multiplies_bf16", lambda: "bf16" in units)
        monkeypatch.setattr(formats, "multiplies_int8", lambda: "int8" in units)
        monkeypatch.setattr(formats, "user_cache_path", lambda name: tmp_path / name)
        monkeypatch.setattr(formats, "measured", measure)
        return shapes

    return made


@pytest.mark.parametrize(
    ("units", "took", "fastest"),
    [
        ("bf16 int8", {"fp32": 10.0, "bf16": 5.0}, "bf16"),
        ("int8", {"fp32": 10.0, "int8": 5.0}, "int8"),
        ("bf16", {"fp32": 10.0, "bf16": 9.5}, "fp32"),
        ("int8", {"fp32": 10.0, "int8": 30.0}, "fp32"),
    ],
)
def test_the_processors_own_format_is_taken_where_it_is_quicker(
    processor: Processor, units: str, took: Mapping[str, float], fastest: str
) -> None:
    processor(units, took)
    assert fastest_format(768, 3072) == fastest


def test_a_processor_without_such_units_reads_in_fp32_unmeasured(processor: Processor) -> None:
    shapes = processor("", {})
    assert (fastest_format(768, 3072), shapes) == ("fp32", [])


def test_each_shape_is_measured_once_for_good(processor: Processor) -> None:
    shapes = processor("bf16", {"fp32": 10.0, "bf16": 5.0})
    assert [fastest_format(*shape) for shape in [(768, 3072), (384, 1536), (768, 3072)]] == ["bf16"] * 3
    assert shapes == [(768, 3072), (384, 1536)]
    later = processor("bf16", {"fp32": 10.0, "bf16": 20.0})
    assert (fastest_format(768, 3072), later) == ("bf16", [])


def test_a_processor_with_other_units_is_measured_anew(processor: Processor) -> None:
    processor("int8", {"fp32": 10.0, "int8": 5.0})
    assert fastest_format(768, 3072) == "int8"
    shapes = processor("bf16", {"fp32": 10.0, "bf16": 5.0})
    assert (fastest_format(768, 3072), shapes) == ("bf16", [(768, 3072)])


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"a": 1}', '{"a": {"fp32": "x"}}', "\0"])
def test_a_damaged_file_is_written_anew(processor: Processor, tmp_path: Path, damage: str) -> None:
    shapes = processor("bf16", {"fp32": 10.0, "bf16": 5.0})
    path = tmp_path / "pincite" / "formats.json"
    path.parent.mkdir()
    path.write_text(damage, encoding="utf-8")
    assert (fastest_format(768, 3072), shapes) == ("bf16", [(768, 3072)])
    assert list(json.loads(path.read_text(encoding="utf-8")).values()) == [{"fp32": 10.0, "bf16": 5.0}]


def test_where_nothing_can_be_written_it_is_measured_each_time(processor: Processor, tmp_path: Path) -> None:
    shapes = processor("bf16", {"fp32": 10.0, "bf16": 5.0})
    (tmp_path / "pincite").write_text("a file where the folder would be", encoding="utf-8")
    assert [fastest_format(768, 3072), fastest_format(768, 3072)] == ["bf16", "bf16"]
    assert len(shapes) == 2


@pytest.mark.parametrize("offered", ["bf16", "int8"])
def test_the_measurement_runs_on_any_processor(offered: Format) -> None:
    took = measured(64, 256, offered)
    assert set(took) == {"fp32", offered} and all(times > 0 for times in took.values())
