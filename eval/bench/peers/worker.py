"""What every contestant runs in: a process of its own that reads a job, answers it once, then runs one timed round per line.

A contestant reads passages that it is given, or is a whole system that finds them in a library of its own first.

Needs the standard library alone, since peers run it in environments that hold nothing of this project.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol, TextIO, TypeVar

Opened = TypeVar("Opened")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the passages to read for it."""

    question: str
    passages: list[str]


@dataclass(frozen=True, slots=True)
class ReaderJob:
    """What to run: a model folder (fp32, Hugging Face's layout), in a number format, on so many threads.

    ``compared`` is answered once, so that answers can be compared; ``asked`` is answered once and then timed.
    """

    model: str
    format: str
    threads: int
    asked: list[Asked]
    compared: list[Asked]

    @classmethod
    def parse(cls, line: str) -> ReaderJob:
        """Read a job from its line of JSON."""
        raw: dict[str, Any] = json.loads(line)
        asked, compared = ([Asked(**one) for one in raw[name]] for name in ("asked", "compared"))
        return cls(raw["model"], raw["format"], raw["threads"], asked, compared)


@dataclass(frozen=True, slots=True)
class LibraryFolders:
    """Folders of what a system answers from: Pincite's index; ``passages.jsonl`` with ``vectors.npy`` [n, d]; the embedder."""

    folder: str
    embedder: str

    @property
    def index(self) -> str:
        """Pincite's index."""
        return os.path.join(self.folder, "index")

    @property
    def vectors(self) -> str:
        """The vectors of the passages, float32 [n, d], in NumPy's format."""
        return os.path.join(self.folder, "vectors.npy")

    def passages(self) -> list[PeerPassage]:
        """Every passage, in the order of the vectors."""
        with open(os.path.join(self.folder, "passages.jsonl"), encoding="utf-8") as lines:
            return [PeerPassage(**json.loads(line)) for line in lines]


@dataclass(frozen=True, slots=True)
class PeerPassage:
    """A passage with its headings above it, and the document it stands in."""

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class SystemJob:
    """What a whole system is to answer: questions, over a library, with a reader (fp32, Hugging Face's layout).

    ``original`` is the reader as it was before it was written in that layout, with its fitted probabilities beside it.
    """

    model: str
    original: str
    threads: int
    library: LibraryFolders
    questions: list[str]

    @classmethod
    def parse(cls, line: str) -> SystemJob:
        """Read a job from its line of JSON."""
        raw: dict[str, Any] = json.loads(line)
        return cls(raw["model"], raw["original"], raw["threads"], LibraryFolders(**raw["library"]), raw["questions"])


@dataclass(frozen=True, slots=True)
class SystemAnswer:
    """An answer, empty if there is none, and the document that it was taken from."""

    answer: str
    document: str


class System(Protocol):
    """A question-answering system that is loaded and has its passages."""

    def answer(self, question: str) -> str:
        """The best answer, empty if it gives none."""

    def document(self, question: str, answer: str) -> str:
        """The document of the answer that was given last."""


class Contestant(Protocol):
    """A reader that is loaded."""

    def answer(self, question: str, passages: Sequence[str]) -> str:
        """The best answer over all passages, empty if it gives none."""


def serve(load: Callable[[ReaderJob], Contestant], packages: Sequence[str]) -> None:
    """Read the job from stdin, answer it, then time one round for every further line, in milliseconds per question."""
    replies = _replies()
    job = ReaderJob.parse(sys.stdin.readline())
    reader = _loaded(lambda: load(job), job.threads)
    reply = {
        "versions": {name: _version(name) for name in packages},
        "compared": [reader.answer(one.question, one.passages) for one in job.compared],
        "asked": [reader.answer(one.question, one.passages) for one in job.asked],
    }
    print(json.dumps(reply), file=replies, flush=True)
    _rounds([partial(reader.answer, one.question, one.passages) for one in job.asked], replies)


def serve_system(load: Callable[[SystemJob], System], packages: Sequence[str]) -> None:
    """As ``serve``, for a whole system; its first answers come with their documents."""
    replies = _replies()
    job = SystemJob.parse(sys.stdin.readline())
    system = _loaded(lambda: load(job), job.threads)
    asked = [asdict(_found(system, question)) for question in job.questions]
    versions = {name: _version(name) for name in packages}
    print(json.dumps({"versions": versions, "compared": [], "asked": asked}), file=replies, flush=True)
    _rounds([partial(system.answer, question) for question in job.questions], replies)


def _replies() -> TextIO:
    """A stream for replies; whatever a library prints goes to stderr from here on."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def _loaded(load: Callable[[], Opened], threads: int) -> Opened:
    """A contestant loaded on so many cores and threads, whatever number it sets itself."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import torch

    torch.set_num_threads(threads)
    loaded = load()
    torch.set_num_threads(threads)
    return loaded


def _found(system: System, question: str) -> SystemAnswer:
    answer = system.answer(question)
    return SystemAnswer(answer, system.document(question, answer))


def _rounds(answers: Sequence[Callable[[], str]], replies: TextIO) -> None:
    """Time every answer once for every line on stdin."""
    for _ in sys.stdin:
        print(json.dumps([_milliseconds(answer) for answer in answers]), file=replies, flush=True)


def _milliseconds(answer: Callable[[], str]) -> float:
    began = time.perf_counter()
    answer()
    return (time.perf_counter() - began) * 1000


def _version(package: str) -> str | None:
    """The installed version, None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
