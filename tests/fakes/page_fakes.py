"""A stand-in for the assistant over a few small files: whole-word search and a table of answers, no model."""

from __future__ import annotations

import copy
import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.blocks import Block, Structure
from index.documents import find_files
from index.filters import parse
from index.folder_index import Unreadable
from qa.answers import Agreement, Alternative, Answer, Citation, CitedPassage, Kind, Milliseconds
from qa.reader.reader import Reader, Reading
from qa.reader.windows import Pair
from ui.state.roots import Roots


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
    pages: tuple[int, ...] = ()
    authors: tuple[str, ...] = ()
    language: str | None = None


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


@dataclass(frozen=True, slots=True)
class FakeSettings:
    """What an index was made from, and when."""

    roots: tuple[str, ...]
    built: str = "2026-01-01T00:00:00+00:00"
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FakeReport:
    """What an indexing run did."""

    documents: int = 2
    passages: int = 3
    added: tuple[str, ...] = ("a",)
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = (Unreadable("b", "why"),)
    renamed: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    without_vector: int = 0


class FakeIndex:
    """Paragraphs of text files."""

    generation: str | None = None
    foreign = False
    without_vector = 0
    warnings: tuple[str, ...] = ()

    def __init__(self, paths: Sequence[Path]) -> None:
        self.settings = FakeSettings(tuple(str(path.resolve()) for path in paths))
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

    def pad(self, documents: int) -> None:
        """Add so many more documents that lie nowhere."""
        for number in range(documents):
            name, text = f"/far/{number:05}.md", f"Note {number} says little."
            self._texts[name] = text
            passage = FakePassage(len(self.passages), name, f"Note {number}", "0" * 64, 0, len(text), text)
            self.documents.append(
                FakeRecord(name, f"Note {number}", "0" * 64, "md", "2024-05-01", len(text), 1, passage.number)
            )
            self.passages.append(passage)

    def document(self, name: str) -> FakeRecord:
        """The record of a document; KeyError where there is none."""
        return {record.name: record for record in self.documents}[name]

    def document_text(self, name: str) -> str:
        """The kept text."""
        return self._texts[name]

    def structure(self, name: str) -> Structure:
        """Its passages as paragraphs."""
        blocks = (Block(one.start, one.end) for one in self.passages if one.document == name)
        return Structure.of(blocks)


class FakePassages:
    """A reader that finds nothing, takes 20 ms a passage, and counts them."""

    def __init__(self) -> None:
        self.read_so_far = 0

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """Read one after the other."""
        for _ in pairs:
            time.sleep(0.02)
            self.read_so_far += 1
        return [Reading(()) for _ in pairs]


@dataclass(slots=True)
class FakeAssistant:
    """Answers ``answers[question]`` with every place where those words stand, else that the articles do not say.

    A question of ``slow`` waits for its event, one of ``passages`` has ``reader`` read so many.
    """

    index: FakeIndex
    answers: Mapping[str, str]
    confidence: float = 0.93
    conflicts: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    slow: Mapping[str, threading.Event] = field(default_factory=dict)
    passages: Mapping[str, int] = field(default_factory=dict)
    reader: Reader = field(default_factory=FakePassages)
    asked: list[str] = field(default_factory=list)

    @property
    def retriever(self) -> FakeAssistant:
        """Itself: it retrieves, too."""
        return self

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[FakeHit]]:
        """Passages by shared words."""
        return [self.retrieve(question, k) for question in questions]

    def ask_many(self, questions: Sequence[str], k: int = 10, *, as_written: bool = False) -> list[Answer]:
        """Look each question up."""
        return [self.ask(question, k) for question in questions]

    def where(self, condition: str) -> FakeAssistant:
        """Over the documents that meet a condition."""
        meets = parse(condition)
        names = {one.name for one in self.index.documents if meets.holds(one)}  # type: ignore[arg-type]
        narrowed = copy.copy(self.index)
        narrowed.passages = [one for one in self.index.passages if one.document in names]
        return replace(self, index=narrowed)

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
        self.reader.read([Pair(question, "")] * self.passages.get(question, 0))
        spent = Milliseconds(2.0, 40.0, 42.0)
        words = self.answers.get(question)
        if words is None or not self.places(words):
            near = tuple(_cite(hit.passage, hit.passage.start, hit.passage.text) for hit in self.retrieve(question, 3))
            return Answer(question, None, 0.88, near, (), spent, kind="none")
        others = tuple(Alternative(other, 0.31, self.places(other)) for other in self.others)
        return Answer(
            question,
            words,
            self.confidence,
            self.places(words),
            others,
            spent,
            kind=self.kinds.get(question, "span"),
            certainty="sure",
            agreement=Agreement(1, 1, True) if question in self.conflicts else Agreement(1),
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


class FakeFolder:
    """An index over paths and ``more`` documents that lie nowhere: opened as it is, and made anew at 50 ms a file."""

    def __init__(self, paths: Sequence[Path], answers: Mapping[str, str], more: int = 0) -> None:
        self.paths, self.answers, self.more = list(paths), answers, more
        self.out: frozenset[Path] = frozenset()
        self.files, self.made = set(find_files(self.paths)), 0

    def open(self) -> FakeAssistant:
        """An assistant over the files as they are."""
        index = FakeIndex([file for file in find_files(self.paths) if file not in self.out])
        index.pad(self.more)
        built, out = f"2026-01-01T00:00:{self.made:02}+00:00", tuple(map(str, self.out))
        index.settings = FakeSettings(tuple(map(str, self.paths)), built, out)
        index.generation = f"gen-{self.made}"
        return FakeAssistant(index, self.answers)

    def rebuild(self, roots: Roots, progress: Callable[[int, int, str], None]) -> FakeReport:
        """Take other roots, and say what came and went."""
        before, files = self.files, [file for file in find_files(roots.paths) if file not in roots.out]
        for done, file in enumerate(files, 1):
            time.sleep(0.05)
            progress(done, len(files), str(file))
        self.paths, self.out, self.files, self.made = list(roots.paths), roots.out, set(files), self.made + 1
        added, removed = (tuple(map(str, some)) for some in (self.files - before, before - self.files))
        return FakeReport(len(files) + self.more, len(files) + self.more, added, (), removed, (), ())
