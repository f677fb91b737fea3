"""Background jobs: one at a time per kind, visible to every page, not tied to the page that started it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol


class Progress(Protocol):
    """Told of each step: items done and total, the item's name, and the share of the whole work that is done."""

    def __call__(self, done: int, total: int, name: str, share: float | None = None) -> None:
        """Take note of a step; without a ``share`` every item counts the same."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """The state of a job: items done and total, the latest item's name, the share of the work done (0..1),
    seconds so far, and the result in ``said``: a sentence, then a line for each item worth one.
    """

    state: Literal["running", "done", "failed"]
    began: float
    done: int = 0
    total: int = 0
    name: str = ""
    share: float = 0.0
    seconds: float = 0.0
    said: str = ""

    @property
    def left(self) -> float | None:
        """Estimated seconds left; None before anything is done."""
        return self.seconds / self.share * (1 - self.share) if self.share else None


class Background:
    """Runs one job at a time in a thread called ``name``; ``busy`` is the error message for a second one."""

    def __init__(self, name: str, busy: str) -> None:
        self.name, self.busy = name, busy
        self.job: Job | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def check_idle(self) -> None:
        """Raise ValueError if a job is running."""
        if self.job is not None and self.job.state == "running":
            raise ValueError(self.busy)

    def start(self, work: Callable[[Progress], str], *, patient: bool = False) -> None:
        """Start a job that returns its result in words. If one is running, a ``patient`` one waits; else ValueError."""
        with self._starting:
            if not patient:
                self.check_idle()
            if self.job is None or self.job.state != "running":
                self.job = Job("running", time.monotonic())
            self._thread = threading.Thread(target=self._run, args=(work, self._thread), name=self.name, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until the job that was started last has ended."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, work: Callable[[Progress], str], before: threading.Thread | None) -> None:
        """Do the work after the job before; an error becomes the job's result."""
        if before is not None:
            before.join()
        self.job = Job("running", time.monotonic())
        try:
            self._set(said=work(self._note), state="done")
        except BaseException as error:
            log.info("%s failed", self.name, exc_info=True)
            self._set(said=str(error) or type(error).__name__, state="failed")

    def _note(self, done: int, total: int, name: str, share: float | None = None) -> None:
        self._set(done=done, total=total, name=name, share=done / max(total, 1) if share is None else share)

    def _set(self, **changes: Any) -> None:
        if self.job is not None:
            self.job = replace(self.job, seconds=time.monotonic() - self.job.began, **changes)
