"""Does a flipped bit anywhere in a large index ever change what is quoted without a warning?

    python eval/bench/store/flips.py [--flips 2000] [--megabytes 70] [--seed 0] [--json flips.json]

The index is too large for all its bytes to be compared when it is opened. Each time one bit is flipped, in any file of the
current generation or beside it, with the largest files hit most often; what lies there is then searched for, read and shown,
and the bit is flipped back. It counts how often a passage or a document differed from what its file holds although nothing
warned, and how often something failed instead of answering from the generation before.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.trials import WORDS, Words
from index.blocks import Structure
from index.builder import build
from index.documents import load
from index.folder_index import Index
from index.storage.generations import CHEAP_TO_CHECK, current
from index.storage.layout import PASSAGES, STRUCTURES, TEXTS
from qa.retrieval.hybrid import HybridRetriever

DOCUMENTS = 9
SHOWN = 3  # passages near the flipped bit that are read


@dataclass(frozen=True, slots=True)
class FlipFigures:
    """Flips by what became of them, and the time that checking adds to a look at 100 kB of text, in milliseconds."""

    flips: int
    warned: int
    unnoticed: int  # bits that nothing of what was read depends on
    changed: int
    failed: int
    megabytes: float
    first_look: float
    later_look: float
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a document."""

    text: str
    structure: Structure


def main() -> None:
    """Measure, print a table, write JSON."""
    options = command_line(__doc__, "bench-flips.json", flips=2000, megabytes=70, seed=0).parse_args()
    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        found = flips(Path(folder), options.flips, options.megabytes, options.seed)
    print_table(
        f"One flipped bit in an index of {found.megabytes:.0f} MB; checking adds {found.first_look:.3f} ms to a first look at "
        f"100 kB and {found.later_look:.3f} ms to a later one",
        ("flips", "warned", "not read", "changed without a warning", "failed"),
        [(found.flips, found.warned, found.unnoticed, found.changed, found.failed)],
    )
    write_json(options.json, [found])


def flips(folder: Path, number: int, megabytes: int, seed: int) -> FlipFigures:
    """Flip so many bits, one at a time, in an index of about that size."""
    pick = random.Random(seed)
    place = _made(folder, megabytes, pick)
    whole = Index.open(place)
    truth = {
        one.name: Shown(Path(one.name).read_text(encoding="utf-8"), whole.structure(one.name))
        for one in whole.documents
    }
    generation = place / str(current(place))
    notes = (path for path in place.iterdir() if path.is_file())
    files = sorted(path for path in (*notes, *generation.rglob("*")) if path.is_file() and path.stat().st_size)
    sizes = [path.stat().st_size for path in files]
    if sum(sizes) <= CHEAP_TO_CHECK:
        raise SystemExit(f"the index has {sum(sizes) / 1e6:.0f} MB: give more --megabytes")
    outcomes: Counter[str] = Counter()
    wrong = []
    for turn in range(number):
        # Every other one in a file of any size: most bytes are those of the texts.
        path = files[pick.randrange(len(files))] if turn % 2 else pick.choices(files, sizes)[0]
        at, bit = pick.randrange(path.stat().st_size), 1 << pick.randrange(8)
        _flip(path, at, bit)
        try:
            said = _tried(place, path, at, truth)
        finally:
            _flip(path, at, bit)
        outcomes[said.partition(":")[0]] += 1
        if said.startswith(("changed", "failed")):
            wrong.append(f"{path.name} at {at}: {said}")
    return FlipFigures(
        number,
        outcomes["warned"],
        outcomes["unnoticed"],
        outcomes["changed"],
        outcomes["failed"],
        sum(sizes) / 1e6,
        *_check_times(place),
        wrong=tuple(wrong),
    )


def _made(folder: Path, megabytes: int, pick: random.Random) -> Path:
    """Build an index of two generations over articles of mostly blank lines, so that its size costs no passages."""
    articles = folder / "articles"
    articles.mkdir()
    for document in range(DOCUMENTS):
        remarks = (f"{' '.join(pick.choices(WORDS, k=12)).capitalize()} {number}." for number in range(300))
        blank = "\n" * (megabytes * 1_000_000 // DOCUMENTS // 300)
        (articles / f"{document}.txt").write_text(blank.join(remarks), encoding="utf-8")
    for _ in range(2):
        (articles / "last.txt").write_text(f"The last treaty is number {pick.random()}.", encoding="utf-8")
        build([articles], folder / "index", Words(), load=load)
    return folder / "index"


def _tried(place: Path, path: Path, at: int, truth: dict[str, Shown]) -> str:
    """What becomes of an index with one flipped bit: "warned", "unnoticed", or "changed" or "failed" and how."""
    try:
        index = Index.open(place)
        for number in _near(index, path, at):
            passage = index.passages[number]
            question = passage.text[:200]
            hits = HybridRetriever(index, Words()).retrieve_many([question, "treaty"], 5)
            for read in [passage, *(hit.passage for row in hits for hit in row)]:
                if truth[read.document].text[read.start : read.end] != read.text and not index.warnings:
                    return f"changed: a passage of {read.document}"
            shown = Shown(index.document_text(passage.document), index.structure(passage.document))
            if shown != truth[passage.document] and not index.warnings:
                return f"changed: the text of {passage.document} or its structure"
    except Exception as error:  # whatever it is, nothing was answered
        return _recovered(place) or f"failed: {type(error).__name__}: {error}"
    return "warned" if index.warnings else "unnoticed"


def _recovered(place: Path) -> str:
    """A passage read on its own raises IndexDamaged; whoever asks falls back to the generation before."""
    index = Index.open(place)
    index.check_bytes()
    return "warned" if index.warnings and all(passage.text for passage in index.passages[:SHOWN]) else ""


def _near(index: Index, path: Path, at: int) -> Sequence[int]:
    """The passages whose text, place or structure lies at a byte of a file; any, in other files."""
    table = index.contents.table
    if path.name == TEXTS:
        first = int(np.searchsorted(table[:, 5], at))
    elif path.name == PASSAGES:
        first = at // table.dtype.itemsize // table.shape[1]
    elif path.name == STRUCTURES:
        first = next(one.first_passage for one in reversed(index.documents) if 4 * one.first_number <= at)
    else:
        first = at % len(table)
    return [number % len(table) for number in range(first - 1, first - 1 + SHOWN)]


def _flip(path: Path, at: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ bit]))


def _check_times(place: Path) -> tuple[float, float]:
    """The median times to check 100 kB of text that nothing has looked at yet, and again."""
    times = []
    for turn in range(20):
        sums = Index.open(place).contents.sums
        assert sums is not None
        began = [time.perf_counter()]
        for _ in range(2):
            assert sums.sound(TEXTS, turn * 100_000, (turn + 1) * 100_000)
            began.append(time.perf_counter())
        times.append(np.diff(began) * 1000)
    first, later = np.median(times, axis=0)
    return float(first), float(later)


if __name__ == "__main__":
    main()
