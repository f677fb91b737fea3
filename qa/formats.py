"""The number format that a reader's products are made in: the one the processor has units for, if that is the quicker one.

What a processor says it has does not tell how fast its library makes use of it, so the products of one layer are timed when a
shape is first met, and what they took is kept: a reader's answers should not depend on what else a machine does today.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path

from index.files import replace_file
from index.precision import multiplies_bf16, multiplies_int8

Format = Literal["fp32", "bf16", "int8"]
TimedLayer = Callable[[], object]

ROWS_TIMED = 192  # about the tokens of one question and its passage
ROUNDS = 4
WORTH = 1.1  # fewer bits than fp32 have to be so many times as fast


def fastest_format(hidden: int, inner: int) -> Format:
    """The format for an encoder of this width whose feed-forward layers have ``inner`` units.

    bf16 where the processor multiplies it (AMX, AVX512-BF16), int8 where it multiplies that alone (VNNI); fp32 where it does
    neither, or not ``WORTH`` times as fast as fp32.
    """
    offered: Format | None = "bf16" if multiplies_bf16() else "int8" if multiplies_int8() else None
    if offered is None:
        return "fp32"
    path, name = user_cache_path("pincite") / "formats.json", f"{_processor()}, {hidden} x {inner}"
    known = _read(path)
    if set(known.get(name, ())) != {"fp32", offered}:
        known[name] = measured(hidden, inner, offered)
        _write(path, known)
    return offered if known[name][offered] * WORTH <= known[name]["fp32"] else "fp32"


def measured(hidden: int, inner: int, offered: Format) -> dict[str, float]:
    """Milliseconds that the products of one feed-forward layer take in fp32 and in another format: the least of a few rounds."""
    import torch

    with torch.inference_mode():
        layers = {format: _layer(hidden, inner, format) for format in ("fp32", offered)}
        took: dict[str, list[float]] = {format: [] for format in layers}
        for _ in range(1 + ROUNDS):
            for format, layer in layers.items():
                began = time.perf_counter()
                layer()
                took[format].append((time.perf_counter() - began) * 1000)
    return {format: round(min(times[1:]), 3) for format, times in took.items()}


def _layer(hidden: int, inner: int, format: str) -> TimedLayer:
    """Both products of a feed-forward layer of even numbers, which take as long as any."""
    import torch

    from index.packed import product
    from qa.int8 import Int8Product

    dtype = torch.bfloat16 if format == "bf16" else torch.float32
    rows = torch.ones(ROWS_TIMED, hidden, dtype=dtype)
    widen, narrow = torch.ones(inner, hidden, dtype=dtype), torch.ones(hidden, inner, dtype=dtype)
    make = Int8Product if format == "int8" else product
    up, down = make(widen, widen[:, 0], gelu=True), make(narrow, narrow[:, 0])
    if isinstance(up, Int8Product) and isinstance(down, Int8Product):
        down(up(rows))
        up.settle()
        down.settle()
    return lambda: down(up(rows))


def _processor() -> str:
    """The processor, how many threads work on it, and the version of the library that multiplies."""
    import torch

    told: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return f"{told.get('cpu_name', 'processor')}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def _read(path: Path) -> dict[str, dict[str, float]]:
    """What was measured before, by processor and shape; nothing where there is no such file or it is damaged."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): {str(k): float(v) for k, v in times.items()} for name, times in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(path: Path, known: dict[str, dict[str, float]]) -> None:
    """Keep it for the next start; where nothing can be written it is measured again."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, (json.dumps(known, indent=2) + "\n").encode())
