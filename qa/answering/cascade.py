"""Reading no more than needed: passages are read in the order of promise, and after a look of a small reader, until an
answer leads what is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.encoder.number_format import Format
from qa.answering.candidates import Candidate
from qa.answering.confidence import NEVER, Confidence
from qa.answering.ranking import ranking
from qa.answers import READ_FIRST
from qa.english import FIGURE
from qa.reader.reader import ExtractiveReader, Reader, Reading
from qa.reader.windows import Pair
from qa.retrieval.hybrid import Hit

FOLDER = "screen"
READ_FOR_FIGURES = 4
UNREAD = Reading(())


@dataclass(slots=True)
class Underway:
    """A question that is being read, its hits in the order of the search.

    ``readings`` are those of the first hits, as far as one has come, ``UNREAD`` where one waits or is passed over;
    ``waiting`` has the log odds that those not read yet promise, by place; ``limit`` is what the best answer leads.
    """

    question: str
    hits: Sequence[Hit]
    confidence: Confidence
    readings: list[Reading] = field(default_factory=list)
    waiting: dict[int, float] = field(default_factory=dict)
    best: Candidate | None = None
    limit: float = -math.inf

    def pair(self, place: int) -> Pair:
        """The question with a passage."""
        return Pair(self.question, self.hits[place].passage.text)

    def settled(self) -> bool:
        """Whether the answer leads by enough what waits and what is still to come.

        A figure is looked for in several passages: another document may give another one.
        """
        come = len(self.readings)
        if self.next() is not None:
            return False
        if come < READ_FOR_FIGURES and self.best and FIGURE.search(self.best.text):
            return come == len(self.hits)
        return all(self.confidence.promise(hit) <= self.limit for hit in self.hits[come:])

    def coming(self, *, told_apart: bool) -> range:
        """The next places to come to, none while one is worth reading: the first, then as many again.

        Where a look will tell them apart, those that promise as much as the last of these come with it.
        """
        come, total = len(self.readings), len(self.hits)
        if self.next() is not None:
            return range(0)
        upto = min(max(READ_FIRST, 2 * come), total)
        while told_apart and upto < total and self._alike(upto - 1, upto):
            upto += 1
        return range(come, upto)

    def _alike(self, place: int, other: int) -> bool:
        """Whether the searches say the same of two places."""
        return self.confidence.promise(self.hits[place]) == self.confidence.promise(self.hits[other])

    def come_to(self, places: range) -> None:
        """Come to the next places: nothing speaks against any of them yet."""
        self.readings += [UNREAD] * len(places)
        for place in places:
            self.look(place, math.inf)

    def look(self, place: int, score: float) -> None:
        """Note the small reader's log odds of its best span in a passage against no answer."""
        self.waiting[place] = self.confidence.promise(self.hits[place], score)

    def next(self) -> int | None:
        """The place to read next: the one that promises most; None where the answer leads them all."""
        place = max(self.waiting, key=self.waiting.__getitem__, default=None)
        return place if place is not None and self.waiting[place] > self.limit else None

    def take(self, place: int, reading: Reading) -> None:
        """Note what was read in a passage, and which answer is best now."""
        del self.waiting[place]
        self.readings[place] = reading
        ranked = ranking(self.hits[: len(self.readings)], self.readings, self.confidence)
        if ranked:
            self.best = ranked[0].candidate
            self.limit = self.confidence.leads(self.best)


def read_enough(
    questions: Sequence[str],
    found: Sequence[Sequence[Hit]],
    reader: Reader,
    screen: Reader | None,
    confidence: Confidence,
) -> list[list[Reading]]:
    """The readings of each question's hits, in their order, as far as they are needed; ``UNREAD`` what is passed over.

    The hit that promises most is read, then the next, until the best answer ``leads`` the rest: by the searches' evidence
    what is not come to, and by the score of the small reader too, where there is one, what it has looked at.
    """
    if confidence.settles_at >= NEVER:
        readings = iter(reader.read([Pair(question, hit.passage.text)
                                     for question, hits in zip(questions, found, strict=True) for hit in hits]))  # fmt: skip
        return [[next(readings) for _ in hits] for hits in found]
    asked = [Underway(question, hits, confidence) for question, hits in zip(questions, found, strict=True)]
    while going := [one for one in asked if not one.settled()]:
        _come_further(going, screen)
        wanted = [(one, place) for one in going if (place := one.next()) is not None]
        read = reader.read([one.pair(place) for one, place in wanted]) if wanted else []
        for (one, place), reading in zip(wanted, read, strict=True):
            one.take(place, reading)
    return [one.readings for one in asked]


def _come_further(going: Sequence[Underway], screen: Reader | None) -> None:
    """Come to each question's next places, with a look at them, except at one that is to be read in any case."""
    looked: list[tuple[Underway, int]] = []
    for one in going:
        places = one.coming(told_apart=screen is not None)
        one.come_to(places)
        if one.best or len(places) > 1:
            looked += [(one, place) for place in places]
    if screen and looked:
        for (one, place), score in zip(looked, looks(screen, [one.pair(place) for one, place in looked]), strict=True):
            one.look(place, score)


def looks(small: Reader, pairs: Sequence[Pair]) -> list[float]:
    """The small reader's score of the best span of each pair, in log odds against no answer; -inf where there is no span."""
    return [reading.spans[0].score if reading.spans else -math.inf for reading in small.read(pairs)]


def small_reader(folder: Path, *, format: Format | None = None) -> ExtractiveReader | None:
    """The small reader that stands with the large one in a folder; None where there is none, ValueError where it is no good."""
    return ExtractiveReader.open(folder / FOLDER, format=format) if (folder / FOLDER).is_dir() else None
