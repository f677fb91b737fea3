"""What was reached before: floors that must hold, and the stored scores of each question to compare with.

``python -m eval.baseline`` asks the bundled gold questions, stores their scores as the new baseline, asks those on tables, and
fills the tables of docs/accuracy.md from both runs.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.datasets.questions import UnreadableDataset
from eval.records import Record
from eval.report.comparison import Change, change
from eval.summary import BY_KEY, STATISTICS, Score, Statistic
from index.files import replace_file

FLOORS = Path(__file__).with_name("floors.toml")
BASELINE = Path(__file__).with_name("baseline.json")
COMPARED = ("em", "f1", "recall_at_5", "unanswerable_refused", "answerable_refused")
MOST = "_max"
LIMITED: dict[str, Score | Statistic] = {**BY_KEY, **{one.key: one for one in STATISTICS}}

Scores = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Limit:
    """The least, or with ``most`` the greatest, value of a figure; over one ``kind`` of question or over all."""

    score: Score | Statistic
    value: float
    most: bool = False
    kind: str | None = None

    def broken_by(self, records: Sequence[Record]) -> str | None:
        """Why the limit does not hold, as a sentence; None if it does."""
        found = self.score.interval([record for record in records if self.kind in (None, record.kind)])
        title = f"{self.score.title} of {self.kind} questions" if self.kind else self.score.title
        if not found.count:
            return f"{title} cannot be told: no question has it"
        if (found.value <= self.value + 1e-9) if self.most else (found.value >= self.value - 1e-9):
            return None
        beyond = "above the most allowed," if self.most else "below the floor of"
        within = f"{100 * found.low:.1f} to {100 * found.high:.1f}"
        return f"{title} is {100 * found.value:.1f} % ({within}), {beyond} {100 * self.value:.1f} %"


def read_floors(path: Path = FLOORS) -> list[Limit]:
    """The limits of a TOML file; a name that ends in ``_max`` limits from above, a table holds the limits of one kind of question.

    UnreadableDataset for a name that is no score.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UnreadableDataset(f"{path}: {error}") from None
    tables: dict[str | None, dict[str, Any]] = {
        None: {name: value for name, value in given.items() if not isinstance(value, dict)}
    }
    tables |= {kind: table for kind, table in given.items() if isinstance(table, dict)}
    return [_limit(path, name, value, kind) for kind, table in tables.items() for name, value in table.items()]


def _limit(path: Path, name: str, value: Any, kind: str | None) -> Limit:
    key = name.removesuffix(MOST)
    if key not in LIMITED:
        raise UnreadableDataset(f"{path}: {name!r} is no score; there are {', '.join(LIMITED)}")
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise UnreadableDataset(f"{path}: {name} has to be a number, not {value!r}")
    return Limit(LIMITED[key], float(value), most=name.endswith(MOST), kind=kind)


def broken_floors(records: Sequence[Record], limits: Sequence[Limit]) -> list[str]:
    """A sentence for each limit that does not hold, or whose score no question has."""
    return [sentence for limit in limits if (sentence := limit.broken_by(records))]


def scores_of(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """The compared scores of each question by id, without those that do not apply."""
    scored = {record.id: {key: BY_KEY[key].of(record) for key in COMPARED} for record in records}
    return {id: {key: round(v, 4) for key, v in scores.items() if v is not None} for id, scores in scored.items()}


def write_baseline(records: Sequence[Record], path: Path = BASELINE) -> None:
    """Store the scores, one question per line so that a change reads well in a diff."""
    rows = sorted(scores_of(records).items())
    lines = ",\n".join(f"  {json.dumps(id)}: {json.dumps(scores)}" for id, scores in rows)
    replace_file(path, f"{{\n{lines}\n}}\n".encode())


def read_baseline(path: Path = BASELINE) -> Scores:
    """The stored scores; UnreadableDataset if there are none."""
    try:
        stored: Scores = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableDataset(f"{path}: there is no baseline yet; `make eval-update` stores one") from None
    except (OSError, ValueError) as error:
        raise UnreadableDataset(f"{path}: not a stored baseline ({error})") from None
    return stored


def compare(new: Scores, old: Scores) -> list[Change]:
    """Each compared score on the questions that have it on both sides; scores without such a question are left out."""
    shared = [(new[id], old[id]) for id in new if id in old]
    found = (change(BY_KEY[key], [(now.get(key), before.get(key)) for now, before in shared]) for key in COMPARED)
    return [one for one in found if one is not None]


def main() -> None:
    """Ask the gold questions, store their scores, fill the tables of docs/accuracy.md, say what changed since the last run."""
    from eval.corpus_run import ROOT, run_corpus, run_tables
    from eval.messages import ask_messages, message_table, read_messages
    from eval.report.markdown import file_type_table, fill, gold_table, words_table
    from eval.report.tables import show_run
    from qa.cli import plain_errors
    from qa.console import out

    with plain_errors():
        run = run_corpus()
        show_run(run, out)
        if BASELINE.exists():
            for one in compare(scores_of(run.records), read_baseline()):
                out.print(f"{'worse: ' if one.worse else ''}{one}")
        write_baseline(run.records)
        page = ROOT / "docs" / "accuracy.md"
        fill(page, "gold", gold_table(run.records))
        fill(page, "tables", file_type_table(run_tables().records))
        fill(page, "messages", message_table(ask_messages(read_messages())))
        fill(page, "words", words_table(run.records))
        out.print(f"stored {len(run.records)} questions in {BASELINE}", soft_wrap=True)


if __name__ == "__main__":
    main()
