"""Calls that share batches: each gets its own results, in order, whatever happens to the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from qa.reader.batching import SharedBatches


class Doubler:
    """Doubles numbers, the first batch only once the gate is open; refuses 13, is interrupted by 99."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.gate = threading.Event(), threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        if not self.gate.is_set():
            self.begun.set()
            assert self.gate.wait(10)
        if 99 in numbers:
            raise KeyboardInterrupt
        if 13 in numbers:
            raise ValueError("13 is refused")
        return [2 * number for number in numbers]


class Behind:
    """Calls that are made, one after the other, while the first is under way."""

    def __init__(self, doubler: Doubler, most: int) -> None:
        self.doubler, self.shared = doubler, SharedBatches(doubler, most)
        self._threads = ThreadPoolExecutor(8)

    def call(self, numbers: Sequence[int]) -> Future[list[int]]:
        """Make a call in a thread of its own; it waits when this returns, unless it is the first."""
        begun, before = self.doubler.begun.is_set(), len(self.shared._waiting)
        made = self._threads.submit(self.shared, numbers)
        until(lambda: len(self.shared._waiting) > before if begun else self.doubler.begun.is_set())
        return made

    def open(self) -> None:
        """Let the first call go on."""
        self.doubler.gate.set()


def until(holds: Callable[[], bool]) -> None:
    """Come back when something holds."""
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


@contextmanager
def behind(most: int = 8) -> Iterator[Behind]:
    """Threads that share batches of so many numbers."""
    calls = Behind(Doubler(), most)
    try:
        yield calls
    finally:
        calls.open()
        calls._threads.shutdown()


def test_a_call_alone_is_made_as_it_is() -> None:
    doubler = Doubler()
    doubler.gate.set()
    shared = SharedBatches(doubler, 2)
    assert shared([3, 1, 2]) == [6, 2, 4]  # more than a batch is to hold, and not divided
    assert shared([]) == []
    assert doubler.batches == [[3, 1, 2], []]


def test_calls_that_wait_are_made_together_and_each_gets_its_own() -> None:
    with behind() as calls:
        made = [calls.call(numbers) for numbers in ([1], [2, 3], [], [4, 5, 6])]
        calls.open()
        assert [one.result(10) for one in made] == [[2], [4, 6], [], [8, 10, 12]]
    assert calls.doubler.batches == [[1], [2, 3, 4, 5, 6]]


def test_the_oldest_come_first_and_a_batch_is_no_larger_than_it_may_be() -> None:
    with behind(most=4) as calls:
        made = [calls.call(numbers) for numbers in ([1], [2, 2, 2], [3], [4, 4], [5, 5, 5, 5, 5], [6])]
        calls.open()
        assert [sum(one.result(10)) for one in made] == [2, 12, 6, 16, 50, 12]
    assert calls.doubler.batches == [[1], [2, 2, 2, 3], [4, 4], [5, 5, 5, 5, 5], [6]]


def test_an_error_reaches_only_the_caller_it_belongs_to() -> None:
    with behind() as calls:
        first, good, bad, other = (calls.call(numbers) for numbers in ([1], [2], [3, 13], [4]))
        calls.open()
        assert (first.result(10), good.result(10), other.result(10)) == ([2], [4], [8])
        with pytest.raises(ValueError, match="13 is refused"):
            bad.result(10)
    assert calls.doubler.batches == [[1], [2, 3, 13, 4], [2], [3, 13], [4]]
    assert calls.shared([5]) == [10]


def test_an_error_of_a_call_alone_is_raised_and_not_tried_again() -> None:
    doubler = Doubler()
    doubler.gate.set()
    shared = SharedBatches(doubler, 8)
    with pytest.raises(ValueError, match="13 is refused"):
        shared([13])
    assert doubler.batches == [[13]]


def test_who_is_interrupted_leaves_the_others_to_be_made() -> None:
    with behind() as calls:
        first, interrupted, one, other = (calls.call(numbers) for numbers in ([1], [99], [2], [3]))
        calls.open()
        assert (first.result(10), one.result(10), other.result(10)) == ([2], [4], [6])
        with pytest.raises(KeyboardInterrupt):
            interrupted.result(10)
    assert calls.doubler.batches == [[1], [99, 2, 3], [2, 3]]


def test_many_threads_each_get_their_own_results() -> None:
    doubler = Doubler()
    doubler.gate.set()
    shared, start = SharedBatches(doubler, 8), threading.Barrier(8)

    def call(thread: int) -> list[list[int]]:
        start.wait(10)
        return [shared([100 * thread + number] * (number % 4)) for number in range(50)]

    with ThreadPoolExecutor(8) as threads:
        for thread, made in enumerate(threads.map(call, range(10, 18))):
            assert made == [[2 * (1000 + 100 * thread + number)] * (number % 4) for number in range(50)]
    assert all(len(batch) <= 8 for batch in doubler.batches)
