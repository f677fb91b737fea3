"""Prefetches items in a thread while the caller uses the ones before."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Iterates over ``items``, which a thread fetches ahead; a context manager that ends the thread.

    The thread pauses while the waiting items weigh ``most`` or more. An exception from ``items`` is raised to the caller
    after the items before it.
    """

    def __init__(self, items: Iterable[T], weigh: Callable[[T], int], most: int) -> None:
        self._items, self._weigh, self._most = items, weigh, most
        self._made: deque[T] = deque()
        self._weight = 0
        self._ended = self._stopped = False
        self._error: BaseException | None = None
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._make, name="read ahead", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._change:
            self._stopped = True
            self._change.notify_all()
        self._thread.join()

    def __iter__(self) -> Iterator[T]:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._made or self._ended)
                if not self._made:
                    break
                item = self._made.popleft()
                self._weight -= self._weigh(item)
                self._change.notify_all()
            yield item
        if self._error is not None:
            raise self._error

    def _make(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    break
        except BaseException as error:  # of any kind: ``__iter__`` raises it in the caller's thread
            self._error = error
        finally:
            with self._change:
                self._ended = True
                self._change.notify_all()

    def _put(self, item: T) -> bool:
        """Queue an item once there is room; False if the caller has stopped."""
        with self._change:
            self._change.wait_for(lambda: self._stopped or self._weight < self._most)
            if self._stopped:
                return False
            self._made.append(item)
            self._weight += self._weigh(item)
            self._change.notify_all()
            return True
