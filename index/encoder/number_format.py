"""Chooses the number format for an encoder's products: the one that the processor has units for, if it is faster than fp32.

A processor's flags do not tell how fast the library uses its units, so one layer is timed when a shape is first met. The
times are kept, because a reader's answers should not depend on what else the machine does today. To measure again, delete
``formats.json`` in the user's cache folder.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path

from index.encoder.cpu import cores, multiplies_bf16, multiplies_int8, processor
from index.files import replace_file

Format = Literal["fp32", "bf16", "int8"]
TimedLayer = Callable[[], object]

FEWER_BITS: tuple[Format, ...] = ("bf16", "int8")
VECTOR_FORMATS: tuple[Format, ...] = ("bf16",)  # not int8: vectors are compared with vectors made on other machines
ROWS_TIMED = 192  # about the tokens of one question and its passage
ROUNDS = 15  # the least time counts: more rounds find a quieter moment, and delay the first question
WORTH = (
    1.1  # a format with fewer bits is chosen only if it is so many times as fast as fp32: a smaller gain may be noise
)
HIDDEN = 768  # the width of a base model, if the configuration names it otherwise


@dataclass(frozen=True, slots=True)
class Shape:
    """The width of an encoder, and the inner width of its feed-forward layers."""

    hidden: int
    inner: int

    @classmethod
    def read(cls, folder: Path) -> Shape:
        """Read the shape from a model's ``config.json``; without one, return that of a base model."""
        path = folder / "config.json"
        config = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        hidden = config.get("hidden_size", HIDDEN)
        return cls(hidden, config.get("intermediate_size", 4 * hidden))


@dataclass(frozen=True, slots=True)
class FormatChoice:
    """A number format, or None if it is still to be measured, and the reason for the choice."""

    format: Format | None
    why: str


def fastest_format(shape: Shape, among: Sequence[Format] = FEWER_BITS) -> Format:
    """Return the format for an encoder: one of ``among``, or fp32. Measures if the result is not known.

    It is bf16 if the processor has units for it (AMX, AVX512-BF16), else int8 if it has units for that (VNNI). It is fp32 if
    it has neither, or if the format is not ``WORTH`` times as fast as fp32.
    """
    choice = known_format(shape, among)
    if choice.format is None and (offered := _offered(among)):
        took = measured(shape, offered)
        _keep({_name(shape): took})
        choice = _chosen(took, offered)
    return choice.format or "fp32"


def known_format(shape: Shape, among: Sequence[Format] = FEWER_BITS) -> FormatChoice:
    """Return the format for an encoder without measuring."""
    offered = _offered(among)
    if offered is None:
        return FormatChoice("fp32", f"no unit of the processor for {' or '.join(among)}")
    took = _kept().get(_name(shape), {})
    return _chosen(took, offered) if set(took) == {"fp32", offered} else FormatChoice(None, "measured at the first use")


def measured(shape: Shape, offered: Format) -> dict[str, float]:
    """Return the milliseconds that one feed-forward layer takes in fp32 and in another format: the least of ROUNDS.

    Measures processor time, not the clock, as other programs may be running.
    """
    import torch

    with torch.inference_mode():
        layers = {format: _layer(shape, format) for format in ("fp32", offered)}
        took: dict[str, list[float]] = {format: [] for format in layers}
        for _ in range(1 + ROUNDS):
            for format, layer in layers.items():
                began = time.process_time()
                layer()
                took[format].append((time.process_time() - began) * 1000)
    return {format: round(min(times[1:]), 3) for format, times in took.items()}


def _offered(among: Sequence[Format]) -> Format | None:
    """The format with fewer bits that the processor has units for; None if it is not in ``among``."""
    best: Format | None = "bf16" if multiplies_bf16() else "int8" if multiplies_int8() else None
    return best if best in among else None


def _chosen(took: Mapping[str, float], offered: Format) -> FormatChoice:
    format: Format = offered if took[offered] * WORTH <= took["fp32"] else "fp32"
    return FormatChoice(format, f"measured: {took['fp32']:.1f} ms per layer in fp32, {took[offered]:.1f} in {offered}")


def _layer(shape: Shape, format: str) -> TimedLayer:
    """Both products of a feed-forward layer, filled with ones: the time does not depend on the numbers."""
    import torch

    from index.encoder.int8 import Int8Product
    from index.encoder.layers import product

    dtype = torch.bfloat16 if format == "bf16" else torch.float32
    rows = torch.ones(ROWS_TIMED, shape.hidden, dtype=dtype)
    widen = torch.ones(shape.inner, shape.hidden, dtype=dtype)
    narrow = torch.ones(shape.hidden, shape.inner, dtype=dtype)
    make = Int8Product if format == "int8" else product
    up, down = make(widen, widen[:, 0], gelu=True), make(narrow, narrow[:, 0])
    if isinstance(up, Int8Product) and isinstance(down, Int8Product):
        down(up(rows))
        up.settle()
        down.settle()
    return lambda: down(up(rows))


def _name(shape: Shape) -> str:
    """The key of a measurement: processor, threads, library version and shape."""
    return f"{processor()}, {cores()} threads, torch {version('torch')}, {shape.hidden} x {shape.inner}"


def _file() -> Path:
    return user_cache_path("pincite") / "formats.json"


def _kept() -> dict[str, dict[str, float]]:
    """The earlier measurements by ``_name``; empty if the file is missing or damaged."""
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
        return {str(name): {str(k): float(v) for k, v in times.items()} for name, times in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep(found: Mapping[str, Mapping[str, float]]) -> None:
    """Store measurements for the next start; if that fails, it measures again."""
    with contextlib.suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        replace_file(_file(), (json.dumps({**_kept(), **found}, indent=2) + "\n").encode())
