"""People asking at once: does each get the answer to their own question, and how long do they wait?

    python eval/bench/speed/load.py [--people 1 2 4 8] [--seconds 120] [--index DIR] [--reader FOLDER] [--json bench-load.json]

Serves the page as ``pincite chat`` does, in a process of its own, over a new index of the bundled articles (or over
``--index``), and asks it over HTTP: first one person alone for a quarter of the time, then each number of people, every
one going through gold questions of their own as fast as answers come. Exit status 1 if an answer was not to the question
asked, a request failed, or the 95th percentile with the most people is 8 times that of one or more.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

from eval.bench.machine import machine
from eval.bench.results import command_line, console, print_table, write_json
from eval.bench.served import PINCITE, environment, serving
from eval.corpus_run import CORPUS, QUESTIONS
from eval.datasets.examples import load
from index.encoder.cpu import cores
from qa.answers import PASSAGES_READ

LARGEST_RATIO = 8.0  # eight people, the default, who were answered strictly in turn would wait that long
LONGEST_WAIT = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class TimedAnswer:
    """One question asked over HTTP: seconds until its answer was there, and what was wrong with it ("" if nothing)."""

    question: str
    seconds: float
    wrong: str


@dataclass(frozen=True, slots=True)
class Waited:
    """How long answers took, in milliseconds, and how much went wrong."""

    people: int
    answers: int
    p50: float
    p95: float
    a_second: float
    wrong: tuple[str, ...]

    @classmethod
    def of(cls, people: int, asked: Sequence[TimedAnswer], seconds: float) -> Waited:
        """The figures of all that was asked within so many seconds."""
        times = sorted(1000 * one.seconds for one in asked)
        p95 = times[math.ceil(0.95 * len(times)) - 1] if times else math.nan
        wrong = tuple(f"{one.question}: {one.wrong}" for one in asked if one.wrong)
        return cls(people, len(asked), median(times) if times else math.nan, p95, len(asked) / seconds, wrong)


def main() -> None:
    """Serve, ask, print a table, write JSON."""
    parser = command_line(__doc__, "bench-load.json", "reader")
    parser.add_argument("--people", type=int, nargs="+", default=[8], help="how many ask at once, fewest first")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long each number of people asks")
    parser.add_argument("--index", type=Path, help="folder of an index (default: a new one of the bundled articles)")
    options = parser.parse_args()
    questions = [one.question for one in load(QUESTIONS).questions]
    with served(options.index, options.reader) as address:
        one = ask_at_once(address, 1, questions, options.seconds / 4)
        more = [ask_at_once(address, people, questions, options.seconds) for people in options.people if people > 1]
    loaded = more[-1] if more else one
    ratio = loaded.p95 / one.p95
    _show((one, *more), ratio)
    report = {
        "machine": machine(cores()),
        "single": one,
        "loaded": loaded,
        "each": (one, *more),
        "p95_ratio": ratio,
    }
    write_json(options.json, report)
    raise SystemExit(int(any(waited.wrong for waited in (one, *more)) or not ratio < LARGEST_RATIO))


def ask_at_once(address: str, people: int, questions: Sequence[str], seconds: float) -> Waited:
    """What each of some people got who asked for so long, every one with every so-many-th question."""
    asked: list[list[TimedAnswer]] = [[] for _ in range(people)]
    ready = threading.Barrier(people + 1)
    threads = [
        threading.Thread(target=_person, args=(address, questions[number::people], seconds, ready, asked[number]))
        for number in range(people)
    ]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return Waited.of(people, [one for person in asked for one in person], time.perf_counter() - began)


def _person(
    address: str, questions: Sequence[str], seconds: float, ready: threading.Barrier, asked: list[TimedAnswer]
) -> None:
    """Ask one question after the other, round and round, until the time is up."""
    ask(address, questions[0])
    ready.wait()
    end, number = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        question = questions[number % len(questions)]
        began, wrong = time.perf_counter(), ""
        try:
            answer = ask(address, question)
            wrong = "" if answer["question"] == question else f"answered {answer['question']!r}"
        except (OSError, ValueError) as error:
            wrong = f"{type(error).__name__}: {error}"
        asked.append(TimedAnswer(question, time.perf_counter() - began, wrong))
        number += 1


def ask(address: str, question: str) -> dict[str, Any]:
    """The page's answer object for a question; OSError or ValueError if there is none."""
    url = f"{address}gradio_api/call/ask"
    body = json.dumps({"data": [question, PASSAGES_READ]}).encode()
    headers = {"content-type": "application/json"}
    with urlopen(Request(url, body, headers), timeout=LONGEST_WAIT) as begun:
        event = json.load(begun)["event_id"]
    with urlopen(f"{url}/{event}", timeout=LONGEST_WAIT) as stream:
        *_, last = re.findall(r"event: (\w+)\ndata: (.*)\n", stream.read().decode("utf-8"))
    if last[0] != "complete":
        raise ValueError(last[1])
    answer: dict[str, Any] = json.loads(last[1])[0]
    return answer


@contextmanager
def served(index: Path | None, reader: str) -> Iterator[str]:
    """The address of a page that is served until this is left; SystemExit with the error output if it is not."""
    with tempfile.TemporaryDirectory(prefix="pincite-") as home:
        environ = environment(home, reader)
        if index is None:
            index = Path(home) / "index"
            subprocess.run([PINCITE, "index", str(CORPUS), "--index", str(index)], env=environ, check=True)
        with serving([PINCITE, "chat", "--index", str(index), "--port", "0"], environ) as address:
            yield address


def _show(waited: Sequence[Waited], ratio: float) -> None:
    print_table(
        "Asking at once, milliseconds from question to answer over HTTP",
        ("people", "answers", "a second", "p50", "p95", "wrong"),
        [
            (one.people, one.answers, f"{one.a_second:.1f}", f"{one.p50:.0f}", f"{one.p95:.0f}", len(one.wrong))
            for one in waited
        ],
    )
    console.print(
        f"p95 with {waited[-1].people} people is {ratio:.1f} times that of one (below {LARGEST_RATIO:.0f} wanted)"
    )
    for sentence in [sentence for one in waited for sentence in one.wrong][:10]:
        console.print(sentence, markup=False, style="red")


if __name__ == "__main__":
    main()
