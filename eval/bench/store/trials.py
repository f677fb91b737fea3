"""What the trials of the store share: a small index over files that change, and a child that meets its end at a point.

A point is a call by which the store is written (or read): opening a file, making, renaming or removing one, flushing.
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import shutil
import signal
import sys
import zlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

from index import builder
from index.arrays import Floats
from index.documents import load
from index.encoder.embedder import unit
from index.folder_index import Index, IndexMissing, verify
from index.update import embedding

PATIENCE = 60  # seconds until a child that hangs is ended, beyond those that it is to take
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir")
LISTINGS = ("os.listdir", "os.scandir")
IN_STEPS = ((builder, "FEW", 0), (embedding, "AT_ONCE", 2), (embedding, "FIRST_COPY", 2))
WORDS = "steppe river border uranium wheat railway summit treaty minister visit export pipeline market harvest".split()

FolderState = dict[str, str]
Act = Callable[["Points", str], None]


class Words:
    """An embedder of next to no cost: words are counted at the place that their checksum names."""

    fingerprint = "words"
    dimension = 16

    def embed(self, texts: Sequence[str]) -> Floats:
        """One unit row per text."""
        rows = np.full((len(texts), self.dimension), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                row[zlib.crc32(word.encode()) % self.dimension] += 1
        return unit(rows)


class Trial:
    """A folder of articles that change at random and the index over them.

    in_steps: the index is published without vectors, and again with every few of them, as if it were large.
    """

    def __init__(self, folder: Path, seed: int = 0, *, in_steps: bool = False) -> None:
        self.articles, self.index, self.in_steps = folder / "articles", folder / "index", in_steps
        self.random = random.Random(seed)
        self.articles.mkdir(parents=True)
        for _ in range(5):
            self.add()

    def build(self) -> None:
        """Bring the index in step, with the documents read in this process."""
        with ExitStack() as stack:
            for module, name, value in IN_STEPS if self.in_steps else ():
                stack.enter_context(patch.object(module, name, value))
            builder.build([self.articles], self.index, Words(), load=load)

    def add(self) -> None:
        """A new article."""
        self._write(self.articles / f"{self.random.getrandbits(40):010x}.txt")

    def change(self) -> None:
        """Another text in one article."""
        self._write(self._any())

    def rename(self) -> None:
        """One article under a new name."""
        self._any().rename(self.articles / f"{self.random.getrandbits(40):010x}.txt")

    def delete(self) -> None:
        """One article less."""
        self._any().unlink()

    def step(self) -> None:
        """A change of any kind that leaves some articles and not too many."""
        files = len(list(self.articles.iterdir()))
        kinds = [self.change, self.rename, *([self.add] if files < 9 else []), *([self.delete] if files > 3 else [])]
        self.random.choice(kinds)()

    def wanted(self) -> FolderState:
        """The text of each article, as an index in step holds it."""
        return {path.name: path.read_text(encoding="utf-8") for path in self.articles.iterdir()}

    def held(self) -> FolderState:
        """The text of each document of the index, nothing if there is none yet."""
        try:
            opened = Index.open(self.index)
        except IndexMissing:
            return {}
        if opened.warnings:
            raise ValueError("; ".join(opened.warnings))
        return texts_of(opened)

    def kept(self) -> tuple[Path, Path]:
        """A copy of articles and index, to be given to ``restore``."""
        place = self.articles.parent / "kept"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.articles, place / "articles")
        if self.index.exists():
            shutil.copytree(self.index, place / "index")
        return place / "articles", place / "index"

    def prepare(self, task: str) -> tuple[Path, Path]:
        """Bring about the state before a "first index", an "update" or a "delete"; a copy of it, for ``restore``."""
        if task != "first index":
            self.build()
            self.change()
            self.build()
            (self.add if task == "update" else self.delete)()
        return self.kept()

    def two_generations(self) -> tuple[FolderState, FolderState]:
        """Build, change something, build again; what the index held after each."""
        self.build()
        before = self.held()
        self.step()
        self.build()
        return before, self.held()

    def restore(self, kept: tuple[Path, Path]) -> None:
        """Articles and index as they were."""
        for now, before in zip((self.articles, self.index), kept, strict=True):
            shutil.rmtree(now, ignore_errors=True)
            if before.exists():
                shutil.copytree(before, now)

    def _any(self) -> Path:
        return self.random.choice(sorted(self.articles.glob("??????????.txt")))

    def _write(self, path: Path) -> None:
        words = " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(5, 400)))
        path.write_text(f"{words.capitalize()} {self.random.getrandbits(32)}.\n", encoding="utf-8")


def texts_of(opened: Index) -> FolderState:
    """The text of each document by the name of its file; ValueError if a search or a passage does not fit it."""
    for passage in opened.passages:
        if opened.document_text(passage.document)[passage.start : passage.end] != passage.text:
            raise ValueError(f"a passage of {passage.document} is not a slice of it")
    missing = opened.contents.missing
    found = opened.dense.search(Words().embed([f"{p.heading}\n{p.text}" for p in opened.passages]), 1)
    if np.delete(found.scores[:, 0], missing).min(initial=1) < 0.999 or np.isin(found.ids, missing).any():
        raise ValueError("a vector is not that of its passage")
    opened.sparse.search(["treaty"], 1)
    return {Path(document.name).name: opened.document_text(document.name) for document in opened.documents}


def verdict(trial: Trial, before: FolderState, after: FolderState, *, acknowledged: bool) -> str:
    """What is wrong with the index after an interrupted build: empty if nothing is."""
    try:
        held = trial.held()
    except Exception as error:  # whatever it is, the index did not open
        return f"unopenable: {type(error).__name__}: {error}"
    if acknowledged and (held != after or Index.open(trial.index).without_vector):
        return "lost: an acknowledged commit is gone"
    if held not in (before, after):
        return "torn: neither the state before nor the one after"
    try:
        damaged = verify(trial.index)
    except IndexMissing:
        damaged = []
    if damaged:
        return f"damaged: {', '.join(damaged)}"
    trial.build()
    if trial.held() != after or verify(trial.index) or Index.open(trial.index).without_vector:
        return "stuck: the next run does not mend it"
    return ""


@dataclass(slots=True)
class Points:
    """Counts the points below a folder in this process and acts at each; made in a child, as audit hooks stay."""

    folder: Path
    act: Act
    reading: bool = False
    count: int = 0
    armed: bool = True
    unflushed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        flush = os.fsync

        def flushed(descriptor: int) -> None:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            self._point(f"flush {path}")
            flush(descriptor)
            self.unflushed.discard(path)

        os.fsync = flushed  # type: ignore[assignment]
        sys.addaudithook(self._heard)

    def _heard(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.armed:
            return
        path = str(given[0]) if given else ""
        below = path.startswith(str(self.folder))
        if event == "open" and below:
            writes = bool(given[2] & WRITING)
            if writes != self.reading:
                self._point(f"open {path}")
            if writes:
                self.unflushed.add(path)
        elif event in LISTINGS and self.reading and below:
            self._point(f"list {path}")
        elif event in CHANGES and not self.reading:
            self._point(f"{event.removeprefix('os.')} {path}")
            if event == "os.rename" and path in self.unflushed:
                self.unflushed.add(str(given[1]))

    def _point(self, call: str) -> None:
        if self.armed:
            self.count += 1
            self.armed = False
            try:
                self.act(self, call)
            finally:
                self.armed = True


def kill_at(number: int, *, power: bool = False) -> Act:
    """Kill the process at a point; with ``power`` what was not flushed is lost in part, as when the power fails."""

    def act(points: Points, _: str) -> None:
        if points.count != number:
            return
        for path in points.unflushed if power else ():
            if os.path.isfile(path):
                os.truncate(path, os.path.getsize(path) // 2)
        os.kill(os.getpid(), signal.SIGKILL)

    return act


def fail_at(number: int, code: int, *, lasting: bool = False) -> Act:
    """Fail the call at a point with an error of the operating system, and with ``lasting`` all later writing ones."""

    def act(points: Points, call: str) -> None:
        verb, _, path = call.partition(" ")
        if points.count == number or (lasting and points.count > number and verb not in ("remove", "rmdir", "rename")):
            raise OSError(code, os.strerror(code), *([] if verb == "flush" else [path]))

    return act


def nothing(_: Points, __: str) -> None:
    """Only count."""


class Child:
    """A fork of this process that runs a task and says its result; ``end`` waits for it."""

    def __init__(self, task: Callable[[], dict[str, Any]], patience: float = PATIENCE) -> None:
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(writing)
            return
        threadpool_limits(1)  # a fork lacks the threads that its parent's libraries count on
        signal.alarm(math.ceil(patience))
        try:
            said = json.dumps(task()).encode()
        except BaseException as error:  # the child says whatever stopped it
            said = json.dumps({"error": str(error), "kind": type(error).__name__}).encode()
        os.write(writing, said)
        os._exit(0)

    def kill(self) -> None:
        """Send SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> dict[str, Any] | None:
        """Wait for the end; what the child said as it finished, None if it was killed before."""
        with os.fdopen(self._reading, "rb") as pipe:
            said = pipe.read()
        os.waitpid(self.pid, 0)
        return json.loads(said) if said else None


def building(trial: Trial, act: Act | None = None) -> Child:
    """A child that builds, with the points of the index acted on; it says how many there were once the build is done."""

    def task() -> dict[str, Any]:
        points = Points(trial.index, act) if act else None
        trial.build()
        return {"points": points.count if points else 0}

    return Child(task)
