"""The contestants: who they are, the environment each runs in, and the process that answers for it."""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eval.bench.peers.worker import ReaderJob, SystemJob
from eval.bench.results import console

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Peer:
    """A reader or a whole system: its name, the module that runs it, what its environment needs (nothing: it runs in this).

    ``formats`` are the number formats that a reader can be asked to compute in.
    """

    name: str
    module: str
    requirements: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("fp32", "bf16")


HAYSTACK = ("haystack-ai", "transformers-haystack", "sentence-transformers-haystack")
TXTAI = ("txtai",)
OURS = Peer("pincite", "eval.bench.peers.peer_pincite", formats=("fp32", "bf16", "int8"))
SCREENED = Peer("pincite screened", "eval.bench.peers.peer_screened", formats=OURS.formats)
FLOOR = Peer("floor", "eval.bench.peers.floor")
PEERS = (
    Peer("haystack", "eval.bench.peers.peer_haystack", HAYSTACK),
    Peer("txtai", "eval.bench.peers.peer_txtai", TXTAI),
    Peer("transformers", "eval.bench.peers.peer_transformers"),
)
SYSTEMS = (
    Peer("pincite", "eval.bench.peers.system_pincite"),
    Peer("haystack", "eval.bench.peers.system_haystack", HAYSTACK),
    Peer("txtai", "eval.bench.peers.system_txtai", TXTAI),
)


class CannotRun(RuntimeError):
    """Why a contestant does not take part, as one sentence."""


def environment(peer: Peer, work: Path) -> Path:
    """The Python to run a peer with; made and filled at the first call, with the torch and transformers of this one."""
    if not peer.requirements:
        return Path(sys.executable)
    pins = [f"{name}=={version(name).split('+')[0]}" for name in ("torch", "transformers", "tokenizers")]
    wanted = hashlib.sha256(json.dumps([peer.requirements, pins]).encode()).hexdigest()[:12]
    folder = work / f"venv-{peer.name}-{wanted}"
    python, done = folder / "bin" / "python", folder / ".installed"
    if done.exists():
        return python
    _run(peer, [sys.executable, "-m", "venv", "--clear", str(folder)])
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins) + "\n", encoding="utf-8")
    _run(peer, [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "-c", str(constraints), "torch", "transformers", *peer.requirements])  # fmt: skip
    done.touch()
    return python


class Process:
    """A contestant at work. ``asked`` and ``compared`` are what it answered before any timing."""

    def __init__(self, peer: Peer, format: str, python: Path, job: ReaderJob | SystemJob) -> None:
        self.peer, self.format = peer, format
        self.rounds: list[list[float]] = []
        environ = os.environ | {
            "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false",
            "HAYSTACK_TELEMETRY_ENABLED": "False", "OMP_NUM_THREADS": str(job.threads),
            "TRANSFORMERS_VERBOSITY": "error", "CUDA_VISIBLE_DEVICES": "",
        }  # fmt: skip
        self._log = (Path(job.model).parent / f"{peer.name}-{format}.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [str(python), "-m", peer.module], cwd=ROOT, env=environ, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)  # fmt: skip
        reply = self._exchange(json.dumps(asdict(job)))
        self.versions: dict[str, str] = reply["versions"]
        self.asked: list[Any] = reply["asked"]
        self.compared: list[str] = reply["compared"]

    def round(self) -> None:
        """Time every question once."""
        self.rounds.append(self._exchange("{}"))

    def ratio(self, beside: Process) -> float:
        """The median over rounds of its time over the other's in the same round."""
        return statistics.median(sum(a) / sum(b) for a, b in zip(self.rounds, beside.rounds, strict=True))

    def close(self) -> None:
        """End the process."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()
        self._log.close()

    def _exchange(self, line: str) -> Any:
        """Send a line, read a line; CannotRun with the last line of the process's log if it has ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            reply = self._process.stdout.readline()
        except BrokenPipeError:
            reply = ""
        if not reply:
            self._process.wait()
            self._log.seek(0)
            said = self._log.read().strip().splitlines() or ["no word"]
            raise CannotRun(f"{self.peer.name} {self.format}: {said[-1]}")
        return json.loads(reply)


def started(peer: Peer, format: str, job: ReaderJob | SystemJob, work: Path) -> list[Process]:
    """The contestant, loaded; none if it cannot run, and then the reason is printed."""
    try:
        with console.status(f"{peer.name} {format}"):
            return [Process(peer, format, environment(peer, work), job)]
    except CannotRun as error:
        console.print(f"left out: {error}", style="yellow", markup=False)
        return []


def run_rounds(running: Sequence[Process], rounds: int) -> None:
    """Time all contestants in each round, starting one further along each time, so that no place is always the same one's."""
    for number in range(rounds):
        first = number % len(running)
        for process in [*running[first:], *running[:first]]:
            process.round()
        console.print(f"round {number + 1} of {rounds}", style="dim")
    for process in running:
        process.close()


def _run(peer: Peer, command: list[str]) -> None:
    """Run a command of the set-up; CannotRun with its last line if it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no word"]
        raise CannotRun(f"{peer.name}: its environment cannot be made ({said[-1]})")
