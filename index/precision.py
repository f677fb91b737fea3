"""What number format this processor multiplies fastest."""

from __future__ import annotations


def multiplies_bf16() -> bool:
    """Whether bf16 products run in hardware (AMX, AVX512-BF16): several times faster than fp32 there, slower elsewhere."""
    import torch

    checks = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return any(getattr(torch.cpu, check, lambda: False)() for check in checks)


def multiplies_int8() -> bool:
    """Whether products of 8-bit integers run in hardware (VNNI)."""
    import torch

    return bool(getattr(torch.cpu, "_is_vnni_supported", lambda: False)())
