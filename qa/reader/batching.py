"""Calls that are made at the same time share batches: what waits while one batch is made goes into the next together.

Nobody waits for others to come, and there is no thread that works for all: the caller who has waited longest makes a
batch of its own call and of those behind it (flat combining, Hendler et al. 2010).
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
    """One caller's items, and what came of them."""

    items: Sequence[Item]
    results: list[Result] | None = None
    error: Exception | None = None

    @property
    def settled(self) -> bool:
        """Whether its results are there, or the reason why not."""
        return self.results is not None or self.error is not None


class SharedBatches(Generic[Item, Result]):
    """A function from items to one result each, made for one batch at a time, which may hold the items of several calls.

    A batch is the oldest call that waits and those behind it, in order, as long as they have ``most`` items together; a
    call is never divided.
    """

    def __init__(self, make: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._make, self._most = make, most
        self._waiting: deque[Call[Item, Result]] = deque()
        self._batch: list[Call[Item, Result]] = []  # under way; who made the first call makes them all
        self._changed = threading.Condition()

    def __call__(self, items: Sequence[Item]) -> list[Result]:
        """One result an item, in order; raises what the function raises for these items."""
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
        """Wait until a call is settled (False), or is the oldest and nothing is under way: then a batch begins with it."""
        with self._changed:
            self._waiting.append(mine)
            self._changed.wait_for(lambda: mine.settled or (not self._batch and self._waiting[0] is mine))
            if not mine.settled:
                self._batch = self._oldest()
            return not mine.settled

    def _oldest(self) -> list[Call[Item, Result]]:
        """Take the calls of the next batch out of those that wait."""
        taken = [self._waiting.popleft()]
        size = len(taken[0].items)
        while self._waiting and (size := size + len(self._waiting[0].items)) <= self._most:
            taken.append(self._waiting.popleft())
        return taken

    def _settle(self, calls: Sequence[Call[Item, Result]]) -> None:
        """Make calls as one; where that fails each alone, so that an error reaches only the caller it belongs to."""
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
        """End what a caller has begun; what it took and did not settle, as it was interrupted, is the others' to make."""
        with self._changed:
            if self._batch and self._batch[0] is mine:
                self._waiting.extendleft(call for call in reversed(self._batch[1:]) if not call.settled)
                self._batch = []
            elif mine in self._waiting:
                self._waiting.remove(mine)
            else:
                return
            self._changed.notify_all()
