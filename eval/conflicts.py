"""Sixty invented conflicts: articles that give different figures, dates or names, asked of an index of them all.

``python -m eval.conflicts`` prints those that are not named, and how often the right side comes first: that of more articles, else
the later one.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.corpus_run import GOLD
from qa.answering.values import same
from qa.answers import Answer
from qa.question.answer_type import AnswerType

CONFLICTS = GOLD / "conflicts.jsonl"


@dataclass(frozen=True, slots=True)
class Article:
    """One side's words: a text with its date, and the answer that it holds."""

    date: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A question to which articles give different answers."""

    id: str
    kind: AnswerType
    question: str
    articles: tuple[Article, ...]

    @property
    def first(self) -> str:
        """The answer to put first: that of more articles, else that of the later one."""
        counts = [
            sum(bool(same(self.kind, one.answer, other.answer)) for other in self.articles) for one in self.articles
        ]
        return max(zip(counts, self.articles, strict=True), key=lambda counted: (counted[0], counted[1].date))[1].answer


@dataclass(frozen=True, slots=True)
class Flagged:
    """What came of a conflict: whether it was named with the other side shown, and whether the right side came first."""

    conflict: Conflict
    answer: Answer
    named: bool
    in_order: bool


def read_conflicts(path: Path = CONFLICTS) -> list[Conflict]:
    """The conflicts of a file; ValueError naming it if it holds something else."""
    try:
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        return [
            Conflict(row["id"], row["kind"], row["question"], tuple(Article(**one) for one in row["articles"]))
            for row in rows
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a file of conflicts ({type(error).__name__}: {error})") from error


def judged(conflict: Conflict, answer: Answer) -> Flagged:
    """Whether both sides are shown as a conflict, in order."""
    shown = [answer.text or "", *(one.answer for one in answer.alternatives[:1])]
    sides = [one.answer for one in conflict.articles]
    told = [[bool(same(conflict.kind, text, side)) for side in sides] for text in shown]
    named = answer.agreement.conflict and all(map(any, told)) and told[0] != told[-1]
    return Flagged(conflict, answer, named, named and bool(same(conflict.kind, shown[0], conflict.first)))


def ask_conflicts(conflicts: Sequence[Conflict]) -> list[Flagged]:
    """Index all articles together and ask every question."""
    from qa.assistant import Assistant

    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        for conflict in conflicts:
            for number, one in enumerate(conflict.articles):
                text = f"---\ndate: {one.date}\n---\n\n{one.text}\n"
                Path(folder, f"{conflict.id}-{number}.md").write_text(text, encoding="utf-8")
        assistant = Assistant.over([folder])
        answers = assistant.ask_many([conflict.question for conflict in conflicts], as_written=True)
    return [judged(conflict, answer) for conflict, answer in zip(conflicts, answers, strict=True)]


def main() -> None:
    """Ask, and say what came out."""
    flagged = ask_conflicts(read_conflicts())
    for one in flagged:
        if not one.in_order:
            others = [(other.answer, round(other.confidence, 3)) for other in one.answer.alternatives]
            told = f"{one.answer.text!r} {one.answer.confidence:.3f} {others}"
            sys.stdout.write(
                f"{one.conflict.id} {'order' if one.named else 'not named'}: {one.conflict.question} {told}\n"
            )
    for name in ("figure", "date", "name"):
        of = [one for one in flagged if one.conflict.kind == name]
        sys.stdout.write(
            f"{name}: {sum(one.named for one in of)} of {len(of)} named, {sum(o.in_order for o in of)} in order\n"
        )


if __name__ == "__main__":
    main()
