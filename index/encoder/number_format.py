"""The number format that an encoder's products are made in: the one the processor has units for, if that is the quicker one.

What a processor says it has does not tell how fast its library makes use of it, so the products of one layer are timed when a
shape is first met, and what they took is kept: a reader's answers should not depend on what else a machine does today.
Without the file ``formats.json`` in the user's cache folder it is measured again.
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

from index.encoder.precision import multiplies_bf16, multiplies_int8, processor
from index.encoder.threads import cores
from index.files import replace_file

Format = Literal["fp32", "bf16", "int8"]
TimedLayer = Callable[[], object]

FEWER_BITS: tuple[Format, ...] = ("bf16", "int8")
VECTOR_FORMATS: tuple[Format, ...] = ("bf16",)  # not in 8 bits: vectors are compared with those of other machines
ROWS_TIMED = 192  # about the tokens of one question and its passage
ROUNDS = 15
WORTH = 1.1  # fewer bits than fp32 have to be so many times as fast
HIDDEN = 768  # of a base model, if the configuration has another name for it


@dataclass(frozen=True, slots=True)
class Shape:
    """The width of an encoder, and of the inside of its feed-forward layers."""

    hidden: int
    inner: int

    @classmethod
    def read(cls, folder: Path) -> Shape:
        """The shape of the model in a folder, as its ``config.json`` has it; that of a base model if there is none."""
        path = folder / "config.json"
        config = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        hidden = config.get("hidden_size", HIDDEN)
        return cls(hidden, config.get("intermediate_size", 4 * hidden))


@dataclass(frozen=True, slots=True)
class FormatChoice:
    """A number format, None if it is still to be measured, and what the choice rests on."""

    format: Format | None
    why: str


def fastest_format(shape: Shape, among: Sequence[Format] = FEWER_BITS) -> Format:
    """The format for an encoder, ``among`` those of fewer bits or fp32.

    bf16 if the processor multiplies it (AMX, AVX512-BF16), int8 if it multiplies that alone (VNNI); fp32 if it does
    neither, or not ``WORTH`` times as fast as fp32.
    """
    choice = known_format(shape, among)
    if choice.format is None and (offered := _offered(among)):
        took = measured(shape, offered)
        _keep({_name(shape): took})
        choice = _chosen(took, offered)
    return choice.format or "fp32"


def known_format(shape: Shape, among: Sequence[Format] = FEWER_BITS) -> FormatChoice:
    """The format for an encoder as far as it is known without measuring."""
    offered = _offered(among)
    if offered is None:
        return FormatChoice("fp32", f"no unit of the processor for {' or '.join(among)}")
    took = _kept().get(_name(shape), {})
    return _chosen(took, offered) if set(took) == {"fp32", offered} else FormatChoice(None, "measured at the first use")


def measured(shape: Shape, offered: Format) -> dict[str, float]:
    """Milliseconds that the products of one feed-forward layer take in fp32 and in another format: the least of a few rounds.

    The processor's time counts and not the clock's, as other programs may be at work.
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
    """The format of fewer bits that the processor has units for."""
    best: Format | None = "bf16" if multiplies_bf16() else "int8" if multiplies_int8() else None
    return best if best in among else None


def _chosen(took: Mapping[str, float], offered: Format) -> FormatChoice:
    """The quicker one."""
    format: Format = offered if took[offered] * WORTH <= took["fp32"] else "fp32"
    return FormatChoice(format, f"measured: {took['fp32']:.1f} ms per layer in fp32, {took[offered]:.1f} in {offered}")


def _layer(shape: Shape, format: str) -> TimedLayer:
    """Both products of a feed-forward layer of even numbers, which take as long as any."""
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
    """The processor, how many threads work on it, the library that multiplies, and the shape."""
    return f"{processor()}, {cores()} threads, torch {version('torch')}, {shape.hidden} x {shape.inner}"


def _file() -> Path:
    return user_cache_path("pincite") / "formats.json"


def _kept() -> dict[str, dict[str, float]]:
    """What was measured before, by processor and shape; nothing if there is no such file or it is damaged."""
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
        return {str(name): {str(k): float(v) for k, v in times.items()} for name, times in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep(found: Mapping[str, Mapping[str, float]]) -> None:
    """Keep it for the next start; if nothing can be written it is measured again."""
    with contextlib.suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        replace_file(_file(), (json.dumps({**_kept(), **found}, indent=2) + "\n").encode())
