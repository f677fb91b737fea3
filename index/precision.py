"""What number format this processor multiplies fastest."""

from __future__ import annotations


def multiplies_bf16() -> bool:
    """Whether bf16 products run in hardware (AMX, AVX512-BF16): several times faster than fp32 there, slower elsewhere."""
    return multiplies_tiles() or _supports("_is_avx512_bf16_supported")


def multiplies_tiles() -> bool:
    """Whether whole tiles of bf16 are multiplied at once (AMX)."""
    return _supports("_is_amx_tile_supported")


def multiplies_int8() -> bool:
    """Whether products of 8-bit integers run in hardware (VNNI)."""
    return _supports("_is_vnni_supported")


def _supports(check: str) -> bool:
    """What torch knows of the processor; False where this torch does not know the question."""
    import torch

    return bool(getattr(torch.cpu, check, lambda: False)())
