"""What is asked: a question, the answers that count, and where they stand; a dialogue; a set of them."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal, TypeVar

from eval.metrics import Place
from qa.english import QUESTION_WORDS

Split = Literal["dev", "test"]
Item = TypeVar("Item")
KINDS = (*QUESTION_WORDS, "how many", "how much")


class UnreadableDataset(ValueError):
    """The file or folder cannot be used at all; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong with one line or question. ``misleading``: figures that ignore it would say something false."""

    where: str
    reason: str
    misleading: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """One question and every answer that counts; no answer at all if the articles do not hold one.

    ``starts`` gives each answer's offset in ``document`` or None if it is unknown; ``documents`` are all that hold
    an answer, if there are several. ``items`` are the parts of a list, each in every wording that counts, ``verdict``
    is the yes or no of a question that asks for one.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    document: str | None
    starts: tuple[int | None, ...]
    kind: str
    items: tuple[tuple[str, ...], ...] = ()
    verdict: str | None = None
    documents: tuple[str, ...] = ()

    @property
    def accepted(self) -> tuple[str, ...]:
        """Every text that counts as right."""
        return self.answers + ((self.verdict,) if self.verdict else ())

    @property
    def answerable(self) -> bool:
        """Whether there is anything to be found."""
        return bool(self.accepted)

    @property
    def holders(self) -> tuple[str, ...]:
        """The names of all documents that hold an answer, the one that the offsets count in first."""
        first = () if self.document is None else (self.document,)
        return tuple(dict.fromkeys(first + self.documents))

    def places(self, document: str, text: str) -> tuple[Place, ...]:
        """The answers that stand at their offset in ``text``, as places in ``document``."""
        starting = [
            (start, answer) for start, answer in zip(self.starts, self.answers, strict=True) if start is not None
        ]
        return tuple(
            Place(document, start, start + len(answer)) for start, answer in starting if text.startswith(answer, start)
        )


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions asked one after the other, each of which may lean on those before it."""

    id: str
    turns: tuple[GoldQuestion, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything of one file. ``paragraphs`` (name to text) is what a SQuAD file brings along to be asked about."""

    name: str
    questions: tuple[GoldQuestion, ...]
    dialogues: tuple[Dialogue, ...] = ()
    paragraphs: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[Complaint, ...] = ()


def split_of(id: str) -> Split:
    """The half a question belongs to, by the hash of its id: it never moves when others come or go."""
    return "dev" if hashlib.sha256(id.encode()).digest()[0] < 128 else "test"


def sample(questions: Sequence[Item], size: int, seed: int = 0) -> tuple[Item, ...]:
    """``size`` of the questions drawn by ``seed``, in their own order; all if there are fewer."""
    if size >= len(questions):
        return tuple(questions)
    chosen = random.Random(seed).sample(range(len(questions)), size)
    return tuple(questions[place] for place in sorted(chosen))


def same_document(gold: str, indexed: str) -> bool:
    """Whether ``indexed``, a path, ends with the path parts of ``gold``: ``tour.md`` fits ``/articles/tour.md``."""
    wanted = PurePath(gold).parts
    return bool(wanted) and PurePath(indexed).parts[-len(wanted) :] == wanted


def question_word(question: str) -> str:
    """The first question word of a question, ``other`` if it has none."""
    padded = f" {' '.join(re.findall(r'[a-z]+', question.lower()))} "
    found = [(padded.find(f" {word} "), -len(word), word) for word in KINDS]
    return min((one for one in found if one[0] >= 0), default=(0, 0, "other"))[2]
