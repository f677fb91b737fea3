"""How many threads there are, and how many work on one product."""

from __future__ import annotations

import os


def cores() -> int:
    """How many cores this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def work_alone() -> None:
    """Make the products of the calling thread in that thread alone, whatever the others do."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.get_num_threads()  # where a thread first asks, torch sets its own number
    threadpool_limits(1, user_api="openmp")
