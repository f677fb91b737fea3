"""Who reads next: questions stand in line, a few are read together, and one that is stopped is read no further."""

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

MOST_TOGETHER = 4
MOST_WAITING = 32
LOOK_EVERY = 0.1  # seconds between two looks whether a question that waits is still wanted

_stop: ContextVar[threading.Event | None] = ContextVar("stop", default=None)


class Stopped(Exception):
    """The question was stopped before it was read to the end."""


class Busy(ValueError):
    """Too many questions stand in line already."""


class Line:
    """The line before the reader: first come, first read.

    ``together`` have their turn at once, so that they share the reader's batches; at most ``most`` wait behind them.
    """

    def __init__(self, most: int = MOST_WAITING, together: int = MOST_TOGETHER) -> None:
        self.most, self.together = most, together
        self._standing: deque[object] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, stop: threading.Event | None = None, *, patient: bool = False) -> Iterator[None]:
        """One's turn, once it comes.

        Raises Busy where too many wait and one is not ``patient``, Stopped where ``stop`` is set before or while reading.
        """
        ticket = object()
        with self._moved:
            if len(self._standing) >= self.together + self.most and not patient:
                waiting = "1 question is" if self.most == 1 else f"{self.most:,} questions are"
                raise Busy(f"{waiting} waiting to be read already. Ask again in a moment.")
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
    """A reader that looks, between one handful of passages and the next, whether the question is still wanted."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading a pair, in order; raises Stopped. What nobody can stop is read as a whole."""
        if _stop.get() is None:
            return self.reader.read(pairs)
        found: list[Reading] = []
        for at in range(0, len(pairs), PASSAGES_READ):
            still_wanted()
            found += self.reader.read(pairs[at : at + PASSAGES_READ])
        return found


def still_wanted() -> None:
    """Raise Stopped where the question that is being read here was stopped."""
    stop = _stop.get()
    if stop is not None and stop.is_set():
        raise Stopped
