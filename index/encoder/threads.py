"""The number of threads, and how many work on one product."""

from __future__ import annotations

import os


def cores() -> int:
    """Return the number of cores that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def work_alone() -> None:
    """Have the calling thread compute its products alone; other threads are not affected."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.get_num_threads()  # torch sets its own number when a thread first asks, so ask before limiting it
    threadpool_limits(1, user_api="openmp")
