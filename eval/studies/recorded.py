"""What a reader says, recorded into a file and said again: readings made on another machine fit and measure here.

``python -m eval.studies.recorded POPULATION OUT.jsonl [--reader FOLDER] [--screen]`` reads every pair of a population
(``eval.studies.population``) with the reader of a folder, or with its small one.

The file is JSON lines: first ``{"reader": FINGERPRINT, "pairs": N}``, then for each pair ``{"pair": KEY, "spans": [[start, end,
score], ...]}``. The key is a hash of the pair, so that the file holds no text.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Protocol

import typer

from index.files import replace_file
from qa.console import err
from qa.reader.layout import laid_out
from qa.reader.reader import BUNDLED, Reader, Reading, Span
from qa.reader.windows import Pair

TOGETHER = 256  # pairs: enough to fill a graphics card's batches


class Fingerprinted(Reader, Protocol):
    """A reader that knows its identity."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over its files."""


class RecordedReader:
    """Says again what another reader said of the same pairs."""

    def __init__(self, fingerprint: str, said: Mapping[str, Reading]) -> None:
        self.fingerprint, self._said = fingerprint, said

    @classmethod
    def open(cls, path: Path) -> RecordedReader:
        """Read a recording; ValueError naming the file if it is none or incomplete."""
        try:
            head, *rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            said = {row["pair"]: Reading(tuple(Span(*span) for span in row["spans"])) for row in rows}
            fingerprint, pairs = str(head["reader"]), head["pairs"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: not a recording of a reader ({type(error).__name__}: {error})") from error
        if pairs != len(said):
            raise ValueError(f"{path}: holds {len(said)} of {pairs} pairs; record it again")
        return cls(fingerprint, said)

    def knows(self, pairs: Sequence[Pair]) -> bool:
        """Whether all pairs were recorded."""
        return all(key_of(pair) in self._said for pair in pairs)

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading per pair, in order; ValueError for a pair that was not recorded."""
        try:
            return [self._said[key_of(pair)] for pair in pairs]
        except KeyError as error:
            asked = next(pair.question for pair in pairs if key_of(pair) == error.args[0])
            raise ValueError(f"a passage for the question {asked!r} was not recorded; record it again") from None


def key_of(pair: Pair) -> str:
    """A hash of the question and of the text that the reader is given."""
    given = {"question": pair.question, "passage": laid_out(pair.passage, pair.header).text}
    given = {name: text for name, text in given.items() if text}
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:32]


def _rows(reading: Reading) -> list[list[float]]:
    """The spans as JSON values; a score to four places, more than two machines agree on."""
    return [[span.start, span.end, round(span.score, 4)] for span in reading.spans]


def record(reader: Fingerprinted, pairs: Sequence[Pair], path: Path, minutes: float = math.inf) -> Iterator[int]:
    """Read distinct pairs, for at most so many minutes, and write the recording; yields how many are read, now and then."""
    said: dict[str, Reading] = {}
    ends = time.monotonic() + 60 * minutes
    for at in range(0, len(pairs), TOGETHER):
        if time.monotonic() > ends:
            break
        some = pairs[at : at + TOGETHER]
        said |= zip(map(key_of, some), reader.read(some), strict=True)
        yield at + len(some)
    head = {"reader": reader.fingerprint, "pairs": len(said)}
    lines = [head, *({"pair": key, "spans": _rows(one)} for key, one in sorted(said.items()))]
    replace_file(path, "".join(json.dumps(line) + "\n" for line in lines).encode())


def main(
    population: Path,
    out: Path,
    folder: Annotated[Path, typer.Option("--reader")] = BUNDLED,
    minutes: Annotated[float, typer.Option(help="Stop after so many and keep what was read.")] = math.inf,
    screen: Annotated[bool, typer.Option("--screen", help="Record the small reader of the folder.")] = False,
) -> None:
    """Record one reader over a population."""
    from eval.studies.population import read_population
    from qa.answering.cascade import FOLDER
    from qa.reader.reader import ExtractiveReader

    reader = ExtractiveReader.open(folder / FOLDER if screen else folder)
    pairs = list(dict.fromkeys(pair for asked in read_population(population) for pair in asked.pairs()))
    for done in record(reader, pairs, out, minutes):
        err.say(f"{done} of {len(pairs)} pairs")


if __name__ == "__main__":
    typer.run(main)
