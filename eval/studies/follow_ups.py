"""How much of what a follow-up leaves out is completed from the turns before it.

``python -m eval.studies.follow_ups FILE [QUESTIONS ...]`` reads JSON lines with a history, a question and its rewriting by a
person, and compares the content words that the question was completed with to those of the rewriting. Of several readings the
first counts, since the articles are not at hand to choose by; the best one says what choosing could reach. No answers are known,
only questions. QUESTIONS are files of questions that were asked by themselves: how many of them would be completed.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.studies.message_kinds import questions_of
from qa.console import out
from qa.conversation import TURNS_KEPT, Turn, completed
from qa.question.content_words import content
from qa.question.follow_ups import leans


@dataclass(frozen=True, slots=True)
class Overlap:
    """Content words of completed questions: added, wanted, and both."""

    added: int = 0
    wanted: int = 0
    both: int = 0

    def __add__(self, other: Overlap) -> Overlap:
        return Overlap(self.added + other.added, self.wanted + other.wanted, self.both + other.both)

    @property
    def f1(self) -> float:
        """F1 in 0..1, 1 if nothing was wanted and nothing added."""
        every = self.added + self.wanted
        return 2 * self.both / every if every else 1.0


def overlap(question: str, reading: str, rewriting: str) -> Overlap:
    """The words that the reading and the rewriting have beyond the question."""
    added, wanted = (content(text) - content(question) for text in (reading, rewriting))
    return Overlap(len(added), len(wanted), len(added & wanted))


def measured(rows: Sequence[dict[str, str]]) -> list[tuple[Overlap, Overlap]]:
    """The overlap of the first reading and of the best one of each question; those before it are understood in their order."""
    told = []
    talks: dict[str, list[Turn]] = defaultdict(list)
    for row in rows:
        turns = talks[row["id"].rpartition("_")[0]]
        understood = completed(row["question"].strip(), turns[-TURNS_KEPT:])
        overlaps = [overlap(row["question"], reading, row["rewrite"]) for reading in understood]
        told.append((overlaps[0], max(overlaps, key=lambda one: one.f1)))
        turns.append(Turn(understood[0], None))
    return told


def main() -> None:
    """Print precision, recall and F1 over all content words that were added."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        told = measured([json.loads(line) for line in lines])
    for name, some in (("first reading", [one for one, _ in told]), ("best reading", [one for _, one in told])):
        every = sum(some, Overlap())
        precision, recall = every.both / max(1, every.added), every.both / max(1, every.wanted)
        out.say(
            f"{name}: precision {100 * precision:.1f}, recall {100 * recall:.1f}, F1 {100 * every.f1:.1f} of {len(some)}"
        )
    for name in sys.argv[2:]:
        alone = questions_of(Path(name))
        share = 100 * sum(map(leans, alone)) / len(alone)
        out.say(f"{Path(name).name}: {share:.1f} % of {len(alone)} would be completed after another question")


if __name__ == "__main__":
    main()
