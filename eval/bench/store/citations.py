"""Is every citation exact, whatever the type of the document? Facts are written in documents of each type, indexed, and cited.

    python eval/bench/store/citations.py [--citations 200] [--seed 0] [--json citations.json]

Cited are runs of words in the sentences of the facts. A citation is exact if the characters [start, end) of the document are
its quote, and it is in the original if its words stand, one after the other, in what was written, which no loader has seen.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.specimens import SENTENCE, SPECIMENS
from index.builder import index_in_memory
from index.encoder.embedder import Embedder, SentenceEmbedder
from index.file_types import TYPES
from index.folder_index import Passage
from index.sentences import sentences
from qa.answering.candidates import cited
from qa.answers import Citation

FACTS, DOCUMENTS = 10, 4
LONGEST = 12  # words of a quote
_PARTS = (("Vel", "An", "Ske", "Cor", "Tar"), ("mo", "sel", "la", "vi"), ("ra", "m", "na", "den", "ck"))
_FACTS = (
    "The bridge of {place} was built in {year}.",
    "The harbour of {place} cost {year},500 crowns.",
    "Tilda {place} designed the tower by the sea.",
    "The library of {place} is famous for its maps of the coast.",
)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """The citations of one type, and how many of them are exact and stand in the original; ``wrong`` are the others."""

    kind: str
    citations: int
    exact: int
    original: int
    wrong: tuple[str, ...]


def main() -> None:
    """Measure, print a table, write JSON; exit status 1 if a citation is not exact."""
    options = command_line(__doc__, "bench-citations.json", citations=200, seed=0).parse_args()
    embedder = SentenceEmbedder.open()
    rows = [figures(kind, options.citations, options.seed, embedder) for kind in SPECIMENS]
    print_table(
        f"{sum(row.citations for row in rows)} citations",
        ("type", "citations", "exact", "in the original"),
        [(row.kind, row.citations, row.exact, row.original) for row in rows],
        left=("type",),
    )
    write_json(options.json, rows)
    if any(row.wrong for row in rows):
        raise SystemExit("a citation is not exact")


def figures(kind: str, count: int, seed: int, embedder: Embedder) -> TypeFigures:
    """Write documents of a type, index them, and cite from their facts."""
    pick = random.Random(seed)
    facts = list(_made(pick))
    with tempfile.TemporaryDirectory() as folder:
        written = dict(_written(Path(folder), kind, facts))
        index = index_in_memory([Path(folder)], embedder)
        places = [place for passage in index.passages for place in _sentences(passage, facts)]
        citations = [_cited(*pick.choice(places), pick) for _ in range(count)]
        exact = [index.document_text(one.document)[one.start : one.end] == one.quote for one in citations]
    original = [" ".join(one.quote.split()) in " ".join(written[one.document].split()) for one in citations]
    wrong = [one.quote for one, *right in zip(citations, exact, original, strict=True) if not all(right)]
    return TypeFigures(kind, count, sum(exact), sum(original), tuple(wrong))


def _made(pick: random.Random) -> Iterator[str]:
    """Yield facts about places that have names of their own."""
    places = ["".join(parts) for parts in product(*_PARTS)]
    for place in pick.sample(places, FACTS * DOCUMENTS):
        yield pick.choice(_FACTS).format(place=place, year=pick.randint(1100, 1990))


def _written(folder: Path, kind: str, facts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Write the facts in documents; yield the name of each and what was written."""
    for number in range(DOCUMENTS):
        text = f"{SENTENCE}{' '.join(facts[number * FACTS : (number + 1) * FACTS])} "
        path = folder / f"{number}{TYPES[kind].suffixes[0]}"
        path.write_bytes(SPECIMENS[kind](text))
        yield str(path.resolve()), text


def _sentences(passage: Passage, facts: Sequence[str]) -> Iterator[tuple[Passage, int, int]]:
    """Yield the places of sentences that are facts, as offsets in a passage."""
    known = set(facts)
    for one in sentences(passage.text):
        if " ".join(passage.text[one.start : one.end].split()) in known:
            yield passage, one.start, one.end


def _cited(passage: Passage, start: int, end: int, pick: random.Random) -> Citation:
    words = list(_WORD.finditer(passage.text, start, end))
    first = pick.randrange(len(words))
    last = pick.randrange(first, min(first + LONGEST, len(words)))
    return cited(passage, passage.start + words[first].start(), passage.start + words[last].end(), 0.0)


if __name__ == "__main__":
    main()
