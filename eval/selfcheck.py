"""Whether an index finds its own sentences and tells the truth about where they stand; no questions needed.

A probe is a sentence without its number or its rarest word, as the cloze task has it (Taylor 1953): the passages it was
taken from ought to come first.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import metrics
from eval.datasets.gold_places import holds
from eval.metrics import Place
from index.sentences import ends_sentence, sentences

if TYPE_CHECKING:
    from index.folder_index import Passage
    from index.store import Store
    from qa.retrieval.hybrid import Retriever

WORD = re.compile(r"\w+")
LEAST_WORDS = 8  # a shorter sentence without its rarest word fits many passages
CUTS = (1, 5, 10)
BATCH = 16  # probes between two looks at the clock


@dataclass(frozen=True, slots=True)
class Probe:
    """A sentence without one of its words, and where the sentence stands."""

    query: str
    removed: str
    place: Place


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """What the check came to. ``misplaced`` names passages whose offsets do not give their text."""

    probes: int
    recall: dict[int, float]
    passages: int
    misplaced: tuple[str, ...]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "probes": self.probes,
            "recall": {str(k): value for k, value in self.recall.items()},
            "passages_checked": self.passages,
            "misplaced": list(self.misplaced),
            "sound": not self.misplaced,
            "seconds": round(self.seconds, 2),
        }


def drawn(passages: Sequence[Passage], count: int, seed: int) -> list[Passage]:
    """``count`` of the passages, or all, by ``seed``."""
    places = random.Random(seed).sample(range(len(passages)), min(count, len(passages)))
    return [passages[place] for place in places]


def probes(passages: Iterable[Passage], count: int, seed: int = 0) -> list[Probe]:
    """At most one probe from each passage, ``count`` in all; passages without a whole long sentence give none."""
    listed = list(passages)
    frequency = Counter(word for passage in listed for word in set(WORD.findall(passage.text.casefold())))
    chooser = random.Random(seed)
    found = (_probe(passage, frequency, chooser) for passage in listed)
    return [probe for probe in found if probe is not None][:count]


def _probe(passage: Passage, frequency: Counter[str], chooser: random.Random) -> Probe | None:
    """A probe from one of the passage's sentences."""
    whole = [(one, passage.text[one.start : one.end]) for one in sentences(passage.text)]
    long = [(one, said) for one, said in whole if ends_sentence(said) and len(WORD.findall(said)) >= LEAST_WORDS]
    if not long:
        return None
    sentence, said = chooser.choice(long)
    words = list(WORD.finditer(said))
    rarest = min(words, key=lambda word: (not word.group().isdigit(), frequency[word.group().casefold()], word.start()))
    rest = said[: rarest.start()] + said[rarest.end() :]
    place = Place(passage.document, passage.start + sentence.start, passage.start + sentence.end)
    return Probe(" ".join(rest.split()), rarest.group(), place)


def misplaced(passages: Iterable[Passage], index: Store) -> list[str]:
    """The passages whose text is not what stands at their offsets, in the index or in a file that says the same."""
    texts: dict[str, str] = {}
    for passage in passages:
        texts.setdefault(passage.document, index.document_text(passage.document))
    return [
        f"{passage.document}: characters {passage.start} to {passage.end} are not the passage's text"
        for passage in passages
        if texts[passage.document][passage.start : passage.end] != passage.text
    ]


def check(index: Store, retriever: Retriever, *, count: int = 200, seed: int = 0, seconds: float = 15.0) -> SelfCheck:
    """Draw passages, check their offsets, probe for as long as ``seconds`` allow."""
    began = time.perf_counter()
    passages = drawn(index.passages, 2 * count, seed)
    wrong = misplaced(passages, index)
    asked = probes(passages, count, seed)
    found: list[list[bool]] = []
    for at in range(0, len(asked), BATCH):
        if time.perf_counter() - began > seconds:
            break
        found += _found(asked[at : at + BATCH], retriever)
    recall = {k: sum(metrics.hit(one, k) for one in found) / max(1, len(found)) for k in CUTS}
    return SelfCheck(len(found), recall, len(passages), tuple(wrong), time.perf_counter() - began)


def _found(asked: Sequence[Probe], retriever: Retriever) -> list[list[bool]]:
    """Of each retrieved passage of each probe, whether it holds the sentence."""
    hits = retriever.retrieve_many([probe.query for probe in asked], max(CUTS))
    return [[holds(hit.passage, probe.place) for hit in row] for probe, row in zip(asked, hits, strict=True)]


def files_changed(index: Store, documents: Iterable[str]) -> list[str]:
    """Plain text files that are gone or no longer say what was indexed: their citations point at the old text."""
    plain = [name for name in documents if Path(name).suffix in (".txt", ".md")]
    return [name for name in plain if _file_text(Path(name)) != index.document_text(name)]


def _file_text(path: Path) -> str | None:
    """The file as offsets count in it; None if it cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None
