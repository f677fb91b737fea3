"""A stand-in for the assistant over a few small files: whole-word search and a table of answers, no model."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.answers import Alternative, Answer, Citation, CitedPassage, Milliseconds


@dataclass(frozen=True, slots=True)
class FakeRecord:
    """An indexed document."""

    name: str
    title: str
    sha256: str
    kind: str
    date: str | None = None
    characters: int = 0
    passages: int = 0
    first_passage: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FakePassage:
    """A paragraph of a document."""

    number: int
    document: str
    title: str
    sha256: str
    start: int
    end: int
    text: str
    heading: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class FakeHit:
    """A passage found."""

    passage: FakePassage
    score: float


class FakeIndex:
    """Paragraphs of text files."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.documents: list[FakeRecord] = []
        self.passages: list[FakePassage] = []
        self.unreadable: list[object] = []
        self.duplicates: list[object] = []
        self._texts: dict[str, str] = {}
        for path in paths:
            self._add(path)

    def _add(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        sha256, name = hashlib.sha256(path.read_bytes()).hexdigest(), str(path.resolve())
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), path.stem)
        self._texts[name] = text
        first = len(self.passages)
        for match in re.finditer(r"\S(?:.|\n(?!\n|\Z))*", text):
            self.passages.append(
                FakePassage(
                    len(self.passages), name, title, sha256, match.start(), match.end(), match.group(), page=None
                )
            )

        found = len(self.passages) - first
        self.documents.append(FakeRecord(name, title, sha256, path.suffix[1:], None, len(text), found, first))

    def document_text(self, name: str) -> str:
        """The kept text."""
        return self._texts[name]


@dataclass(slots=True)
class FakeAssistant:
    """Answers ``answers[question]`` with every place where those words stand, else that the articles do not say."""

    index: FakeIndex
    answers: Mapping[str, str]
    confidence: float = 0.93
    conflicts: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()
    slow: Mapping[str, threading.Event] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def retriever(self) -> FakeAssistant:
        """Itself: it retrieves, too."""
        return self

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[FakeHit]]:
        """Passages by shared words."""
        return [self.retrieve(question, k) for question in questions]

    def ask_many(self, questions: Sequence[str], k: int = 10) -> list[Answer]:
        """Look each question up."""
        return [self.ask(question, k) for question in questions]

    def retrieve(self, question: str, k: int) -> list[FakeHit]:
        """Passages of one question."""
        words = set(re.findall(r"\w+", question.lower()))
        scored = [
            FakeHit(one, float(len(words & set(re.findall(r"\w+", one.text.lower()))))) for one in self.index.passages
        ]
        return sorted(scored, key=lambda hit: -hit.score)[:k]

    def ask(self, question: str, k: int = 10) -> Answer:
        """Look the question up."""
        self.asked.append(question)
        if question in self.slow:
            self.slow[question].wait(10)
        spent = Milliseconds(2.0, 40.0, 42.0)
        words = self.answers.get(question)
        if words is None:
            near = tuple(_cite(hit.passage, hit.passage.start, "") for hit in self.retrieve(question, 3))
            return Answer(question, None, 0.88, near, (), spent)
        others = tuple(Alternative(other, 0.31, self.places(other)) for other in self.others)
        return Answer(
            question, words, self.confidence, self.places(words), others, spent, conflict=question in self.conflicts
        )

    def places(self, words: str) -> tuple[Citation, ...]:
        """Every place where the words stand."""
        found = []
        for one in self.index.passages:
            place = one.text.find(words)
            if place >= 0:
                found.append(_cite(one, one.start + place, words))
        return tuple(found)


def _cite(passage: FakePassage, start: int, quote: str) -> Citation:
    """A citation of a passage's words."""
    cited = CitedPassage(passage.start, passage.end, passage.text)
    return Citation(
        passage.document, passage.title, passage.sha256, start, start + len(quote), quote, passage.page, cited, 5.0
    )
