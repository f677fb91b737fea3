"""What a run leaves behind: one record per question, saved as JSON and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from eval.datasets.questions import UnreadableDataset
from eval.waterfall import Outcome
from qa.answers import Certainty

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Record:
    """One question, what was expected, what was given, and every score of it.

    A score is None if it does not apply. ``guess`` is the best candidate whether or not it was given as the answer,
    ``guess_confidence`` its probability of being right. ``relevance`` says of each retrieved passage, best first,
    whether it holds the gold answer whole, ``relevant`` how many in the index do. ``highlight`` is the quote's place in
    ``passage``. ``certainty`` is the word shown, ``conflict`` whether articles are said to disagree; ``quotes_hold`` says of a
    refusal whether one of the sentences quoted holds a gold answer, None if there is none.
    """

    id: str
    question: str
    kind: str
    split: str
    answerable: bool
    expected: tuple[str, ...]
    expected_document: str | None
    given: str | None
    confidence: float
    em: float
    f1: float
    guess: str | None
    guess_confidence: float
    guess_right: float
    outcome: Outcome
    relevance: tuple[bool, ...] | None
    relevant: int
    right_document: float | None
    citation_precision: float | None
    citation_recall: float | None
    items_found: float | None
    milliseconds: Mapping[str, float]
    document: str | None
    passage: str
    highlight: tuple[int, int] | None
    alternatives: tuple[str, ...]
    certainty: Certainty
    conflict: bool
    quotes_hold: float | None

    @property
    def refused(self) -> bool:
        """Whether the assistant abstained."""
        return self.given is None

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Record:
        """The record that ``dataclasses.asdict`` and JSON made ``row`` of; KeyError, TypeError, ValueError if not."""
        values = {field.name: row[field.name] for field in fields(cls)}
        for name in ("expected", "alternatives", "relevance", "highlight"):
            values[name] = None if values[name] is None else tuple(values[name])
        return cls(**values | {"outcome": Outcome(values["outcome"])})


@dataclass(frozen=True, slots=True)
class Run:
    """The records of one evaluation; ``planned`` is the number of questions it set out to ask."""

    dataset: str
    k: int
    planned: int
    records: tuple[Record, ...]
    complaints: tuple[str, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before its last question."""
        return len(self.records) < self.planned

    def as_dict(self) -> dict[str, Any]:
        """JSON values, every record included."""
        return {
            "format": FORMAT,
            "dataset": self.dataset,
            "k": self.k,
            "planned": self.planned,
            "interrupted": self.interrupted,
            "complaints": list(self.complaints),
            "questions": [asdict(record) for record in self.records],
        }


def read_run(path: Path) -> Run:
    """A run saved as JSON (``pincite eval --json --full``); UnreadableDataset says why it is none."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if not row["questions"]:
            raise UnreadableDataset(f"{path}: holds no questions")
        if row["format"] != FORMAT:
            raise UnreadableDataset(f"{path}: saved in format {row['format']!r}, this version reads {FORMAT}")
        records = tuple(Record.from_dict(question) for question in row["questions"])
        return Run(row["dataset"], row["k"], row["planned"], records, tuple(row["complaints"]))
    except OSError as error:
        raise UnreadableDataset(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, UnreadableDataset):
            raise
        reason = f"{type(error).__name__}: {error}"
        raise UnreadableDataset(f"{path}: not a run saved with `pincite eval --json --full` ({reason})") from None
