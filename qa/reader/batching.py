"""Simultaneous calls share batches: calls that arrive while one batch runs go into the next batch together.

No call waits for others to arrive, and there is no worker thread: the caller that has waited longest runs a batch of
its own call and the calls behind it (flat combining, Hendler et al. 2010).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class Call(Generic[Item, Result]):
    """One caller's items and their results."""

    items: Sequence[Item]
    results: list[Result] | None = None
    error: Exception | None = None

    @property
    def settled(self) -> bool:
        """Whether its results or its error are there."""
        return self.results is not None or self.error is not None


class SharedBatches(Generic[Item, Result]):
    """A batched function from items to one result each. One batch runs at a time, and may combine several calls.

    A batch takes the oldest waiting call and those behind it, in order, up to ``most`` items; a call is never split.
    """

    def __init__(self, make: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._make, self._most = make, most
        self._waiting: deque[Call[Item, Result]] = deque()
        self._batch: list[Call[Item, Result]] = []  # running; the first call's thread runs them all
        self._changed = threading.Condition()

    def __call__(self, items: Sequence[Item]) -> list[Result]:
        """One result per item, in order. Raises what the function raises for these items."""
        mine: Call[Item, Result] = Call(items)
        try:
            if self._leads(mine):
                self._settle(self._batch)
        finally:
            self._leave(mine)
        if mine.error is not None:
            raise mine.error
        assert mine.results is not None
        return mine.results

    def _leads(self, mine: Call[Item, Result]) -> bool:
        """Wait until the call is settled (False), or is the oldest and no batch runs: then start one (True)."""
        with self._changed:
            self._waiting.append(mine)
            self._changed.wait_for(lambda: mine.settled or (not self._batch and self._waiting[0] is mine))
            if not mine.settled:
                self._batch = self._oldest()
            return not mine.settled

    def _oldest(self) -> list[Call[Item, Result]]:
        """Remove the next batch from the waiting calls."""
        taken = [self._waiting.popleft()]
        size = len(taken[0].items)
        while self._waiting and (size := size + len(self._waiting[0].items)) <= self._most:
            taken.append(self._waiting.popleft())
        return taken

    def _settle(self, calls: Sequence[Call[Item, Result]]) -> None:
        """Run calls as one batch. If that fails, run each alone, so that an error reaches only its caller."""
        try:
            results = iter(self._make([item for call in calls for item in call.items]))
            for call in calls:
                call.results = list(islice(results, len(call.items)))
        except Exception as error:
            if len(calls) == 1:
                calls[0].error = error
                return
            for call in calls:
                self._settle([call])

    def _leave(self, mine: Call[Item, Result]) -> None:
        """End a caller's batch; if it was interrupted, its unsettled calls go back to the queue."""
        with self._changed:
            if self._batch and self._batch[0] is mine:
                self._waiting.extendleft(call for call in reversed(self._batch[1:]) if not call.settled)
                self._batch = []
            elif mine in self._waiting:
                self._waiting.remove(mine)
            else:
                return
            self._changed.notify_all()
