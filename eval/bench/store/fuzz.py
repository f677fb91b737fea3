"""Does a malformed document ever do harm? Valid documents of each type are damaged at random and read as any file is.

    python eval/bench/store/fuzz.py [--documents 1000] [--seed 0] [--json fuzz.json]

Bytes are changed, cut out, doubled, or put in another place; in archives also inside their members. Each has to be read, or
refused with a reason, within the limits: no crash of this process, none longer than a minute, no more than a gigabyte in
the process that reads. What that process itself survived is counted apart from what it was replaced for.
"""

from __future__ import annotations

import io
import random
import resource
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.specimens import SPECIMENS
from index.loaders.text import Overtaxed, UnreadableContent
from index.sandbox import SECONDS, Sandbox

LONGEST, LARGEST = SECONDS + 1, 1024.0  # seconds, as ending a reader takes a moment; megabytes

Damage = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """The documents of one type: read, refused, and those that broke their reader; the longest took ``seconds``."""

    kind: str
    documents: int
    read: int
    refused: int
    broke_reader: int
    crashes: int
    seconds: float
    reasons: dict[str, int]


def main() -> None:
    """Measure, print a table, write JSON; exit status 1 if a document did harm."""
    options = command_line(__doc__, "bench-fuzz.json", documents=1000, seed=0).parse_args()
    rows = fuzz(options.documents, options.seed)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print_table(
        f"{sum(row.documents for row in rows)} malformed documents; the largest reader took {memory:.0f} MB",
        ("type", "documents", "read", "refused", "broke the reader", "crashes here", "longest, s"),
        [
            (row.kind, row.documents, row.read, row.refused, row.broke_reader, row.crashes, f"{row.seconds:.2f}")
            for row in rows
        ],
        left=("type",),
    )
    write_json(options.json, {"megabytes": memory, "rows": rows})
    if memory > LARGEST or any(row.crashes or row.seconds > LONGEST for row in rows):
        raise SystemExit("a document did harm")


def fuzz(documents: int, seed: int) -> list[TypeFigures]:
    """An even share of the documents for each type."""
    pick, specimens = random.Random(seed), {kind: make() for kind, make in SPECIMENS.items()}
    with Sandbox() as sandbox:
        return [
            _row(sandbox, kind, data, len(range(place, documents, len(specimens))), pick)
            for place, (kind, data) in enumerate(specimens.items())
        ]


def _row(sandbox: Sandbox, kind: str, sound: bytes, documents: int, pick: random.Random) -> TypeFigures:
    sandbox.load(kind, sound)
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    longest = 0.0
    for _ in range(documents):
        data, began = damaged(sound, pick), time.perf_counter()
        try:
            sandbox.load(kind, data)
            counts["read"] += 1
        except UnreadableContent as error:
            counts["broke" if isinstance(error, Overtaxed) else "refused"] += 1
            reasons[str(error)] += 1
        except Exception as error:  # whatever it is, it should not have come here
            counts["crashes"] += 1
            reasons[f"{type(error).__name__}: {error}"] += 1
        longest = max(longest, time.perf_counter() - began)
    return TypeFigures(
        kind, documents, counts["read"], counts["refused"], counts["broke"], counts["crashes"], longest, dict(reasons)
    )


def damaged(data: bytes, pick: random.Random) -> bytes:
    """A document with one to five damages; half of the archives are damaged in a member and sound otherwise."""
    inside = data.startswith(b"PK") and pick.random() < 0.5
    for _ in range(pick.randint(1, 5)):
        data = _in_a_member(data, pick) if inside else pick.choice(DAMAGES)(data, pick)
    return data or b"\0"


def _in_a_member(data: bytes, pick: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chosen = pick.choice(list(members))
    members[chosen] = pick.choice(DAMAGES)(members[chosen], pick)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _piece(data: bytes, pick: random.Random) -> slice:
    start = pick.randrange(len(data) + 1)
    return slice(start, start + pick.randint(1, 1 + len(data) // 8))


def _changed(data: bytes, pick: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(pick.randint(1, 1 + len(data) // 50) if data else 0):
        changed[pick.randrange(len(data))] = pick.randrange(256)
    return bytes(changed)


def _cut_out(data: bytes, pick: random.Random) -> bytes:
    piece = _piece(data, pick)
    return data[: piece.start] + data[piece.stop :]


def _cut_short(data: bytes, pick: random.Random) -> bytes:
    return data[: pick.randrange(len(data) + 1)]


def _repeated(data: bytes, pick: random.Random) -> bytes:
    piece = _piece(data, pick)
    times = min(pick.choice((2, 50, 5_000)), 2_000_000 // max(1, len(data[piece])))
    return data[: piece.start] + data[piece] * times + data[piece.stop :]


def _moved(data: bytes, pick: random.Random) -> bytes:
    piece = _piece(data, pick)
    rest = data[: piece.start] + data[piece.stop :]
    place = pick.randrange(len(rest) + 1)
    return rest[:place] + data[piece] + rest[place:]


def _number_enlarged(data: bytes, pick: random.Random) -> bytes:
    """A digit made a large number, which is a length or an offset in many formats."""
    digits = [place for place, byte in enumerate(data) if 0x30 <= byte <= 0x39]
    if not digits:
        return data
    place = pick.choice(digits)
    return data[:place] + pick.choice((b"99999999", b"-1", b"2147483648", b"0")) + data[place + 1 :]


DAMAGES: tuple[Damage, ...] = (_changed, _cut_out, _cut_short, _repeated, _moved, _number_enlarged)


if __name__ == "__main__":
    main()
