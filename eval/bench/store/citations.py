"""Is every citation exact, whatever the type of the document? Facts are written in documents of each type and asked for.

    python eval/bench/store/citations.py [--citations 200] [--seed 0] [--json citations.json]

A citation is exact if the characters [start, end) of the indexed document are its quote, and it is in the original if its words
stand, one after the other, in what was written, which no loader has seen. Headings and tables of the specimens count as written.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from eval.bench.results import command_line, print_table, write_json
from eval.bench.store.specimens import SENTENCE, SPECIMENS
from index.builder import index_in_memory
from index.embedder import SentenceEmbedder
from index.file_types import TYPES
from qa.answers import Answer, Citation
from qa.assistant import Assistant

FACTS = 10  # in a document
DOCUMENTS = 10
TOGETHER = 10  # questions asked at once
_PARTS = (
    ("Vel", "An", "Ske", "Cor", "Tar", "Il", "Mor", "Os"),
    ("mo", "sel", "la", "vi", "de", "wi"),
    ("ra", "m", "na", "den", "ck"),
)
_ASKED = (
    ("The bridge of {place} was built in {year}.", "When was the bridge of {place} built?"),
    ("The harbour of {place} cost {year},500 crowns.", "How much did the harbour of {place} cost?"),
    ("Tilda {place} designed the tower of {place}.", "Who designed the tower of {place}?"),
    ("The library of {place} is famous for its maps of the coast.", "What is the library of {place} famous for?"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, and a question that it answers."""

    sentence: str
    question: str


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """The citations of one type, and how many of them are exact and stand in the original; ``wrong`` are the others."""

    kind: str
    questions: int
    citations: int
    exact: int
    original: int
    wrong: tuple[str, ...]


def main() -> None:
    """Measure, print a table, write JSON; exit status 1 if a citation is not exact."""
    options = command_line(__doc__, "bench-citations.json", citations=200, seed=0).parse_args()
    embedder = SentenceEmbedder.open()
    rows = [cited(kind, options.citations, options.seed, embedder) for kind in SPECIMENS]
    print_table(
        f"{sum(row.citations for row in rows)} citations",
        ("type", "questions", "citations", "exact", "in the original"),
        [(row.kind, row.questions, row.citations, row.exact, row.original) for row in rows],
        left=("type",),
    )
    write_json(options.json, rows)
    if any(row.wrong for row in rows):
        raise SystemExit("a citation is not exact")


def cited(kind: str, enough: int, seed: int, embedder: SentenceEmbedder) -> TypeFigures:
    """Write documents of a type, index them, and ask for their facts until there are enough citations."""
    facts = list(made(random.Random(seed), FACTS * DOCUMENTS))
    citations: list[Citation] = []
    asked = 0
    with tempfile.TemporaryDirectory() as folder:
        written = dict(_written(Path(folder), kind, facts))
        index = index_in_memory([Path(folder)], embedder)
        assistant = Assistant.over_index(index, embedder)
        while len(citations) < enough and asked < len(facts):
            together = facts[asked : asked + TOGETHER]
            answers = assistant.ask_many([fact.question for fact in together])
            citations += [one for answer in answers for one in _citations(answer)]
            asked += len(together)
        texts = {citation.document: index.document_text(citation.document) for citation in citations}
    exact = [texts[one.document][one.start : one.end] == one.quote for one in citations]
    original = [_stands(one, written[one.document]) for one in citations]
    wrong = [one.quote for one, *right in zip(citations, exact, original, strict=True) if not all(right)]
    return TypeFigures(kind, asked, len(citations), sum(exact), sum(original), tuple(wrong))


def made(pick: random.Random, count: int) -> Iterator[Fact]:
    """Yield facts about places that have names of their own."""
    places = ["".join(parts) for parts in product(*_PARTS)]
    for place in pick.sample(places, count):
        fact = Fact(*pick.choice(_ASKED))
        about = {"place": place, "year": pick.randint(1100, 1990)}
        yield Fact(fact.sentence.format(**about), fact.question.format(**about))


def _written(folder: Path, kind: str, facts: Sequence[Fact]) -> Iterator[tuple[str, str]]:
    """Write the facts in documents; yield the name of each and what was written."""
    for number, start in enumerate(range(0, len(facts), FACTS)):
        text = f"{SENTENCE}{' '.join(fact.sentence for fact in facts[start : start + FACTS])} "
        path = folder / f"{number}{TYPES[kind].suffixes[0]}"
        path.write_bytes(SPECIMENS[kind](text))
        yield str(path.resolve()), text


def _citations(answer: Answer) -> Iterator[Citation]:
    yield from answer.citations
    for other in answer.alternatives:
        yield from other.citations


def _stands(citation: Citation, written: str) -> bool:
    """Whether the words of a quote stand in what was written, for PDF and RTF without what is beyond ASCII."""
    texts = (written, written.encode("ascii", "ignore").decode())
    words = " ".join(citation.quote.split())
    return any(words in " ".join(2 * text.split()) for text in texts)


if __name__ == "__main__":
    main()
