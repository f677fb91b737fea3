"""How many factual questions the desk would catch: run it after every change of ``qa/question/message_kind.py``.

``python -m eval.studies.message_kinds FILE ...`` reads SQuAD-format .json, JSON lines and QAMR .tsv files, and prints how many
questions go anywhere but to the reader, with examples of each kind.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa.console import out
from qa.question.message_kind import message_of
from qa.question.parts import parts_of

MOST_SHOWN = 12  # examples a kind
FIELDS = ("question", "question_text")
QAMR_QUESTION = 5  # column
QAMR_MOST = 5_000


def questions_of(path: Path) -> list[str]:
    """The questions of a file; ValueError for a suffix that no format has."""
    if path.suffix == ".json":
        data = json.loads(path.read_text(encoding="utf-8"))["data"]
        return [qa["question"] for article in data for paragraph in article["paragraphs"] for qa in paragraph["qas"]]
    lines = path.read_text(encoding="utf-8").split("\n")
    if path.suffix == ".tsv":
        return [row.split("\t")[QAMR_QUESTION] for row in lines if row.strip()][:QAMR_MOST]
    if path.suffix == ".jsonl":
        return [*_of_lines(lines)]
    raise ValueError(f"{path}: neither .json nor .jsonl nor .tsv")


def _of_lines(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        row = json.loads(line) if line.strip() else {}
        yield from (row[field] for field in FIELDS if field in row)


def caught(questions: Sequence[str]) -> dict[str, list[str]]:
    """The questions that would not go to the reader as they are, by kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        kind = message_of(question).kind
        if kind not in ("question", "overview of a document"):
            found[kind].append(question)
        elif parts := parts_of(question):
            found[parts.kind].append(question)
    return found


def main() -> None:
    """Print the table."""
    for name in sys.argv[1:]:
        questions = questions_of(Path(name))
        found = caught(questions)
        total = sum(map(len, found.values()))
        out.say(f"{Path(name).name}: {total} of {len(questions)} ({1000 * total / len(questions):.2f} in 1,000)")
        for kind, ones in sorted(found.items()):
            out.say(f"  {kind} {len(ones)}: " + " | ".join(ones[:MOST_SHOWN]))


if __name__ == "__main__":
    main()
