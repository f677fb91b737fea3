"""SQuAD-format questions asked of an index of their paragraphs, with what the reader found, for fitting and for measuring."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from eval.own_passages import index_of
from index.embedder import SentenceEmbedder
from qa.assistant import Assistant, stages
from qa.reader import Reading
from qa.reading import ReadQuestion, load
from qa.retriever import Hit
from qa.scoring import f1
from qa.screening import UNREAD, ScreenedReader, looked_at, worth
from qa.windows import Pair

Say = Callable[[str], None]
CHUNK = 16


@dataclass(frozen=True, slots=True)
class Read:
    """A question, the passages retrieved for it, what is read in each, and the small reader's scores (inf without one)."""

    question: ReadQuestion
    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]
    looks: tuple[float, ...]

    def score(self, answer: str | None) -> float:
        """F1 as SQuAD 2.0 counts: of an answer that is given; of a refusal (None) 1 where nothing answers, else 0."""
        if answer is None:
            return float(not self.question.answers)
        return f1(answer, self.question.answers) if self.question.answers else 0.0

    def after(self, passages: int, below: float) -> tuple[Reading, ...]:
        """What the assistant has of the first so many passages, a stage of reading: where the small reader gave less than
        ``below``, nothing."""
        bounds = [0, *(count for count in stages(len(self.hits)) if count <= passages)]
        wanted = [one for first, end in pairwise(bounds) for one in worth(self.looks[first:end], below)]
        return tuple(reading if one else UNREAD for reading, one in zip(self.readings, wanted, strict=False))


def half(questions: Sequence[ReadQuestion], which: int) -> list[ReadQuestion]:
    """The questions of every other article: ``which`` is 0 for the first, 1 for the second."""
    return [question for question in questions if question.article % 2 == which]


def sampled(questions: Sequence[ReadQuestion], size: int, seed: int = 0) -> list[ReadQuestion]:
    """``size`` of them by ``seed``; all where there are fewer."""
    return random.Random(seed).sample(list(questions), min(size, len(questions)))


def assistant_over(files: Sequence[Path], reader: str | None, say: Say) -> Assistant:
    """An assistant over every paragraph of the files, each paragraph a document."""
    paragraphs = dict.fromkeys(question.pair.passage for file in files for question in load(file))
    embedder = SentenceEmbedder.open()
    say(f"indexing {len(paragraphs)} paragraphs")
    index = index_of({f"{number:06}.txt": text for number, text in enumerate(paragraphs) if text.strip()}, embedder)
    return Assistant.over_index(index, embedder, reader)


def read_all(assistant: Assistant, questions: Sequence[ReadQuestion], k: int, say: Say) -> list[Read]:
    """Retrieve ``k`` passages for each question and read them, each of them by both readers where there are two."""
    reader = assistant.reader
    large, small = (reader.large, reader.small) if isinstance(reader, ScreenedReader) else (reader, None)
    found: list[Read] = []
    for at in range(0, len(questions), CHUNK):
        some = questions[at : at + CHUNK]
        hits = assistant.retriever.retrieve_many([question.pair.question for question in some], k)
        pairs = [
            Pair(question.pair.question, hit.passage.text)
            for question, row in zip(some, hits, strict=True)
            for hit in row
        ]
        flat = iter(large.read(pairs))
        looks = iter(looked_at(small, pairs) if small else [math.inf] * len(pairs))
        found += [
            Read(question, tuple(row), tuple(next(flat) for _ in row), tuple(next(looks) for _ in row))
            for question, row in zip(some, hits, strict=True)
        ]
        if at // CHUNK % 10 == 9:
            say(f"read for {len(found)} of {len(questions)} questions")
    return found
