"""Reading ahead: order, errors, how far it goes, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from index import sandbox
from index.builder import build
from index.loaders.text import Overtaxed
from index.sandbox import Sandbox
from index.update.prefetch import Ahead


def one(_: object) -> int:
    return 1


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "read ahead"]


def test_items_come_in_order_and_no_further_ahead_than_wanted() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    with Ahead(items(), lambda number: 2 if number < 10 else 1, 8) as ahead:
        taken = []
        for item in ahead:
            time.sleep(0.001)
            taken.append(item)
            assert len(made) - len(taken) <= 9  # eight that wait, and one that waits to wait
    assert taken == made == list(range(50)) and not readers()


def test_what_making_an_item_raises_is_raised_after_those_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("three")

    taken = []
    with pytest.raises(KeyError, match="three"), Ahead(items(), one, 8) as ahead:
        for item in ahead:
            taken.append(item)
    assert taken == [1, 2] and not readers()


def test_one_who_stops_ends_the_thread() -> None:
    with pytest.raises(KeyboardInterrupt), Ahead(iter(int, 1), one, 8) as ahead:
        for _ in ahead:
            raise KeyboardInterrupt
    assert not readers()


def test_an_interrupted_run_does_not_wait_for_what_is_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader hangs with the second document while the first is reported."""
    (tmp_path / "a").mkdir()
    for name in "abc":
        (tmp_path / "a" / f"{name}.txt").write_text(f"{name}.")
    hanging = threading.Event()

    def hang(process: subprocess.Popen[bytes], kind: str, data: bytes, watch: object) -> bytes:
        if data != b"a.":
            os.kill(process.pid, signal.SIGSTOP)
            hanging.set()
        return asked(process, kind, data, watch)

    def interrupted(done: int, total: int, name: str) -> None:
        assert hanging.wait(60)
        raise KeyboardInterrupt

    asked = sandbox._asked
    monkeypatch.setattr(sandbox, "_asked", hang)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        build([tmp_path / "a"], tmp_path / "index", FakeEmbedder(), progress=interrupted)
    assert time.monotonic() - began < 30 and not readers()
    monkeypatch.undo()
    assert build([tmp_path / "a"], tmp_path / "index", FakeEmbedder()).documents == 3


def test_a_sandbox_that_was_stopped_reads_nothing_more() -> None:
    with Sandbox() as box:
        assert box.load("txt", b"Text.").text == "Text."
        box.stop()
        with pytest.raises(Overtaxed, match="the run was stopped"):
            box.load("txt", b"Text.")
