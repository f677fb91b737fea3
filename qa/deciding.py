"""The sentence that decides a yes/no question, or gives a reason: chosen by meaning and by shared words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.embedder import Embedder
from index.sentences import sentences
from qa.retriever import Hit

PASSAGES = 6
STEM = 5
WORD = re.compile(r"[\w’']+")
COMMON = frozenset(
    (
        "a an the is are was were be been do does did has have had can could will would shall should may "
        "might must of in on at to for from by with and or not no any all it its his her their they he she "
        "that this these those there than as so also who what when where which why how "
    ).split()
)


@dataclass(frozen=True, slots=True)
class Decided:
    """A sentence in document offsets, with the hit it stands in.

    ``similarity`` is the cosine of question and sentence, ``overlap`` the share, 0..1, of the question's content words
    that the sentence has.
    """

    hit: Hit
    rank: int
    start: int
    end: int
    similarity: float
    overlap: float

    @property
    def score(self) -> float:
        """The mean of the two, 0..1: what the sentences are ranked by."""
        return (self.similarity + self.overlap) / 2


def content_words(text: str) -> set[str]:
    """The first letters of the words that carry meaning, so that "cancel" and "cancelled" are one."""
    return {word.lower()[:STEM] for word in WORD.findall(text) if word.lower() not in COMMON}


def deciding_sentences(question: str, hits: Sequence[Hit], embedder: Embedder) -> list[Decided]:
    """The sentences of the first passages, the likeliest to decide the question first; none twice."""
    places: dict[tuple[str, int], tuple[Hit, int, int, str]] = {}
    for rank, hit in enumerate(hits[:PASSAGES], 1):
        for found in sentences(hit.passage.text):
            key = (hit.passage.document, hit.passage.start + found.start)
            places.setdefault(
                key, (hit, rank, hit.passage.start + found.end, hit.passage.text[found.start : found.end])
            )
    if not places:
        return []
    vectors = embedder.embed([question, *(text for *_, text in places.values())])
    similarities = (vectors[1:] @ vectors[0]).tolist()
    asked = content_words(question)
    decided = [
        Decided(hit, rank, start, end, similarity, len(asked & content_words(text)) / max(1, len(asked)))
        for ((_, start), (hit, rank, end, text)), similarity in zip(places.items(), similarities, strict=True)
    ]
    return sorted(decided, key=lambda one: (-one.score, one.rank))
