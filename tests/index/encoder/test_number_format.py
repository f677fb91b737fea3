"""The number format is the one that the processor has units for, if it proves quicker."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from index.encoder import number_format
from index.encoder.number_format import (
    VECTOR_FORMATS,
    Format,
    FormatChoice,
    Shape,
    fastest_format,
    known_format,
    measured,
)

Measured = list[Shape]
BASE, SMALL = Shape(768, 3072), Shape(384, 1536)
Processor = Callable[[str, Mapping[str, float]], Measured]


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Processor:
    """Makes a processor that has units for these formats and takes these milliseconds; gives the shapes measured on it."""

    def made(units: str, took: Mapping[str, float]) -> Measured:
        shapes: Measured = []

        def measure(shape: Shape, offered: Format) -> dict[str, float]:
            shapes.append(shape)
            return {format: took[format] for format in ("fp32", offered)}

        monkeypatch.setattr(number_format, "multiplies_bf16", lambda: "bf16" in units)
        monkeypatch.setattr(number_format, "multiplies_int8", lambda: "int8" in units)
        monkeypatch.setattr(number_format, "user_cache_path", lambda name: tmp_path / name)
        monkeypatch.setattr(number_format, "measured", measure)
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
    assert fastest_format(BASE) == fastest


def test_a_processor_without_such_units_reads_in_fp32_unmeasured(processor: Processor) -> None:
    shapes = processor("", {})
    assert (fastest_format(BASE), shapes) == ("fp32", [])


def test_each_shape_is_measured_once_for_good(processor: Processor) -> None:
    shapes = processor("bf16", {"fp32": 10.0, "bf16": 5.0})
    assert [fastest_format(shape) for shape in (BASE, SMALL, BASE)] == ["bf16"] * 3
    assert shapes == [BASE, SMALL]
    later = processor("bf16", {"fp32": 10.0, "bf16": 20.0})
    assert (fastest_format(BASE), later) == ("bf16", [])


def test_a_processor_with_other_units_is_measured_anew(processor: Processor) -> None:
    processor("int8", {"fp32": 10.0, "int8": 5.0})
    assert fastest_format(BASE) == "int8"
    shapes = processor("bf16", {"fp32": 10.0, "bf16": 5.0})
    assert (fastest_format(BASE), shapes) == ("bf16", [BASE])


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"a": 1}', '{"a": {"fp32": "x"}}', "\0"])
def test_a_damaged_file_is_written_anew(processor: Processor, tmp_path: Path, damage: str) -> None:
    shapes = processor("bf16", {"fp32": 10.0, "bf16": 5.0})
    path = tmp_path / "pincite" / "formats.json"
    path.parent.mkdir()
    path.write_text(damage, encoding="utf-8")
    assert (fastest_format(BASE), shapes) == ("bf16", [BASE])
    assert list(json.loads(path.read_text(encoding="utf-8")).values()) == [{"fp32": 10.0, "bf16": 5.0}]


def test_where_nothing_can_be_written_it_is_measured_each_time(processor: Processor, tmp_path: Path) -> None:
    shapes = processor("bf16", {"fp32": 10.0, "bf16": 5.0})
    (tmp_path / "pincite").write_text("a file where the folder would be", encoding="utf-8")
    assert [fastest_format(BASE), fastest_format(BASE)] == ["bf16", "bf16"]
    assert len(shapes) == 2


@pytest.mark.parametrize("offered", ["bf16", "int8"])
def test_the_measurement_runs_on_any_processor(offered: Format) -> None:
    took = measured(Shape(64, 256), offered)
    assert set(took) == {"fp32", offered} and all(times > 0 for times in took.values())


@pytest.mark.parametrize(("units", "format"), [("bf16 int8", "bf16"), ("int8", "fp32"), ("", "fp32")])
def test_vectors_are_never_made_in_8_bits(processor: Processor, units: str, format: str) -> None:
    shapes = processor(units, {"fp32": 10.0, "bf16": 5.0})
    assert fastest_format(SMALL, VECTOR_FORMATS) == format
    assert shapes == ([SMALL] if format == "bf16" else [])


def test_what_is_known_is_told_without_measuring(processor: Processor, tmp_path: Path) -> None:
    shapes = processor("int8", {"fp32": 10.0, "int8": 5.0})
    assert known_format(BASE) == FormatChoice(None, "measured at the first use") and shapes == []
    assert fastest_format(BASE) == "int8"
    assert known_format(BASE) == FormatChoice("int8", "measured: 10.0 ms per layer in fp32, 5.0 in int8")
    assert known_format(SMALL, VECTOR_FORMATS) == FormatChoice("fp32", "no unit of the processor for bf16")
    (tmp_path / "pincite" / "formats.json").unlink()
    assert known_format(BASE).format is None


def test_a_shape_is_that_of_the_configuration(tmp_path: Path) -> None:
    assert Shape.read(tmp_path) == BASE
    (tmp_path / "config.json").write_text('{"hidden_size": 384}')
    assert Shape.read(tmp_path) == SMALL
