"""A look before reading: a small reader tells which of a question's passages are not worth the large one's time."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.reader import ExtractiveReader, Format, Reader, Reading, fingerprint
from qa.windows import Pair

FOLDER = "screen"
FILE = "screen.json"
EVERYTHING = -math.inf  # no score is as low
UNREAD = Reading(())


@dataclass(frozen=True, slots=True)
class ScreenedReader:
    """A large reader that is given only what a small one finds worth reading; other passages have no span.

    What is worth reading is told among the passages of one question that come in one call, by ``worth``.
    """

    small: Reader
    large: Reader
    below: float

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading a pair, in order."""
        wanted = self._wanted(pairs)
        readings = iter(self.large.read([pair for pair, read in zip(pairs, wanted, strict=True) if read]))
        return [next(readings) if read else UNREAD for read in wanted]

    def _wanted(self, pairs: Sequence[Pair]) -> list[bool]:
        """Whether each pair is to be read."""
        places: dict[str, list[int]] = {}
        for place, pair in enumerate(pairs):
            places.setdefault(pair.question, []).append(place)
        rivals = [group for group in places.values() if len(group) > 1]
        wanted = [True] * len(pairs)
        if not rivals or self.below == EVERYTHING:
            return wanted
        looks = iter(looked_at(self.small, [pairs[place] for group in rivals for place in group]))
        for group in rivals:
            for place, read in zip(group, worth([next(looks) for _ in group], self.below), strict=True):
                wanted[place] = read
        return wanted


def looked_at(small: Reader, pairs: Sequence[Pair]) -> list[float]:
    """The small reader's score of the best span of each pair, in log odds against no answer; -inf where there is no span."""
    return [reading.spans[0].score if reading.spans else -math.inf for reading in small.read(pairs)]


def worth(scores: Sequence[float], below: float) -> list[bool]:
    """Which of some passages of one question to read, by the small reader's scores: those of ``below`` or more, and the best.

    A question's only passage is always read, so that it need not be looked at.
    """
    least = min(below, max(scores, default=0.0))
    return [len(scores) == 1 or score >= least for score in scores]


def screened(reader: ExtractiveReader, folder: Path, *, format: Format | None = None) -> Reader:
    """The reader in a folder behind the small one that stands with it, in a number format of its own, or as it is where
    there is none.

    Where ``below`` was not fitted to these two, everything is read. ValueError naming the file that is no good.
    """
    if not (folder / FOLDER).is_dir():
        return reader
    small = ExtractiveReader.open(folder / FOLDER, format=format)
    return ScreenedReader(small, reader, _below(folder / FOLDER / FILE, small.fingerprint, reader.fingerprint))


def _below(path: Path, small: str, large: str) -> float:
    """The number fitted to two readers, given by their fingerprints."""
    if not path.exists():
        return EVERYTHING
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return float(raw["below"]) if (raw["small"], raw["large"]) == (small, large) else EVERYTHING
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: damaged; fit it again with python -m eval.fit_confidence") from error


def read_below(folder: Path) -> float:
    """The number fitted to the two readers of a folder, as ``screened`` finds it."""
    return _below(folder / FOLDER / FILE, fingerprint(folder / FOLDER), fingerprint(folder))


def write_below(folder: Path, below: float) -> None:
    """Keep the number fitted to the two readers of a folder; -inf is none."""
    path = folder / FOLDER / FILE
    if below == EVERYTHING:
        path.unlink(missing_ok=True)
        return
    fitted = {"below": below, "small": fingerprint(folder / FOLDER), "large": fingerprint(folder)}
    path.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
