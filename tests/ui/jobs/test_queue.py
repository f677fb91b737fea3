"""The line before the reader: in order, a few at a time, never too long, and nothing is read that was stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from assistant_fakes import assistant

from qa.answers import PASSAGES_READ
from qa.reader.batching import SharedBatches
from qa.reader.reader import PAIRS_TOGETHER, Reading, Span
from qa.reader.windows import Pair
from ui.jobs.queue import Busy, Line, StoppableReader, Stopped, still_wanted
from ui.session.desk import Desk
from ui.state.conversations import Chat, ChatStore, ChatTurn

WHEN = "When was the dam built?"


class StoppedWhileReading:
    """Reads a handful, and is stopped during the one that is named."""

    def __init__(self, stop: Callable[[], None], during: int) -> None:
        self.stop, self.during = stop, during
        self.calls: list[int] = []

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        self.calls.append(len(pairs))
        if len(self.calls) == self.during:
            self.stop()
        return [Reading(()) for _ in pairs]


def test_first_come_first_read() -> None:
    line, order = Line(together=1), []

    def read(number: int) -> None:
        with line.turn():
            order.append(number)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    with line.turn():
        for standing, thread in enumerate(threads, 2):
            thread.start()
            while len(line._standing) < standing:
                time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3, 4, 5]


def test_as_many_as_may_are_read_together_and_no_more() -> None:
    line, at_once, most = Line(together=3), [], []
    met = threading.Barrier(3)  # which only three that have their turn at the same time can pass

    def read(number: int) -> None:
        with line.turn():
            at_once.append(number)
            met.wait(10)
            most.append(len(at_once))
            met.wait(10)
            at_once.remove(number)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == [3] * 6 and not met.broken


def test_a_line_that_is_full_says_so_and_moves_on() -> None:
    line = Line(most=1, together=2)
    full = r"1 question is already waiting\. Ask again in a moment"
    stop = threading.Event()

    def wait() -> None:
        with pytest.raises(Stopped), line.turn(stop):
            pass

    with line.turn(), line.turn():
        waiting = threading.Thread(target=wait)
        waiting.start()
        while len(line._standing) < 3:
            time.sleep(0.001)
        with pytest.raises(Busy, match=full), line.turn():
            pass
        stop.set()
        waiting.join(10)
    with line.turn():
        pass


def test_who_waits_can_be_stopped() -> None:
    line, stop = Line(together=1), threading.Event()
    threading.Timer(0.05, stop.set).start()
    with line.turn():
        left: list[str] = []

        def wait() -> None:
            try:
                with line.turn(stop):
                    left.append("read")
            except Stopped:
                left.append("stopped")

        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(10)
        assert left == ["stopped"]
    with line.turn():
        still_wanted()


def test_reading_stops_after_the_handful_it_was_stopped_in() -> None:
    stop = threading.Event()
    reader = StoppedWhileReading(stop.set, during=2)
    with pytest.raises(Stopped), Line().turn(stop):
        StoppableReader(reader).read([Pair(WHEN, "x")] * 40)
    assert reader.calls == [PASSAGES_READ] * 2


def test_what_nobody_can_stop_is_read_as_a_whole() -> None:
    reader = StoppedWhileReading(threading.Event().set, during=9)
    with Line().turn():
        assert len(StoppableReader(reader).read([Pair(WHEN, "x")] * 40)) == 40
    assert reader.calls == [40]


def test_a_question_that_is_stopped_in_a_shared_batch_leaves_the_others_theirs() -> None:
    line, stop, begun, gate, read = Line(), threading.Event(), threading.Event(), threading.Event(), []

    def gated(pairs: Sequence[Pair]) -> list[Reading]:
        read.append(len(pairs))
        begun.set()
        assert gate.wait(10)
        return [Reading((Span(0, len(pair.passage), 1.0),)) for pair in pairs]

    shared = SharedBatches(gated, PAIRS_TOGETHER)
    reader = StoppableReader(SimpleNamespace(read=shared))

    def ask(passages: Sequence[str], stop: threading.Event | None) -> list[Reading]:
        with line.turn(stop):
            return reader.read([Pair(WHEN, passage) for passage in passages])

    with ThreadPoolExecutor(3) as people:
        first = people.submit(ask, ["a"], None)
        assert begun.wait(10)
        stopped = people.submit(ask, ["bb"] * 12, stop)
        other = people.submit(ask, ["ccc", "dddd"], threading.Event())
        while len(shared._waiting) < 2:
            time.sleep(0.001)
        stop.set()
        gate.set()
        assert first.result(10) == [Reading((Span(0, 1, 1.0),))]
        assert other.result(10) == [Reading((Span(0, 3, 1.0),)), Reading((Span(0, 4, 1.0),))]
        with pytest.raises(Stopped):
            stopped.result(10)
    assert read == [1, PASSAGES_READ + 2]  # the first handful of the stopped one, and nothing of the rest


def test_a_stopped_question_is_neither_read_on_nor_kept_as_answered(tmp_path: Path) -> None:
    files = {f"{number}.txt": f"The dam of place {number} was built.\n" for number in range(20)}
    answering = assistant(tmp_path / "articles", {WHEN: {"place 1": 5.0}}, files)
    desk = Desk(answering, ChatStore(tmp_path / "kept"))
    chat, turn = Chat(), ChatTurn(WHEN)
    reader = StoppedWhileReading(lambda: desk.stop(turn.id), during=1)
    answering.reader = StoppableReader(reader)
    assert desk.ask(chat, turn).state == "stopped"
    assert len(reader.calls) == 1
    assert [one.state for one in desk.chat(chat.id).turns] == ["stopped"]
    assert desk.ask(desk.chat(chat.id), turn).state == "done"
    assert [one.state for one in desk.chat(chat.id).turns] == ["done"]
