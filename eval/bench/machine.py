"""What a benchmark was measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from index.encoder.cpu import processor


def machine(threads: int) -> dict[str, str | int | bool | float]:
    """The processor, its cores, the threads used, the versions, the load at the start, and the date."""
    import torch

    amx = getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 0,
        "threads": threads,
        "amx": bool(amx()),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else -1.0,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": version("transformers"),
        "system": f"{platform.system()} {platform.release()}",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def status(process: str) -> dict[str, int]:
    """The numbers that /proc has on a process (an id, or "self"), sizes in KiB; empty if it has ended."""
    try:
        lines = Path("/proc", process, "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    fields = ((name, value.split()) for name, _, value in (line.partition(":") for line in lines))
    return {name: int(words[0]) for name, words in fields if words and words[0].isdecimal()}
