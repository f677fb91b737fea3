"""How many threads there are, and how those of one product wait for each other."""

from __future__ import annotations

import os

SPINS = "3000"


def wait_briefly() -> None:
    """Let OpenMP's threads spin for some hundredths of a millisecond and then sleep, unless the user has set how they wait.

    A small operation is over sooner than a thread wakes up, and one that spins for long takes the core from whatever else
    needs it: reading is 1.1 to 1.2 times as fast as without, and takes 1.2 times as long beside a busy program.
    To be called before torch or faiss, which load OpenMP, are imported. GNU's library alone knows the number.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"


def cores() -> int:
    """How many cores this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def work_alone() -> None:
    """Make the products of the calling thread in that thread alone, whatever the others do."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.get_num_threads()  # where a thread first asks, torch sets its own number
    threadpool_limits(1, user_api="openmp")
