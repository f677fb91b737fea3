"""A question from start to end: Pincite against Haystack and txtai, over the same passages, vectors and reader weights.

    python eval/bench/speed/end_to_end.py [--passages 2000 20000 100000] [--filler SQUAD.json] [--json end-to-end.json]

The passages are those of the bundled articles, and others that fill up: the paragraphs of a SQuAD file, then (or, if
none is given, only) paragraphs of its, or the articles', own sentences in random order, those that hold an answer left out.
All vectors are made once, by Pincite, and handed to every system, so that a hundred thousand passages take minutes and not
hours; each system embeds the questions itself. The gold questions that have an answer are asked one at a time, by one
system at a time, in an order that moves on by one each round. Every system runs as it comes in a process of its own, all
with the same threads: peers in fp32, Pincite in the format that the processor is quickest at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from eval.bench.filling import library
from eval.bench.machine import machine
from eval.bench.peers.contestants import SYSTEMS, Process, run_rounds, started
from eval.bench.peers.worker import LibraryFolders, SystemAnswer, SystemJob
from eval.bench.results import command_line, console, print_table, write_json
from eval.bench.speed.reader import as_hugging_face
from eval.corpus_run import QUESTIONS
from eval.datasets.examples import load
from eval.datasets.questions import GoldQuestion, same_document
from qa.reader.reader import BUNDLED, fingerprint
from qa.squad_scores import exact_match, f1


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """One system over one library: times in milliseconds per question, shares of the questions, its time over Pincite's."""

    system: str
    passages: int
    p50: float
    p95: float
    ratio: float
    exact_match: float
    f1: float
    right_document: float
    versions: dict[str, str]


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = command_line(__doc__, "bench-end-to-end.json", "filler", "work", questions=50, rounds=3, threads=2)
    parser.add_argument("--passages", type=int, nargs="+", default=[2_000, 20_000, 100_000])
    parser.add_argument("--model", type=Path, default=BUNDLED, help="folder of the reader (default: the bundled one)")
    parser.add_argument("--systems", default=",".join(peer.name for peer in SYSTEMS))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    asked = spread(load(QUESTIONS).questions, options.questions)
    answers = [answer for question in asked for answer in question.accepted]
    where, rows, rounds = machine(options.threads), [], {}
    try:
        model = as_hugging_face(options.model, options.work)
        for passages in options.passages:
            with console.status(f"{passages} passages"):
                shelf = library(options.work, passages, options.filler, answers)
            texts = [question.question for question in asked]
            job = SystemJob(str(model), str(options.model.resolve()), options.threads, shelf, texts)
            running = _measured(job, options.systems.split(","), options.work, options.rounds)
            rows += [_row(process, running[0], asked, shelf) for process in running]
            rounds[str(passages)] = {process.peer.name: process.rounds for process in running}
    except (OSError, ValueError) as error:
        raise SystemExit(str(error)) from error
    report = {"machine": where, "model": str(options.model), "fingerprint": fingerprint(options.model),
              "filler": str(options.filler or ""), "questions": len(asked), "rows": rows,
              "rounds": rounds}  # fmt: skip
    _show(report, rows)
    write_json(options.json, report)


def spread(questions: Sequence[GoldQuestion], count: int) -> list[GoldQuestion]:
    """So many questions that have an answer in a document, spread evenly."""
    answerable = [question for question in questions if question.answerable and question.holders]
    count = min(count, len(answerable))
    return [answerable[at * len(answerable) // count] for at in range(count)]


def _measured(job: SystemJob, names: Sequence[str], work: Path, rounds: int) -> list[Process]:
    """The systems after all rounds, Pincite first; those that cannot run are named."""
    running: list[Process] = []
    for peer in SYSTEMS:
        if peer is not SYSTEMS[0] and peer.name not in names:
            continue
        running += started(peer, "system", job, work)
        if not running:
            raise SystemExit("Pincite itself does not run, so there is nothing to compare with")
    run_rounds(running, rounds)
    return running


def _row(process: Process, ours: Process, asked: Sequence[GoldQuestion], shelf: LibraryFolders) -> SystemFigures:
    times = sorted(time for one in process.rounds for time in one)
    pairs = list(zip(asked, (SystemAnswer(**one) for one in process.asked), strict=True))
    return SystemFigures(
        process.peer.name,
        len(shelf.passages()),
        median(times),
        times[math.ceil(0.95 * len(times)) - 1],
        process.ratio(ours),
        fmean(exact_match(found.answer, question.accepted) for question, found in pairs),
        fmean(f1(found.answer, question.accepted) for question, found in pairs),
        fmean(any(same_document(name, found.document) for name in question.holders) for question, found in pairs),
        process.versions,
    )


def _show(report: dict[str, Any], rows: Sequence[SystemFigures]) -> None:
    where = report["machine"]
    print_table(
        f"{report['questions']} questions from start to end: {where['processor']}, threads: "
        f"{where['threads']}, load {where['load']}, {where['date'][:10]}",
        ("passages", "system", "p50 ms", "p95 ms", "times Pincite's", "EM", "F1", "right document"),
        [
            (row.passages, row.system, f"{row.p50:.0f}", f"{row.p95:.0f}", f"{row.ratio:.2f}",
             f"{row.exact_match:.1%}", f"{row.f1:.1%}", f"{row.right_document:.1%}")
            for row in rows
        ],
        left=("system",),
    )  # fmt: skip


if __name__ == "__main__":
    main()
