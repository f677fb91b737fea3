"""Is every damaged byte of an index found, and its file named? Bits are flipped, files cut short, files swapped.

    python eval/bench/store/damage.py [--flips 2000] [--truncations 300] [--seed 0] [--json damage.json]

Each time one file of a sound index of two generations is damaged, and mended again afterwards. ``verify`` has to name that
file and no other; opening has to serve the generation before if the current one is damaged, and to name the file too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.trials import FolderState, Trial, texts_of
from index.folder_index import Index, verify
from index.storage.generations import POINTER, generations


@dataclass(frozen=True, slots=True)
class DamageFigures:
    """One kind of damage: tried, found by ``verify`` with the file named, and survived by ``open``."""

    kind: str
    tried: int
    found: int
    opened: int
    wrong: tuple[str, ...]


def main() -> None:
    """Measure, print a table, write JSON."""
    options = command_line(__doc__, "bench-damage.json", flips=2000, truncations=300, seed=0).parse_args()
    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        rows = damage(Path(folder) / "trial", options.flips, options.truncations, options.seed)
    print_table(
        "A damaged index",
        ("damage", "tried", "found, file named", "answers before or after", "wrong"),
        [(row.kind, row.tried, row.found, row.opened, len(row.wrong)) for row in rows],
        left=("damage",),
    )
    write_json(options.json, rows)


def damage(folder: Path, flips: int, truncations: int, seed: int) -> list[DamageFigures]:
    """All three kinds over a small index of two generations."""
    trial = Trial(folder, seed)
    states, files, pick = trial.two_generations(), _files(trial.index), trial.random

    def flipped(number: int) -> tuple[Path, bytes]:
        path = files[number % len(files)]
        data = bytearray(path.read_bytes())
        data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
        return path, bytes(data)

    def truncated(number: int) -> tuple[Path, bytes]:
        path = files[number % len(files)]
        data = path.read_bytes()
        return path, data[: pick.randrange(len(data))]

    return [
        _row("one flipped bit", trial.index, states, (flipped(number) for number in range(flips))),
        _row("cut short", trial.index, states, (truncated(number) for number in range(truncations))),
        _row("swapped for another file", trial.index, states, _swaps(files)),
    ]


def _row(
    kind: str, index: Path, states: tuple[FolderState, FolderState], damages: Iterator[tuple[Path, bytes]]
) -> DamageFigures:
    found = opened = tried = 0
    wrong: list[str] = []
    for path, data in damages:
        tried += 1
        name, sound = path.relative_to(index).as_posix(), path.read_bytes()
        path.write_bytes(data)
        named, answered = _tried(partial(_named, index, name)), _tried(partial(_answers, index, name, states))
        path.write_bytes(sound)
        found, opened = found + (named is True), opened + (answered is True)
        wrong += [f"{name}: {what}" for what in (named, answered) if what is not True]
    return DamageFigures(kind, tried, found, opened, tuple(wrong))


def _named(index: Path, damaged: str) -> bool:
    """Whether ``verify`` names the damaged file and no other."""
    return verify(index) == [damaged]


def _answers(index: Path, damaged: str, states: tuple[FolderState, FolderState]) -> bool:
    """Whether opening serves a sound state, and warns of the damaged file unless that is in the generation before."""
    current = generations(index)[-1]
    served = Index.open(index)
    warned = any(damaged in warning for warning in served.warnings)
    before = damaged.startswith("gen-") and not damaged.startswith(current)
    expected = states[1] if before or damaged == POINTER else states[0]
    return texts_of(served) == expected and warned is not before


def _tried(check: Callable[[], bool]) -> bool | str:
    try:
        return check() or "not found"
    except Exception as error:  # whatever it is, the damage was not survived
        return f"{type(error).__name__}: {error}"


def _swaps(files: list[Path]) -> Iterator[tuple[Path, bytes]]:
    """Every file with the bytes of every other that differs."""
    for path in files:
        for other in files:
            if (data := other.read_bytes()) != path.read_bytes():
                yield path, data


def _files(index: Path) -> list[Path]:
    """The files that hold the index; the lock holds nothing."""
    inside = (path for name in generations(index) for path in (index / name).rglob("*"))
    return [index / POINTER, *sorted(path for path in inside if path.is_file() and path.stat().st_size)]


if __name__ == "__main__":
    main()
