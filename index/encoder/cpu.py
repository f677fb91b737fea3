"""This processor: its name, the number formats that it has units for, and its threads. Imports torch only for ``work_alone``."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def multiplies_bf16() -> bool:
    """Whether the processor has units for bf16 (AMX, AVX512-BF16); without them, bf16 is slower than fp32."""
    return multiplies_tiles() or "avx512_bf16" in _flags()


def multiplies_tiles() -> bool:
    """Whether the processor multiplies whole tiles of bf16 at once (AMX)."""
    return "amx_tile" in _flags()


def multiplies_int8() -> bool:
    """Whether the processor has units for 8-bit integers (VNNI)."""
    return "avx512_vnni" in _flags()


def processor() -> str:
    """Return the processor's name with family, model and stepping, as different processors share a name."""
    fields = _fields()
    numbers = "/".join(fields.get(key, "?") for key in ("cpu family", "model", "stepping"))
    return f"{fields.get('model name', platform.processor() or platform.machine())} ({numbers})"


def cores() -> int:
    """Return the number of cores that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def give_way() -> None:
    """Lower the priority of the calling thread, and of those that it starts, for good: for work that nobody waits for."""
    if sys.platform == "linux":  # elsewhere it would be that of the process
        os.setpriority(os.PRIO_PROCESS, 0, max(10, os.getpriority(os.PRIO_PROCESS, 0)))


def work_alone() -> None:
    """Have the calling thread compute its products alone; other threads are not affected."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.get_num_threads()  # torch sets its own number when a thread first asks, so ask before limiting it
    threadpool_limits(1, user_api="openmp")


@cache
def _flags() -> frozenset[str]:
    return frozenset(_fields().get("flags", "").split())


@cache
def _fields() -> Mapping[str, str]:
    """The fields of the first processor in Linux's /proc/cpuinfo; empty on other systems."""
    try:
        first, _, _ = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}
