"""The number of threads, and how many work on one product."""

from __future__ import annotations

import os
import sys


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
