"""Reading no more than needed: passages are read in the order of promise, and after a look of a small reader, until an
answer leads what is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.answers import READ_FIRST
from qa.candidates import Candidate
from qa.confidence import NEVER, Confidence
from qa.ranking import FIGURE, ranking
from qa.reader import ExtractiveReader, Format, Reader, Reading
from qa.retriever import Hit
from qa.windows import Pair

FOLDER = "screen"
READ_FOR_FIGURES = 4
UNREAD = Reading(())


@dataclass(slots=True)
class Underway:
    """A question that is being read: its hits, best first, the readings of the first of them, and the best answer so far."""

    question: str
    hits: Sequence[Hit]
    readings: list[Reading] = field(default_factory=list)
    best: Candidate | None = None

    def pair(self, hit: Hit) -> Pair:
        """The question with a passage."""
        return Pair(self.question, hit.passage.text)

    def rank(self, confidence: Confidence) -> None:
        """Find the best answer in what was read."""
        ranked = ranking(self.question, self.hits[: len(self.readings)], self.readings, confidence)
        self.best = ranked[0].candidate if ranked else None

    def settled(self, confidence: Confidence) -> bool:
        """Whether the answer leads what is left by enough.

        A figure is looked for in several passages: another document may give another one.
        """
        read = len(self.readings)
        if self.best is None or (read < READ_FOR_FIGURES and FIGURE.search(self.best.text)):
            return False
        return all(confidence.leads(self.best, hit) for hit in self.hits[read:])


def read_enough(
    questions: Sequence[str],
    found: Sequence[Sequence[Hit]],
    reader: Reader,
    screen: Reader | None,
    confidence: Confidence,
) -> list[list[Reading]]:
    """The readings of each question's hits, in their order, as far as they are needed: the first, twice as many, ..., or all.

    A question is read no further once its best answer ``leads`` all that it has not come to. Before a passage is read the
    small reader, where there is one, looks at it, and what the answer leads by its score is passed over: ``UNREAD``.
    """
    asked = [Underway(question, hits) for question, hits in zip(questions, found, strict=True)]
    open_ones = [one for one in asked if one.hits]
    longest = max(map(len, found), default=0)
    for upto in stages(longest) if confidence.settles_at < NEVER else [longest]:
        if not open_ones:
            break
        coming = [(one, hit) for one in open_ones for hit in one.hits[len(one.readings) : upto]]
        wanted = _worth_reading(coming, screen, confidence)
        readings = iter(reader.read([one.pair(hit) for (one, hit), read in zip(coming, wanted, strict=True) if read]))
        for (one, _), read in zip(coming, wanted, strict=True):
            one.readings.append(next(readings) if read else UNREAD)
        open_ones = [one for one in open_ones if len(one.hits) > upto]
        for one in open_ones:
            one.rank(confidence)
        open_ones = [one for one in open_ones if not one.settled(confidence)]
    return [one.readings for one in asked]


def _worth_reading(coming: Sequence[tuple[Underway, Hit]], screen: Reader | None, confidence: Confidence) -> list[bool]:
    """Whether each passage is to be read: where there is no answer yet, or it does not lead by the small reader's score."""
    if screen is None:
        return [True] * len(coming)
    looks = iter(looked_at(screen, [one.pair(hit) for one, hit in coming if one.best]))
    return [not (one.best and confidence.leads(one.best, hit, next(looks))) for one, hit in coming]


def stages(passages: int) -> list[int]:
    """After how many of so many passages one asks whether they are enough: the first, twice as many, ..., all."""
    counts = [READ_FIRST]
    while counts[-1] < passages:
        counts.append(2 * counts[-1])
    return [*counts[:-1], passages]


def looked_at(small: Reader, pairs: Sequence[Pair]) -> list[float]:
    """The small reader's score of the best span of each pair, in log odds against no answer; -inf where there is no span."""
    return [reading.spans[0].score if reading.spans else -math.inf for reading in (small.read(pairs) if pairs else [])]


def small_reader(folder: Path, *, format: Format | None = None) -> ExtractiveReader | None:
    """The small reader that stands with the large one in a folder; None where there is none, ValueError where it is no good."""
    return ExtractiveReader.open(folder / FOLDER, format=format) if (folder / FOLDER).is_dir() else None
