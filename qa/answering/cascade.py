"""A two-stage cascade: a small reader scores each passage; the large one reads them best first and stops once no unread
passage can overtake the best answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.encoder.number_format import Format
from qa.answering.candidates import Candidate
from qa.answering.confidence import NEVER, Confidence
from qa.answering.conflicts import COMPARABLE, compared_type
from qa.answering.ranking import ranking
from qa.answering.sense import asked_of
from qa.answers import PASSAGES_READ, READ_FIRST
from qa.reader.reader import ExtractiveReader, Reader, Reading
from qa.reader.windows import Pair
from qa.retrieval.hybrid import Hit

FOLDER = "screen"
# Of the first passage's score: documents from there on may hold another answer. Chosen and not fitted: at 0.75 the bundled
# questions take 4 % fewer passages, and one more of sixty invented conflicts is missed.
NEAR = 0.65
# Of eight passages: once so many are read, only what another document may say differently is read, too. Over the population of
# eval.studies.population that is 11 % fewer passages, and two more wrong answers, one of them to a question on a table.
ENOUGH = 5
UNREAD = Reading(())


def pair_of(question: str, hit: Hit) -> Pair:
    """A question and a passage that was found, as a reader is given them."""
    text, header = hit.passage.text, hit.passage.header
    return Pair(asked_of(question, text, header), text, header)


@dataclass(slots=True)
class Underway:
    """A question on its way through the cascade, with its hits in the order of the search.

    ``readings`` covers the hits admitted so far, ``UNREAD`` for those that wait or are skipped; ``waiting`` maps the places
    that wait to the bounds of their log odds; ``limit`` is the stopping bound that the best answer sets.
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
        return pair_of(self.question, self.hits[place])

    def settled(self) -> bool:
        """Whether no unread passage can overtake the best answer, nor one of an unread document match it.

        The latter counts only for an answer that can be compared: the first passages of all documents near the best one are then
        admitted, because another document may give another figure, date or name.
        """
        come = len(self.readings)
        if self.next() is not None:
            return False
        if come < self._looked_at():
            return False
        if self._enough():
            return True
        return all(self._promise(place) <= self.limit for place in range(come, len(self.hits)))

    def _looked_at(self) -> int:
        """How many passages have to be admitted before the best answer can settle the question."""
        if not self._compared():
            return 0
        first: dict[str, int] = {}
        for place, hit in enumerate(self.hits):
            if self._near(place):
                first.setdefault(hit.passage.document, place)
        return max(first.values(), default=-1) + 1

    def _near(self, place: int) -> bool:
        """Whether a passage was found nearly as well as the first."""
        return self.hits[place].score >= NEAR * self.hits[0].score

    def _compared(self) -> bool:
        """Whether the best answer is compared with those of other documents."""
        return self.best is not None and compared_type(self.question, self.best.text) is not None

    def _bound(self, place: int) -> float:
        """The stopping bound of a place: that of the best answer, lower for a near document of which nothing is read."""
        document = self.hits[place].passage.document
        read = {hit.passage.document for hit, one in zip(self.hits, self.readings, strict=False) if one is not UNREAD}
        if document not in read and self._near(place) and self._compared():
            return self.limit - COMPARABLE
        return math.inf if self._enough() else self.limit

    def _enough(self) -> bool:
        """Whether so many of the passages are read that further ones would hardly change the answer."""
        return len(self.readings) - self.readings.count(UNREAD) >= ENOUGH * max(1.0, len(self.hits) / PASSAGES_READ)

    def coming(self, *, told_apart: bool) -> range:
        """The next places to admit: the first, then as many again each time; none while one that waits is worth reading.

        If a small reader can tell them apart (``told_apart``), places with the same bound as the last are admitted with it.
        """
        come, total = len(self.readings), len(self.hits)
        if self.next() is not None:
            return range(0)
        upto = min(max(READ_FIRST, 2 * come), total)
        while told_apart and upto < total and self._alike(upto - 1, upto):
            upto += 1
        return range(come, upto)

    def _alike(self, place: int, other: int) -> bool:
        """Whether two places have the same bound by the scores of the searches alone."""
        return self.confidence.promise(self.hits[place], 1) == self.confidence.promise(self.hits[other], 1)

    def _promise(self, place: int, look: float = 0.0) -> float:
        """The bound of a place."""
        return self.confidence.promise(self.hits[place], place + 1, look)

    def come_to(self, places: range) -> None:
        """Admit places; until the small reader has scored them, their bounds are infinite."""
        self.readings += [UNREAD] * len(places)
        for place in places:
            self.look(place, math.inf)

    def look(self, place: int, score: float) -> None:
        """Bound a passage by the small reader's score: log odds of its best span against no answer."""
        self.waiting[place] = self._promise(place, score)

    def next(self) -> int | None:
        """The place to read next, the one with the highest bound; None if none is above its stopping bound."""
        open_places = [place for place, bound in self.waiting.items() if bound > self._bound(place)]
        return max(open_places, key=self.waiting.__getitem__, default=None)

    def take(self, place: int, reading: Reading) -> None:
        """Store the reading of a passage, then update the best answer and the stopping bound."""
        del self.waiting[place]
        self.readings[place] = reading
        ranked = ranking(self.question, self.hits, self.readings, self.confidence)
        if ranked:
            self.best = ranked[0].candidate
            self.limit = self.confidence.leads(ranked[0].known)


def read_enough(
    questions: Sequence[str],
    found: Sequence[Sequence[Hit]],
    reader: Reader,
    screen: Reader | None,
    confidence: Confidence,
) -> list[list[Reading]]:
    """Run the cascade: each question's readings in the order of its hits, ``UNREAD`` for skipped passages.

    Admitted passages are bounded by the search scores and, if there is a small reader, by its score; the rest by the search
    scores alone. The passage with the highest bound is read next, until no bound is above the stopping bound.
    """
    if confidence.settles_at >= NEVER:
        readings = iter(reader.read([pair_of(question, hit)
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
    """Admit each question's next places and score them with the small reader, except one that is read in any case."""
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
    """The small reader's score of each pair: log odds of its best span against no answer, -inf without a span."""
    return [reading.spans[0].score if reading.spans else -math.inf for reading in small.read(pairs)]


def small_reader(folder: Path, *, format: Format | None = None) -> ExtractiveReader | None:
    """The small reader beside the large one in a folder, None if there is none; ValueError if it cannot be opened."""
    return ExtractiveReader.open(folder / FOLDER, format=format) if (folder / FOLDER).is_dir() else None
