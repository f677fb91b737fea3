"""A small assistant whose every stage can be broken on purpose: what the tests of eval measure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

from index.folder_index import Passage
from qa.answers import Alternative, Answer, Certainty, Citation, CitedPassage, Milliseconds
from qa.retrieval.hybrid import Hit

TOUR = "/articles/macron-tour.md"
PIPE = "/articles/pipeline.md"
TEXTS = {
    TOUR: "Macron landed in Kazakhstan on November 1. He praised its leader warmly. Uzbekistan was the second stop.",
    PIPE: "The pipeline ends in Novorossiysk. Chevron and Exxon Mobil use it. It was shut in March 2022.",
}

Chunker = Callable[[str], Sequence[tuple[int, int]]]
Read = Callable[[str, str], Sequence[tuple[str, float]]]


def sentences(text: str) -> list[tuple[int, int]]:
    """A passage a sentence."""
    return [match.span() for match in re.finditer(r"\S[^.]*\.", text)]


def cut(texts: Mapping[str, str], chunker: Chunker = sentences) -> list[Passage]:
    """The passages of the texts."""
    spans = [(name, start, end) for name, text in texts.items() for start, end in chunker(text)]
    return [
        Passage(number, name, name, "0" * 64, start, end, texts[name][start:end], "", None)
        for number, (name, start, end) in enumerate(spans)
    ]


def knowing(answers: Mapping[str, Sequence[tuple[str, float]]]) -> Read:
    """A reader that finds the phrases listed for a question wherever they stand, with their probabilities."""
    return lambda question, passage: [(phrase, sure) for phrase, sure in answers.get(question, ()) if phrase in passage]


@dataclass
class FakeIndex:
    texts: Mapping[str, str]
    passages: Sequence[Passage]

    @property
    def documents(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name=name) for name in self.texts]

    def document_text(self, name: str) -> str:
        return self.texts[name]


@dataclass
class WordRetriever:
    """Ranks passages by the words they share with the question."""

    passages: Sequence[Passage]
    asked: list[str] = field(default_factory=list)

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        self.asked += questions
        return [self._retrieve(question, k) for question in questions]

    def _retrieve(self, question: str, k: int) -> list[Hit]:
        words = set(re.findall(r"\w+", question.lower()))
        shared = [len(words & set(re.findall(r"\w+", passage.text.lower()))) for passage in self.passages]
        order = sorted(range(len(self.passages)), key=lambda place: (-shared[place], place))
        return [Hit(self.passages[place], float(shared[place])) for place in order[:k]]


@dataclass
class FakeAnswerer:
    """Retrieves by words, reads with ``read``, refuses below ``threshold``."""

    index: FakeIndex
    retriever: WordRetriever
    read: Read
    threshold: float = 0.5

    def ask_many(self, questions: Sequence[str], k: int = 10) -> list[Answer]:
        found = self.retriever.retrieve_many(questions, k)
        return [self.read_passages(q, [hit.passage for hit in hits]) for q, hits in zip(questions, found, strict=True)]

    def read_passages(self, question: str, passages: Sequence[Passage]) -> Answer:
        candidates = [(phrase, sure, p) for p in passages for phrase, sure in self.read(question, p.text)]
        candidates.sort(key=lambda candidate: -candidate[1])
        alternatives = tuple(Alternative(phrase, sure, (quote(p, phrase),)) for phrase, sure, p in candidates)
        spent = Milliseconds(2.0, 8.0, 10.0)
        if not candidates or candidates[0][1] < self.threshold:
            sure = 1 - candidates[0][1] if candidates else 1.0
            return Answer(
                question, None, sure, tuple(quote(p, p.text) for p in passages[:1]), alternatives, spent, kind="none"
            )
        best = alternatives[0]
        word: Certainty = "sure" if best.confidence >= 0.8 else "likely"
        return Answer(question, best.answer, best.confidence, best.citations, alternatives[1:], spent, certainty=word)


def quote(passage: Passage, phrase: str) -> Citation:
    """The first place of the phrase in the passage as a citation."""
    start = passage.start + passage.text.index(phrase)
    shown = CitedPassage(passage.start, passage.end, passage.text)
    name, end = passage.document, start + len(phrase)
    return Citation(name, passage.title, passage.sha256, start, end, phrase, passage.page, shown, 1.0)


def answerer(
    read: Read, *, texts: Mapping[str, str] = TEXTS, chunker: Chunker = sentences, threshold: float = 0.5
) -> FakeAnswerer:
    """An assistant over ``texts``."""
    passages = cut(texts, chunker)
    return FakeAnswerer(FakeIndex(texts, passages), WordRetriever(passages), read, threshold)
