"""Long work behind the page: one job of a kind at a time, which outlives the page that began it and is seen by all."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

Progress = Callable[[int, int, str], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands: what is done of all, the last one's name, how long it has taken, what came of it."""

    state: Literal["running", "done", "failed"]
    began: float
    done: int = 0
    total: int = 0
    name: str = ""
    seconds: float = 0.0
    said: str = ""

    @property
    def left(self) -> float | None:
        """Seconds left at the pace so far, None before there is one."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


class Background:
    """Runs one job at a time in a thread called ``name``; ``busy`` is what a second one is told."""

    def __init__(self, name: str, busy: str) -> None:
        self.name, self.busy = name, busy
        self.job: Job | None = None
        self._starting = threading.Lock()

    def check_idle(self) -> None:
        """Raise ValueError while a job runs."""
        if self.job is not None and self.job.state == "running":
            raise ValueError(self.busy)

    def start(self, work: Callable[[Progress], str]) -> None:
        """Begin a job, which says in the end what it did; ValueError while another runs."""
        with self._starting:
            self.check_idle()
            self.job = Job("running", time.monotonic())
        threading.Thread(target=self._run, args=(work,), name=self.name, daemon=True).start()

    def _run(self, work: Callable[[Progress], str]) -> None:
        """Do the work; whatever it raises is what the job says."""
        try:
            self._set(said=work(self._note), state="done")
        except BaseException as error:
            log.info("%s failed", self.name, exc_info=True)
            self._set(said=str(error) or type(error).__name__, state="failed")

    def _note(self, done: int, total: int, name: str) -> None:
        """Progress."""
        self._set(done=done, total=total, name=name)

    def _set(self, **changes: Any) -> None:
        """Change the job's fields."""
        if self.job is not None:
            self.job = replace(self.job, seconds=time.monotonic() - self.job.began, **changes)
