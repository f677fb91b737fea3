"""SQuAD-format questions asked of an index of their paragraphs, with what the reader found, for fitting and for measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from eval.datasets.own_passages import index_of
from eval.studies.recorded import RecordedReader, key_of
from index.encoder.embedder import SentenceEmbedder
from qa.answering.cascade import read_enough
from qa.answering.confidence import Confidence
from qa.answers import PASSAGES_READ
from qa.assistant import Assistant, Readers
from qa.commands.read import ReadQuestion, load
from qa.console import err
from qa.reader.reader import Reading
from qa.reader.windows import Pair
from qa.retrieval.hybrid import Hit
from qa.squad_scores import f1

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


def as_read(reads: Sequence[Read], confidence: Confidence) -> list[list[Reading]]:
    """What the assistant reads of each question's passages before it stops."""
    large = {key_of(pair): one for read in reads for pair, one in zip(read.pairs(), read.readings, strict=True)}
    small = {key_of(pair): one for read in reads for pair, one in zip(read.pairs(), read.looks, strict=False)}
    questions, found = [read.question.pair.question for read in reads], [read.hits for read in reads]
    screen = RecordedReader(confidence.screen, small) if small else None
    return read_enough(questions, found, RecordedReader(confidence.reader, large), screen, confidence)


def assistant_over(files: Sequence[Path], reader: str | None) -> Assistant:
    """An assistant over every paragraph of the files, each paragraph a document."""
    paragraphs = dict.fromkeys(question.pair.passage for file in files for question in load(file))
    embedder = SentenceEmbedder.open()
    err.say(f"indexing {len(paragraphs)} paragraphs")
    index = index_of({f"{number:06}.txt": text for number, text in enumerate(paragraphs) if text.strip()}, embedder)
    return Assistant.over_index(index, embedder, Readers.open(reader))


def read_all(assistant: Assistant, questions: Sequence[ReadQuestion]) -> list[Read]:
    """Retrieve the passages of each question and read them all, by the assistant's reader and by its small one if any."""
    found: list[Read] = []
    for at in range(0, len(questions), CHUNK):
        some = questions[at : at + CHUNK]
        hits = assistant.retriever.retrieve_many([question.pair.question for question in some], PASSAGES_READ)
        pairs = [
            Pair(question.pair.question, hit.passage.text)
            for question, row in zip(some, hits, strict=True)
            for hit in row
        ]
        flat = iter(assistant.reader.read(pairs))
        looks = iter(assistant.screen.read(pairs) if assistant.screen else [])
        found += [
            Read(question, tuple(row), tuple(islice(flat, len(row))), tuple(islice(looks, len(row))))
            for question, row in zip(some, hits, strict=True)
        ]
        if at // CHUNK % 10 == 9:
            err.say(f"read for {len(found)} of {len(questions)} questions")
    return found
