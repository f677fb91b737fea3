"""The types that all packages share: an answer, its citations, its alternatives. Offsets are code points, half-open."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

PASSAGES_READ = 8  # at most, chosen and not fitted
READ_FIRST = 1  # then as many again each time, while the answer stays open
SURE, LIKELY = 0.8, 0.5  # chosen and not fitted

Kind = Literal["span", "passage", "list", "yes_no"]


def confidence_word(confidence: float) -> str:
    """A probability in one word: sure from 0.8, likely from 0.5, else unsure."""
    return "sure" if confidence >= SURE else "likely" if confidence >= LIKELY else "unsure"


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """The passage an answer was read in: ``text`` is the document's characters [start, end)."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The place of an answer's words: ``quote`` is the characters [start, end) of ``document``.

    ``sha256`` is that of the source file when it was indexed; ``page`` counts from 1 and is None if the format has none;
    ``score`` is the reader's log odds of this span against "no answer in this passage" (unbounded, higher is better).
    """

    document: str
    title: str
    sha256: str
    start: int
    end: int
    quote: str
    page: int | None
    passage: CitedPassage
    score: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another candidate answer with its own probability of being right and its citations."""

    answer: str
    confidence: float
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """Wall-clock time of the stages of one question."""

    retrieve: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why this answer: how its passage was found and how clearly the reader preferred its span.

    Ranks count from 1 and are None if that search did not return the passage. ``span_margin`` is the span's log odds
    against no answer, ``runner_up_margin`` its distance to the next different answer (None without one), ``agreement``
    the number of documents that give the same answer.
    """

    term_rank: int | None
    vector_rank: int | None
    span_margin: float
    runner_up_margin: float | None
    agreement: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say. ``text`` equals the first citation's quote, or is None if they do not hold the answer.

    ``confidence`` is the probability, 0..1, that ``text`` is right, or that abstaining is right. When abstaining the
    citations are the nearest passages, with an empty quote. ``conflict`` is true if documents give different answers on
    comparable evidence: the other is then the first of the ``alternatives``. ``understood`` is the question as it was read,
    if a conversation completed it or a misspelt word was replaced.
    """

    question: str
    text: str | None
    confidence: float
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...] = ()
    milliseconds: Milliseconds = field(default_factory=lambda: Milliseconds(0.0, 0.0, 0.0))
    id: str | None = None
    kind: Kind = "span"
    conflict: bool = False
    understood: str | None = None
    evidence: Evidence | None = None
    items: tuple[Citation, ...] = ()

    def with_id(self, id: str | None) -> Answer:
        """The same answer with the id of its question."""
        return replace(self, id=id)

    def unsaid(self) -> Answer:
        """The abstention that replaces this answer, with its passages as the nearest."""
        nearest = tuple(
            replace(one, start=one.passage.start, end=one.passage.start, quote="") for one in self.citations
        )
        return replace(
            self, text=None, confidence=1 - self.confidence, citations=nearest, kind="span", conflict=False, items=()
        )

    def as_dict(self) -> dict[str, Any]:
        """The answer object of the command line and the page's interface: one JSON object, ``text`` named ``answer``."""
        fields = asdict(self)
        order = (
            "id",
            "question",
            "answer",
            "confidence",
            "citations",
            "alternatives",
            "milliseconds",
            "kind",
            "items",
            "conflict",
            "understood",
            "evidence",
        )
        return {name: fields["text" if name == "answer" else name] for name in order}
