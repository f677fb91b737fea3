"""The line before the reader: in order, one at a time, never too long, and nothing is read that was stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from test_assistant import assistant

from qa.answers import PASSAGES_READ, READ_FIRST
from qa.reader import Reading
from qa.windows import Pair
from ui.conversations import Conversation, ConversationStore
from ui.desk import Desk, Session
from ui.line import Busy, Line, StoppableReader, Stopped, still_wanted

WHEN = "When was the dam built?"


class StoppedWhileReading:
    """Reads a handful, and is stopped during the one that is named."""

    def __init__(self, stop: threading.Event, during: int) -> None:
        self.stop, self.during = stop, during
        self.calls: list[int] = []

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        self.calls.append(len(pairs))
        if len(self.calls) == self.during:
            self.stop.set()
        return [Reading(()) for _ in pairs]


def test_one_is_read_at_a_time_first_come_first_read() -> None:
    line, order, at_once = Line(), [], []

    def read(number: int) -> None:
        with line.turn():
            at_once.append(number)
            order.append((number, len(at_once)))
            time.sleep(0.01)
            at_once.remove(number)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    with line.turn():
        for standing, thread in enumerate(threads, 2):
            thread.start()
            while len(line._standing) < standing:
                time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    assert order == [(number, 1) for number in range(6)]


def test_a_line_that_is_full_says_so_and_moves_on() -> None:
    line = Line(most=0)
    full = r"0 questions are waiting to be read already\. Ask again in a moment"
    with line.turn(), pytest.raises(Busy, match=full), line.turn():
        pass
    with line.turn():
        pass


def test_who_waits_can_be_stopped() -> None:
    line, stop = Line(), threading.Event()
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
    reader = StoppedWhileReading(stop, during=2)
    with pytest.raises(Stopped), Line().turn(stop):
        StoppableReader(reader).read([Pair(WHEN, "x")] * 40)
    assert reader.calls == [PASSAGES_READ] * 2


def test_what_nobody_can_stop_is_read_as_a_whole() -> None:
    reader = StoppedWhileReading(threading.Event(), during=9)
    with Line().turn():
        assert len(StoppableReader(reader).read([Pair(WHEN, "x")] * 40)) == 40
    assert reader.calls == [40]


def test_a_stopped_question_is_neither_read_on_nor_kept_as_answered(tmp_path: Path) -> None:
    files = {f"{number}.txt": f"The dam of place {number} was built.\n" for number in range(20)}
    answering = assistant(tmp_path / "articles", {WHEN: {"place 1": 5.0}}, files)
    desk = Desk(answering, ConversationStore(tmp_path / "kept"))
    now = desk.reading(Session(Conversation()), WHEN)
    reader = StoppedWhileReading(now.stop, during=1)
    answering.reader = StoppableReader(reader)
    assert desk.answered(now).conversation.turns[-1].state == "stopped"
    assert reader.calls == [READ_FIRST]
    assert desk.store.load(now.conversation.id) is None
    assert desk.stopped(now).conversation.turns[-1].state == "stopped"
    kept = desk.store.load(now.conversation.id)
    assert kept is not None and [turn.state for turn in kept.turns] == ["stopped"]
    again = desk.answered(desk.reading(now, WHEN))
    assert again.conversation.turns[-1].state == "done" and len(again.conversation.turns) == 1
