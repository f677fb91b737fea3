"""SQuAD-format questions asked of an index of their paragraphs, with what the reader found, for fitting and for measuring."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from eval.datasets.own_passages import index_of
from index.encoder.embedder import SentenceEmbedder
from qa.answering.cascade import read_enough
from qa.answering.confidence import Confidence
from qa.assistant import Assistant, Readers
from qa.commands.read import ReadQuestion, load
from qa.reader.reader import Reader, Reading
from qa.reader.windows import Pair
from qa.retrieval.hybrid import Hit
from qa.squad_scores import f1

Say = Callable[[str], None]
CHUNK = 16  # questions read together


@dataclass(frozen=True, slots=True)
class Read:
    """A question, the passages retrieved for it, and what is read in each: by the large reader, and by the small one if any."""

    question: ReadQuestion
    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]
    looks: tuple[Reading, ...]

    def pairs(self) -> list[Pair]:
        """The question with each of its passages."""
        return [Pair(self.question.pair.question, hit.passage.text) for hit in self.hits]

    def score(self, answer: str | None) -> float:
        """F1 as SQuAD 2.0 counts: of an answer that is given; of a refusal (None) 1 if nothing answers, else 0."""
        if answer is None:
            return float(not self.question.answers)
        return f1(answer, self.question.answers) if self.question.answers else 0.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """A reader that has read before, and says so again."""

    readings: Mapping[Pair, Reading]

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading per pair, in order."""
        return [self.readings[pair] for pair in pairs]


def say(line: str) -> None:
    """Progress, on stderr."""
    sys.stderr.write(line + "\n")


def as_read(reads: Sequence[Read], confidence: Confidence) -> list[list[Reading]]:
    """What the assistant reads of each question's passages before it stops."""
    large = Recorded({pair: one for read in reads for pair, one in zip(read.pairs(), read.readings, strict=True)})
    small = Recorded({pair: one for read in reads for pair, one in zip(read.pairs(), read.looks, strict=False)})
    questions, found = [read.question.pair.question for read in reads], [read.hits for read in reads]
    return read_enough(questions, found, large, small if small.readings else None, confidence)


def half(questions: Sequence[ReadQuestion], which: int) -> list[ReadQuestion]:
    """The questions of every other article: ``which`` is 0 for the first, 1 for the second."""
    return [question for question in questions if question.article % 2 == which]


def sampled(questions: Sequence[ReadQuestion], size: int, seed: int = 0) -> list[ReadQuestion]:
    """``size`` of them by ``seed``; all if there are fewer."""
    return random.Random(seed).sample(list(questions), min(size, len(questions)))


def assistant_over(files: Sequence[Path], reader: str | None, say: Say, more: Sequence[str] = ()) -> Assistant:
    """An assistant over every paragraph of the files, and ``more``, each paragraph a document."""
    paragraphs = dict.fromkeys([*(question.pair.passage for file in files for question in load(file)), *more])
    embedder = SentenceEmbedder.open()
    say(f"indexing {len(paragraphs)} paragraphs")
    index = index_of({f"{number:06}.txt": text for number, text in enumerate(paragraphs) if text.strip()}, embedder)
    return Assistant.over_index(index, embedder, Readers.open(reader))


def read_all(
    assistant: Assistant, questions: Sequence[ReadQuestion], k: int, small: Reader | None, say: Say
) -> list[Read]:
    """Retrieve ``k`` passages for each question and read them all, by the assistant's reader and by a small one if any."""
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
        looks = iter(small.read(pairs) if small else [])
        found += [
            Read(question, tuple(row), tuple(islice(flat, len(row))), tuple(islice(looks, len(row))))
            for question, row in zip(some, hits, strict=True)
        ]
        if at // CHUNK % 10 == 9:
            say(f"read for {len(found)} of {len(questions)} questions")
    return found
