"""SQuAD-format questions asked of an index of their paragraphs, with what the reader found, for fitting and for measuring."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.own_passages import index_of
from index.embedder import SentenceEmbedder
from qa.assistant import Assistant
from qa.reader import Reading
from qa.reading import ReadQuestion, load
from qa.retriever import Hit
from qa.windows import Pair

Say = Callable[[str], None]
CHUNK = 16


@dataclass(frozen=True, slots=True)
class Read:
    """A question, the passages retrieved for it, and what was read in each."""

    question: ReadQuestion
    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]


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
    """Retrieve ``k`` passages for each question and read them."""
    found: list[Read] = []
    for at in range(0, len(questions), CHUNK):
        some = questions[at : at + CHUNK]
        hits = assistant.retriever.retrieve_many([question.pair.question for question in some], k)
        pairs = [
            Pair(question.pair.question, hit.passage.text)
            for question, row in zip(some, hits, strict=True)
            for hit in row
        ]
        flat = iter(assistant.reader.read(pairs))
        found += [
            Read(question, tuple(row), tuple(next(flat) for _ in row)) for question, row in zip(some, hits, strict=True)
        ]
        if at // CHUNK % 10 == 9:
            say(f"read for {len(found)} of {len(questions)} questions")
    return found
