"""Is every acknowledged commit there after a crash? A child that indexes, updates and deletes is killed again and again.

    python eval/bench/store/crash.py [--kills 500] [--seed 0] [--json crash.json]

First SIGKILL at random moments of one long history. Then, for a first index, an update and a deletion, once at every call
by which the store is written, also while vectors are made of what was published; and once more with power loss: what was not
flushed by then loses its second half. After each the index is opened, every text compared with what it was before or after
the run, every byte verified, and the next run has to bring it in step.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.trials import Trial, building, kill_at, nothing, verdict

TASKS = (("first index", False), ("first index", True), ("update", False), ("update", True), ("delete", False))


@dataclass(slots=True)
class KillFigures:
    """One series of kills: how many, how many after the acknowledgement, and what was wrong afterwards."""

    series: str
    kills: int = 0
    finished: int = 0
    problems: tuple[str, ...] = ()

    def note(self, problem: str, *, acknowledged: bool) -> None:
        """Count one kill."""
        self.kills += 1
        self.finished += acknowledged
        self.problems += (problem,) if problem else ()

    @property
    def kinds(self) -> str:
        """How many problems there were of each kind, in words."""
        counts = Counter(problem.partition(":")[0] for problem in self.problems)
        return ", ".join(f"{count} {kind}" for kind, count in counts.items())


def at_random(folder: Path, kills: int, seed: int) -> KillFigures:
    """SIGKILL after a random share of the time that a run takes."""
    trial, row = Trial(folder, seed), KillFigures("SIGKILL at random moments")
    trial.build()
    typical = _seconds(trial)
    for _ in range(kills):
        before = trial.held()
        trial.step()
        child = building(trial)
        time.sleep(trial.random.uniform(0, 1.3 * typical))
        child.kill()
        acknowledged = child.end() is not None
        row.note(verdict(trial, before, trial.wanted(), acknowledged=acknowledged), acknowledged=acknowledged)
    return row


def at_every_point(folder: Path, task: str, *, power: bool, in_steps: bool = False) -> KillFigures:
    """A kill at each call by which one run writes the store."""
    trial, end = Trial(folder, in_steps=in_steps), "power loss" if power else "SIGKILL"
    row = KillFigures(f"{task}{', then its vectors' if in_steps else ''}: {end} at every write point")
    kept, before, after = trial.prepare(task), trial.held(), trial.wanted()
    said = building(trial, nothing).end()
    assert said is not None and said.get("points"), said
    for number in range(1, said["points"] + 1):
        trial.restore(kept)
        killed = building(trial, kill_at(number, power=power)).end() is None
        row.note(verdict(trial, before, after, acknowledged=not killed), acknowledged=not killed)
    return row


def series(kills: int, seed: int) -> list[Callable[[Path], KillFigures]]:
    """Everything that is tried."""
    points = [
        lambda folder, task=task, power=power, steps=steps: at_every_point(folder, task, power=power, in_steps=steps)
        for power in (False, True)
        for task, steps in TASKS
    ]
    return [lambda folder: at_random(folder, kills, seed), *points]


def _seconds(trial: Trial) -> float:
    began = time.perf_counter()
    for _ in range(5):
        trial.step()
        building(trial).end()
    return (time.perf_counter() - began) / 5


def main() -> None:
    """Measure, print a table, write JSON."""
    options = command_line(__doc__, "bench-crash.json", kills=500, seed=0).parse_args()
    rows = []
    for one in series(options.kills, options.seed):
        with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
            rows.append(one(Path(folder) / "trial"))
    print_table(
        "An index after its writer was killed",
        ("series", "kills", "acknowledged", "wrong", "what"),
        [(row.series, row.kills, row.finished, len(row.problems), row.kinds) for row in rows],
        left=("series", "what"),
    )
    write_json(options.json, rows)


if __name__ == "__main__":
    main()
