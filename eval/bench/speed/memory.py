"""How much memory does the chat page take over an index of many passages, at its start and after questions?

    python eval/bench/speed/memory.py [--passages 100000 | --index FOLDER] [--questions 20] [--json memory.json]

The index holds the bundled articles among passages of their sentences in random order, or the paragraphs of a SQuAD file
(``--filler``), made at the first call and kept, or is one that is there already. The page runs as ``pincite chat`` does;
memory is that of its process and all below it, from /proc: resident, and the part of it that is no map of a file and so
cannot be dropped.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from eval.bench.filling import library
from eval.bench.machine import machine, status
from eval.bench.results import command_line, console, print_table, write_json
from eval.bench.speed.load import ask, served
from eval.corpus_run import QUESTIONS
from eval.datasets.examples import load
from index.encoder.cpu import cores
from index.folder_index import Index, IndexProblem


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes (2**20 bytes) of a process and all below it, in memory at a moment."""

    moment: str
    resident: float
    anonymous: float
    processes: int


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = command_line(__doc__, "bench-memory.json", "filler", "reader", "work", passages=100_000, questions=20)
    parser.add_argument("--index", type=Path, help="an index that is there, instead of one of so many passages")
    options = parser.parse_args()
    questions = [one.question for one in load(QUESTIONS).questions][: options.questions]
    options.work.mkdir(parents=True, exist_ok=True)
    try:
        with console.status(f"an index of {options.passages} passages"):
            folder = options.index or Path(library(options.work, options.passages, options.filler).index)
        passages = len(Index.open(folder).passages)
    except (OSError, ValueError, IndexProblem) as error:
        raise SystemExit(str(error)) from error
    with served(folder, options.reader) as address:
        found = [below(os.getpid(), "the page's address is printed")]
        ask(address, questions[0])
        found.append(below(os.getpid(), "the first answer is there"))
        for question in questions[1:]:
            ask(address, question)
        found.append(below(os.getpid(), f"after {len(questions)} questions"))
    where = machine(cores())
    print_table(
        f"The page over {passages} passages, megabytes: {where['processor']}, {where['date']}",
        ("moment", "resident", "no map of a file", "processes"),
        [(one.moment, f"{one.resident:.0f}", f"{one.anonymous:.0f}", one.processes) for one in found],
        left=("moment",),
    )
    report = {"machine": where, "passages": passages, "megabytes": found}
    write_json(options.json, report)


def below(process: int, moment: str) -> Memory:
    """The memory of all processes that descend from one, itself left out."""
    parents = {int(path.name): status(path.name).get("PPid", 0) for path in Path("/proc").glob("[0-9]*")}
    family = {process}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    fields = [status(str(number)) for number in family - {process}]
    resident, anonymous = (sum(each.get(name, 0) for each in fields) / 1024 for name in ("VmRSS", "RssAnon"))
    return Memory(moment, resident, anonymous, len(fields))


if __name__ == "__main__":
    main()
