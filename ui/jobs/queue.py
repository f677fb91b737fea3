"""The queue before the reader: a few questions are read together, and stopped ones are dropped."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice

from qa.answers import PASSAGES_READ
from qa.reader.reader import Reader, Reading
from qa.reader.windows import Pair

MOST_TOGETHER = 4  # more share batches better, but each of them waits longer
MOST_WAITING = 32  # beyond this, saying so is kinder than a long wait
LOOK_EVERY = 0.1  # seconds between checks whether a waiting question was stopped

_stop: ContextVar[threading.Event | None] = ContextVar("stop", default=None)


class Stopped(Exception):
    """The question was stopped before its answer."""


class Busy(ValueError):
    """The queue is full."""


class Line:
    """A first-in, first-out queue.

    ``together`` questions run at once, so that they share the reader's batches; at most ``most`` wait behind them.
    """

    def __init__(self, most: int = MOST_WAITING, together: int = MOST_TOGETHER) -> None:
        self.most, self.together = most, together
        self._standing: deque[object] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, stop: threading.Event | None = None, *, patient: bool = False) -> Iterator[None]:
        """Wait for a slot and hold it.

        Raises Busy if the queue is full and ``patient`` is false, Stopped if ``stop`` is set while waiting or reading.
        """
        ticket = object()
        with self._moved:
            if len(self._standing) >= self.together + self.most and not patient:
                waiting = "1 question is" if self.most == 1 else f"{self.most:,} questions are"
                raise Busy(f"{waiting} already waiting. Ask again in a moment.")
            self._standing.append(ticket)
        token = _stop.set(stop)
        try:
            with self._moved:
                while ticket not in islice(self._standing, self.together):
                    self._moved.wait(LOOK_EVERY)
                    still_wanted()
            still_wanted()
            yield
            still_wanted()
        finally:
            _stop.reset(token)
            with self._moved:
                self._standing.remove(ticket)
                self._moved.notify_all()


class StoppableReader:
    """A reader that checks between batches of passages whether its question was stopped."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading per pair, in order. Raises Stopped. A question without a stop is read in one batch."""
        if _stop.get() is None:
            return self.reader.read(pairs)
        found: list[Reading] = []
        for at in range(0, len(pairs), PASSAGES_READ):
            still_wanted()
            found += self.reader.read(pairs[at : at + PASSAGES_READ])
        return found


def still_wanted() -> None:
    """Raise Stopped if the question being read in this context was stopped."""
    stop = _stop.get()
    if stop is not None and stop.is_set():
        raise Stopped
