"""What happens when the system refuses? Each call by which the store is written or read fails once, or from then on.

    python eval/bench/store/faults.py [--json faults.json]

Full disk (ENOSPC), failing disk (EIO) and missing permission (EACCES), at every write point of a first index, an update and
a deletion, also while vectors are made of what was published; a limit on the size of files, which fails the writes
themselves; and at every read point of opening. After a failed write the old generation has to answer, the message has to name
a file of the index and the reason, and the next run has to bring the index in step. After a failed read a generation has to
answer, or such a message has to say why none does.
"""

from __future__ import annotations

import errno
import os
import resource
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.crash import TASKS
from eval.bench.store.trials import Child, Points, Trial, building, fail_at, nothing, texts_of, verdict
from index.folder_index import Index

CODES = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EACCES": errno.EACCES}
SIZES = tuple(range(0, 6_000, 97))  # bytes


@dataclass(slots=True)
class FaultFigures:
    """One kind of fault: tried, what it was survived as, and what was wrong."""

    fault: str
    tried: int = 0
    refused: int = 0
    absorbed: int = 0
    wrong: tuple[str, ...] = ()

    def note(self, said: dict[str, Any], problem: str, index: Path, reason: str) -> None:
        """Count one: refused in clear words, or absorbed."""
        self.tried += 1
        error = said.get("error")
        self.refused, self.absorbed = self.refused + bool(error), self.absorbed + (not error)
        if error and not (str(index) in error and (reason in error or "is damaged" in error)):
            problem = problem or f"unclear: {said.get('kind')}: {error}"
        self.wrong += (problem,) if problem else ()


def writing(folder: Path, task: str, fault: str, *, lasting: bool, in_steps: bool = False) -> FaultFigures:
    """A fault at each call by which one run writes the store."""
    trial, code = Trial(folder, in_steps=in_steps), CODES[fault]
    steps = ", then its vectors" if in_steps else ""
    row = FaultFigures(f"{fault} {'from the call on' if lasting else 'once'}, {task}{steps}")
    kept = trial.prepare(task)
    before, after = trial.held(), trial.wanted()
    for number in range(1, _points(building(trial, nothing)) + 1):
        trial.restore(kept)
        said = _said(building(trial, fail_at(number, code, lasting=lasting)))
        problem = verdict(trial, before, after, acknowledged="error" not in said)
        row.note(said, problem, trial.index, os.strerror(code))
    return row


def sizes(folder: Path, limits: Sequence[int]) -> FaultFigures:
    """No file may be larger than a limit: the system itself fails the writes."""
    trial, row = Trial(folder), FaultFigures("EFBIG beyond a size, update")
    kept = trial.prepare("update")
    before, after = trial.held(), trial.wanted()
    for limit in limits:
        trial.restore(kept)

        def task(limit: int = limit) -> dict[str, Any]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            trial.build()
            return {}

        said = _said(Child(task))
        problem = verdict(trial, before, after, acknowledged="error" not in said)
        row.note(said, problem, trial.index, "written" if "written" in said.get("error", "") else "File too large")
    return row


def reading(folder: Path, fault: str) -> FaultFigures:
    """A fault at each call by which opening and searching reads the store."""
    trial, row = Trial(folder), FaultFigures(f"{fault} once, opening")
    states = trial.two_generations()
    for number in range(1, _points(_opening(trial)) + 1):
        said = _said(_opening(trial, number, CODES[fault]))
        problem = "" if "error" in said or said["held"] in states else "wrong: neither state is served"
        row.note(said, problem, trial.index, os.strerror(CODES[fault]))
    return row


def all_rows(folder: Path) -> list[FaultFigures]:
    """Everything that is tried."""
    rows = [
        writing(folder / f"{task}-{steps}-{fault}-{lasting}", task, fault, lasting=lasting, in_steps=steps)
        for task, steps in TASKS
        for fault, lasting in (("ENOSPC", True), ("ENOSPC", False), ("EIO", False), ("EACCES", False))
    ]
    return [
        *rows,
        sizes(folder / "sizes", SIZES),
        *(reading(folder / f"reading-{fault}", fault) for fault in ("EIO", "EACCES")),
    ]


def _opening(trial: Trial, number: int = 0, code: int = 0) -> Child:
    """A child that opens and searches, with one read point failing."""

    def task() -> dict[str, Any]:
        points = Points(trial.index, fail_at(number, code), reading=True)
        held = texts_of(Index.open(trial.index))
        return {"points": points.count, "held": held}

    return Child(task)


def _points(child: Child) -> int:
    said = _said(child)
    if not said.get("points"):
        raise SystemExit(f"the run to be disturbed fails by itself: {said}")
    return int(said["points"])


def _said(child: Child) -> dict[str, Any]:
    said = child.end()
    if said is None:
        raise SystemExit("a child ended without a word")
    return said


def main() -> None:
    """Measure, print a table, write JSON."""
    options = command_line(__doc__, "bench-faults.json").parse_args()
    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        rows = all_rows(Path(folder))
    print_table(
        "An index when the system refuses",
        ("fault", "tried", "refused clearly", "absorbed", "wrong"),
        [(row.fault, row.tried, row.refused, row.absorbed, len(row.wrong)) for row in rows],
        left=("fault",),
    )
    write_json(options.json, rows)


if __name__ == "__main__":
    main()
