"""Reads documents in a process with limits on time, memory and files, so that a hostile document harms only itself.

The first document starts the process, which serves all; it is replaced if it hangs or dies. It receives bytes and answers in
JSON, so nothing it sends is executed here.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from index.blocks import Omission, Structure
from index.documents import load
from index.loaders.progress import listen
from index.loaders.text import Content, Heading, Overtaxed, UnreadableContent

SECONDS = 60.0  # per document: long for an honest one, and short enough to wait for
MEMORY = 1024**3  # bytes of address space: trades how large a document can be for how much a hostile one can take
LARGEST_ANSWER = 512 * 1024**2  # bytes: what the process can send at most to use up memory here
MEMORY_OF_MODELS = 2 * 1024**3  # bytes more for reading pictures: measured 1.9 GB in all
SIGN_OF_LIFE = b"\n"  # said after each part, which may take the time of a document of its own
MOST_SIGNS = 2_000  # parts
_ROOT = str(Path(__file__).resolve().parents[1])


class Sandbox:
    """Loads documents in a separate process; a context manager that ends it."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def load(self, kind: str, data: bytes) -> Content:
        """Parse the bytes of a file of this kind; raises UnreadableContent, or Overtaxed if a limit was exceeded."""
        process = self._started()
        watch = _Watch(process, self._seconds)
        try:
            answer = _asked(process, kind, data, watch)
        finally:
            watch.cancel()
        if not answer.endswith(b"\n"):
            self._end()
            why = f"it took longer than {self._seconds:g} s to read" if watch.late else "its reader broke down"
            raise Overtaxed(why)
        return _content(answer)

    def stop(self) -> None:
        """Stop for good; another thread may call this, and a ``load`` in progress then raises Overtaxed at once."""
        self._stopped = True
        if (process := self._process) is not None:
            process.kill()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._stopped:
            raise Overtaxed("the run was stopped")
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "index.sandbox", str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": _ROOT},
            )
        return self._process

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # closing flushes what the process had no time to read
                    pipe.close()
        self._process = None


class _Watch:
    """Kills a process unless it says in time that it goes on."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.late = False
        self._process, self._seconds = process, seconds
        self.renew()

    def renew(self) -> None:
        """Give the process its time anew."""
        self._timer = threading.Timer(self._seconds, self._kill)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Stop watching."""
        self._timer.cancel()

    def _kill(self) -> None:
        self.late = True
        self._process.kill()


def _asked(process: subprocess.Popen[bytes], kind: str, data: bytes, watch: _Watch) -> bytes:
    """Ask the process and return its answer, a line; the line is incomplete if the process ended."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps({"kind": kind, "bytes": len(data)}).encode("ascii") + b"\n" + data)
        process.stdin.flush()
    except OSError:
        return b""
    for _ in range(MOST_SIGNS):
        answer = process.stdout.readline(LARGEST_ANSWER)
        if answer != SIGN_OF_LIFE:
            return answer
        watch.cancel()
        watch.renew()
    return b""


def _content(answer: bytes) -> Content:
    """Decode an answer, trusting no part of it; raises UnreadableContent."""
    try:
        said = json.loads(answer)
        if "reason" in said:
            raise (Overtaxed if said["overtaxed"] else UnreadableContent)(str(said["reason"]))
        text = str(said["text"])
        headings = tuple(
            Heading(int(h["start"]), int(h["level"]), str(h["text"]), int(h["end"])) for h in said["headings"]
        )
        pages = tuple(map(int, said["pages"]))
        places = [said["body"], *(place for h in headings for place in (h.start, h.end)), *pages]
        if not all(0 <= place <= len(text) for place in places):
            raise ValueError("a place beyond the text")
        structure = None if said["structure"] is None else Structure.unpack(b64decode(said["structure"]))
        if structure is not None:
            structure.check(len(text))
        return Content(
            text,
            title=_words(said["title"]),
            date=_words(said["date"]),
            body=int(said["body"]),
            headings=headings,
            pages=pages,
            warnings=tuple(map(str, said["warnings"])),
            authors=tuple(map(str, said["authors"])),
            language=_words(said["language"]),
            structure=structure,
            publisher=_words(said["publisher"]),
            url=_words(said["url"]),
            omitted=tuple(Omission(str(one["what"]), int(one["count"])) for one in said["omitted"]),
        )
    except UnreadableContent:
        raise
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableContent("damaged: its reader gave no sensible answer") from None


def _words(said: object) -> str | None:
    return None if said is None else str(said)


def _serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    def sign() -> None:
        answers.write(SIGN_OF_LIFE)
        answers.flush()

    listen(sign)
    while line := questions.readline():
        asked = json.loads(line)
        answers.write(json.dumps(_answer(asked["kind"], questions.read(asked["bytes"]))).encode("ascii") + b"\n")
        answers.flush()


def _answer(kind: str, data: bytes) -> dict[str, Any]:
    try:
        content = load(kind, data)
        packed = None if content.structure is None else b64encode(content.structure.pack()).decode("ascii")
        return {**asdict(replace(content, structure=None)), "structure": packed}
    except MemoryError:
        return {"reason": "it needs too much memory to read", "overtaxed": True}
    except UnreadableContent as error:
        return {"reason": str(error), "overtaxed": isinstance(error, Overtaxed)}
    except Exception as error:  # a parser may raise anything on a malformed file; one bad file never stops the others
        return {"reason": f"damaged: {type(error).__name__} while reading it", "overtaxed": False}


def confine(memory: int, for_models: int = 0) -> None:
    """Limit this process: so many bytes of memory, and more where it asks for models; no file written, no core dump."""
    limits = (
        (resource.RLIMIT_AS, memory, memory + for_models),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for limit, *values in limits:
        _, highest = resource.getrlimit(limit)
        soft, hard = (value if highest == resource.RLIM_INFINITY else min(value, highest) for value in values)
        resource.setrlimit(limit, (soft, hard))


if __name__ == "__main__":
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # so that whatever a library prints is not taken for an answer
    confine(int(sys.argv[1]), MEMORY_OF_MODELS)
    _serve(sys.stdin.buffer, private)
