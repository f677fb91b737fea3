"""What this processor is and which numbers it multiplies fastest, asked without importing torch."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def multiplies_bf16() -> bool:
    """Whether bf16 products run in hardware (AMX, AVX512-BF16): several times faster than fp32 there, slower elsewhere."""
    return multiplies_tiles() or "avx512_bf16" in _flags()


def multiplies_tiles() -> bool:
    """Whether whole tiles of bf16 are multiplied at once (AMX)."""
    return "amx_tile" in _flags()


def multiplies_int8() -> bool:
    """Whether products of 8-bit integers run in hardware (VNNI)."""
    return "avx512_vnni" in _flags()


def processor() -> str:
    """The processor's name, with family, model and stepping, as the name alone does not tell it from others."""
    fields = _fields()
    numbers = "/".join(fields.get(key, "?") for key in ("cpu family", "model", "stepping"))
    return f"{fields.get('model name', platform.processor() or platform.machine())} ({numbers})"


@cache
def _flags() -> frozenset[str]:
    return frozenset(_fields().get("flags", "").split())


@cache
def _fields() -> Mapping[str, str]:
    """What Linux says of the first processor; nothing elsewhere."""
    try:
        first, _, _ = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}
