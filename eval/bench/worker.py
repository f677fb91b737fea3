"""What every contestant runs in: a process of its own that reads a job, answers it once, then runs a timed round a line.

Needs the standard library alone, since peers run it in environments that hold nothing of this project.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the passages to read for it."""

    question: str
    passages: list[str]


@dataclass(frozen=True, slots=True)
class Job:
    """What to run: a model folder (fp32, Hugging Face's layout), in a number format, on so many threads.

    ``compared`` is answered once, so that answers can be compared; ``asked`` is answered once and then timed.
    """

    model: str
    format: str
    threads: int
    asked: list[Asked]
    compared: list[Asked]

    @classmethod
    def parse(cls, line: str) -> Job:
        """Read a job from its line of JSON."""
        raw: dict[str, Any] = json.loads(line)
        asked, compared = ([Asked(**one) for one in raw[name]] for name in ("asked", "compared"))
        return cls(raw["model"], raw["format"], raw["threads"], asked, compared)


class Contestant(Protocol):
    """A reader that is loaded."""

    def answer(self, question: str, passages: Sequence[str]) -> str:
        """The best answer over all passages, empty where it gives none."""
        ...


def serve(load: Callable[[Job], Contestant], packages: Sequence[str]) -> None:
    """Read the job from stdin, answer it, then time one round for every further line, in milliseconds a question."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints goes to stderr
    job = Job.parse(sys.stdin.readline())
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: job.threads])
    import torch

    torch.set_num_threads(job.threads)
    reader = load(job)
    torch.set_num_threads(job.threads)
    reply = {
        "versions": {name: _version(name) for name in packages},
        "compared": [reader.answer(one.question, one.passages) for one in job.compared],
        "asked": [reader.answer(one.question, one.passages) for one in job.asked],
    }
    print(json.dumps(reply), file=replies, flush=True)
    for _ in sys.stdin:
        print(json.dumps([_milliseconds(reader, one) for one in job.asked]), file=replies, flush=True)


def _milliseconds(reader: Contestant, asked: Asked) -> float:
    """How long one question takes."""
    began = time.perf_counter()
    reader.answer(asked.question, asked.passages)
    return (time.perf_counter() - began) * 1000


def _version(package: str) -> str | None:
    """The installed version, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
