"""Sentences of an index with their places: of one document in order, and of the passages that a search finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.folder_index import Passage
from index.sentences import sentences
from index.storage.layout import DocumentRecord
from index.store import Store
from qa.answering.candidates import cited
from qa.answers import Citation


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters [start, end) of the document of a passage that holds them."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words, a slice of the document."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    def cited(self, confidence: float = 0.0) -> Citation:
        """The sentence as a citation."""
        return cited(self.passage, self.start, self.end, 0.0, confidence)


class Source:
    """A document with its passages and sentences."""

    def __init__(self, store: Store, record: DocumentRecord) -> None:
        self._store, self.record = store, record

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """The passages, in order."""
        first = self.record.first_passage
        return self._store.passages[first : first + self.record.passages]

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence once, in order; passages repeat the ends of those before them."""
        reached = 0
        for passage in self.passages:
            for sentence in in_passage(passage):
                if sentence.start >= reached:
                    yield sentence
                    reached = sentence.end


def in_passage(passage: Passage) -> Iterator[Sentence]:
    """The sentences of a passage."""
    for place in sentences(passage.text):
        yield Sentence(passage, passage.start + place.start, passage.start + place.end)
