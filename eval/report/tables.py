"""Figures on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from eval.bootstrap import Interval
from eval.records import Record, Run
from eval.report.comparison import Change
from eval.summary import BY_KEY, by_kind, figures, latency
from eval.waterfall import EXPLANATIONS, count
from qa.console import Terminal

KIND_COLUMNS = {"em": "EM", "f1": "F1", "recall_at_5": "recall@5", "answerable_refused": "refused",
                "unanswerable_refused": "rightly refused"}  # fmt: skip


def show_run(run: Run, console: Terminal) -> None:
    """Print the result of a run: headline figures, kinds of question, the stages that lost questions, time."""
    stopped = f" (stopped: {run.planned} were to be asked)" if run.interrupted else ""
    console.print(f"{run.dataset}: {len(run.records)} questions{stopped}, {run.k} passages read")
    console.print(headline({figure.title: figure.interval for figure in figures(run.records)}))
    console.print(kinds(run.records))
    console.print(lost(run.records))
    for stage, at in latency(run.records).items():
        console.print(f"{stage}: median {at['p50']:.0f} ms, 95th percentile {at['p95']:.0f} ms a question")


def headline(shown: Mapping[str, Interval]) -> Table:
    """Each figure with its interval."""
    table = _table("figure", "%", "95 % interval", "questions")
    for title, found in shown.items():
        span = f"{100 * found.low:.1f} to {100 * found.high:.1f}"
        table.add_row(title, f"{100 * found.value:.1f}", span, str(found.count))
    return table


def kinds(records: Sequence[Record]) -> Table:
    """The main scores of each kind of question, all together last."""
    table = _table("kind", "questions", *KIND_COLUMNS.values())
    for kind, some in by_kind(records).items():
        table.add_row(kind, str(len(some)), *_cells(some))
    table.add_section()
    table.add_row("all", str(len(records)), *_cells(records))
    return table


def _cells(records: Sequence[Record]) -> list[str]:
    columns = [BY_KEY[key].values(records) for key in KIND_COLUMNS]
    return [f"{100 * sum(values) / len(values):.1f}" if values else "" for values in columns]


def lost(records: Sequence[Record]) -> Table:
    """How many questions ended at which stage."""
    table = _table("outcome", "questions", "meaning")
    table.columns[2].justify = "left"
    for stage, number in count(record.outcome for record in records).items():
        table.add_row(stage.replace("_", " "), str(number), EXPLANATIONS[stage])
    return table


def compared(changes: Sequence[Change]) -> Table:
    """Two runs by score."""
    table = _table("score", "other", "this", "difference", "95 % interval")
    for one in changes:
        table.add_row(*one.cells, style="green" if one.better else "red" if one.worse else None)
    return table


def _table(first: str, *others: str) -> Table:
    """A plain table: words left, numbers right."""
    table = Table(first, box=None, pad_edge=False, header_style="bold")
    for title in others:
        table.add_column(title, justify="right")
    return table
