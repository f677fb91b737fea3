"""Reading alone: Pincite's reader against Haystack's, txtai's and a plain transformers loop, on the same weights and passages.

    python eval/bench/speed/reader.py [--model FOLDER] [--rounds 5] [--json reader.json]

Answers are compared before anything is timed: over a hundred questions with the one passage that holds the answer, in
which all should find the same words, and over the questions that are timed, for which each ranks passages in its own way.
Then every contestant, in a process of its own and all with the same threads, runs all questions once a round, one contestant at a
time, in an order that moves on by one each round. A format that a contestant cannot compute in (int8, which only Pincite
can) has no row of it; best against best compares each one's fastest. If the model has a small reader beside it, Pincite
also runs as the assistant reads, no more of the passages than it needs: a row of its own.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.bench.machine import machine
from eval.bench.passages import asked
from eval.bench.peers.contestants import FLOOR, OURS, PEERS, SCREENED, Peer, Process, run_rounds, started
from eval.bench.peers.worker import ReaderJob
from eval.bench.plain_model import write_plain
from eval.bench.results import command_line, console, print_table, write_json
from qa.answering.cascade import FOLDER as SCREEN
from qa.answering.confidence import Confidence
from qa.reader.reader import BUNDLED, fingerprint
from qa.squad_scores import normalise

ENOUGH = 0.98  # share of equal answers below which the table comes with a warning


@dataclass(frozen=True, slots=True)
class ReaderFigures:
    """One contestant. Shares compare with Pincite in fp32; ``ratio`` is its time over Pincite's in the same format."""

    name: str
    format: str
    milliseconds: float
    ratio: float
    same_in_one: float
    same_over_all: float
    versions: dict[str, str]


def main() -> None:
    """Measure, print a table, write JSON."""
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    try:
        folder = as_hugging_face(options.model, options.work)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error)) from error
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    questions = asked(tokenizer, questions=options.questions, passages=options.passages, tokens=options.tokens)
    compared = asked(tokenizer, questions=options.compared, passages=1, tokens=options.tokens)
    job = ReaderJob(str(folder), "fp32", options.threads, questions, compared)
    where = machine(options.threads)
    ours_too = (OURS, SCREENED) if (Path(folder) / SCREEN).is_dir() else (OURS,)
    running = _start(job, ours_too, options.formats.split(","), options.peers.split(","), options.work)
    ours = next(one for one in running if one.peer is OURS)
    _compare(running, ours)
    run_rounds(running, options.rounds)
    rows = [_row(process, running, ours) for process in running if process.peer is not FLOOR]
    report = {"machine": where, "model": str(options.model), "fingerprint": fingerprint(options.model),
              "questions": len(questions), "compared": len(compared), "passages": options.passages, "tokens": options.tokens,
              "rows": rows,
              "best": [_best(rows, peer) for peer in ours_too], "floor": _floor(running, rows),
              "rounds": {f"{one.peer.name} {one.format}": one.rounds for one in running}}  # fmt: skip
    _show(report, rows)
    write_json(options.json, report)


def as_hugging_face(model: Path, work: Path) -> Path:
    """The model's weights in fp32 under Hugging Face's names, with its configuration, tokenizer and screen, in the work folder."""
    folder = work / f"model-{fingerprint(model)[:12]}"
    if not (folder / "model.safetensors").exists():
        write_plain(model, folder)
    shutil.rmtree(folder / SCREEN, ignore_errors=True)
    if (model / SCREEN).is_dir():
        shutil.copytree(model / SCREEN, folder / SCREEN)
        replace(Confidence.beside(model, fingerprint(model)), reader=fingerprint(folder)).write(folder)
    return folder


def _options() -> argparse.Namespace:
    numbers = {"rounds": 5, "questions": 20, "passages": 8, "threads": 2}
    parser = command_line(__doc__, "bench-reader.json", "work", **numbers)
    parser.add_argument("--model", type=Path, default=BUNDLED, help="folder of the reader (default: the bundled one)")
    parser.add_argument("--compared", type=int, default=100, help="questions whose answers in one passage are compared")
    parser.add_argument("--tokens", type=int, default=216, help="tokens of a passage")
    parser.add_argument("--formats", default="fp32,bf16,int8", help="of them, fp32 first")
    parser.add_argument("--peers", default=",".join(peer.name for peer in PEERS))
    return parser.parse_args()


def _start(
    job: ReaderJob, own: Sequence[Peer], formats: Sequence[str], names: Sequence[str], work: Path
) -> list[Process]:
    """All contestants that can run, loaded, Pincite's fp32 first; those that cannot are named."""
    wanted: list[tuple[Peer, str]] = [(peer, format) for format in formats
                                      for peer in (*own, *(peer for peer in PEERS if peer.name in names))
                                      if format in peer.formats]  # fmt: skip
    running: list[Process] = []
    for peer, format in [*wanted, (FLOOR, "bf16")]:
        running += started(peer, format, replace(job, format=format), work)
    if not any(one.peer is OURS and one.format == formats[0] for one in running):
        raise SystemExit("Pincite's own reader does not run, so there is nothing to compare with")
    return running


def _compare(running: Sequence[Process], ours: Process) -> None:
    """Say which fp32 contestants read otherwise than Pincite, before anything is timed."""
    for process in running:
        if process.peer is FLOOR or process.format != "fp32":
            continue
        share = _same(process.compared, ours.compared)
        if share < ENOUGH:
            console.print(
                f"{process.peer.name}: only {share:.1%} of its fp32 answers within one passage equal Pincite's, "
                f"less than {ENOUGH:.0%}",
                style="yellow",
            )


def _same(given: Sequence[str], others: Sequence[str]) -> float:
    """The share of answers that are equal as SQuAD compares them."""
    return statistics.fmean(normalise(a) == normalise(b) for a, b in zip(given, others, strict=True))


def _row(process: Process, running: Sequence[Process], ours: Process) -> ReaderFigures:
    beside = next((one for one in running if one.peer is OURS and one.format == process.format), ours)
    return ReaderFigures(process.peer.name, process.format, _median(process), process.ratio(beside),
               _same(process.compared, ours.compared), _same(process.asked, ours.asked), process.versions)  # fmt: skip


def _median(process: Process) -> float:
    """Milliseconds per question: the median over rounds of the mean over questions."""
    return statistics.median(statistics.fmean(one) for one in process.rounds)


def _best(rows: Sequence[ReaderFigures], own: Peer) -> dict[str, Any]:
    """The fastest format of one of ours against each peer's fastest."""
    fastest: dict[str, ReaderFigures] = {}
    for row in sorted(rows, key=lambda row: row.milliseconds):
        fastest.setdefault(row.name, row)
    mine = fastest[own.name]
    return {"name": mine.name, "format": mine.format,
            "peers": {row.name: {"format": row.format, "ratio": row.milliseconds / mine.milliseconds}
                      for row in fastest.values() if row.name not in (OURS.name, SCREENED.name)}}  # fmt: skip


def _floor(running: Sequence[Process], rows: Sequence[ReaderFigures]) -> dict[str, float] | None:
    """The work of a question, the rate measured for it, the time that makes, and Pincite's best time over it."""
    floor = next((one for one in running if one.peer is FLOOR), None)
    if floor is None:
        return None
    gigaflops = statistics.fmean(float(answer) for answer in floor.asked)
    milliseconds = min(statistics.fmean(one) for one in floor.rounds)
    mine = min(row.milliseconds for row in rows if row.name == OURS.name)
    return {"gigaflops": gigaflops, "milliseconds": milliseconds, "teraflops_a_second": gigaflops / milliseconds,
            "time_over_floor": mine / milliseconds}  # fmt: skip


def _show(report: dict[str, Any], rows: Sequence[ReaderFigures]) -> None:
    where = report["machine"]
    print_table(
        f"Reading {report['passages']} passages of about {report['tokens']} tokens: {where['processor']}, "
        f"threads: {where['threads']}, torch {where['torch']}, {where['date'][:10]}",
        ("reader", "format", "ms a question", "times Pincite's", "same in one passage", "same over all"),
        [(row.name, row.format, f"{row.milliseconds:.0f}", f"{row.ratio:.2f}", f"{row.same_in_one:.1%}",
          f"{row.same_over_all:.1%}") for row in rows],
        left=("reader", "format"), unbroken=("reader",),
    )  # fmt: skip
    for best in report["best"]:
        for name, peer in best["peers"].items():
            console.print(f"best against best: {name} ({peer['format']}) takes {peer['ratio']:.2f} times as long as "
                          f"{best['name']} ({best['format']})")  # fmt: skip
    if floor := report["floor"]:
        console.print(f"floor: {floor['gigaflops']:.0f} GFLOP a question at the {floor['teraflops_a_second']:.2f} TFLOP/s "
                      f"that bare bf16 products reach at these shapes = {floor['milliseconds']:.0f} ms; Pincite takes "
                      f"{floor['time_over_floor']:.2f} times that")  # fmt: skip


if __name__ == "__main__":
    main()
