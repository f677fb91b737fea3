"""The types that all packages share: an answer, its citations, its alternatives. Offsets are code points, half-open."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

PASSAGES_READ = 8  # at most, chosen and not fitted
READ_FIRST = 1  # then as many again each time, while the answer stays open

Kind = Literal["span", "list", "yes_no", "passage", "overview", "notice", "none"]
Certainty = Literal["sure", "likely", "unsure"]


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
    ``date`` is the document's, ISO 8601, None if it states none; ``main`` is false for words outside a page's main content;
    ``confidence`` is the probability, 0..1, that this quote answers the question.
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
    date: str | None = None
    main: bool = True
    confidence: float = 0.0


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
class Agreement:
    """How many documents give the answer, and how many another one on comparable evidence.

    ``conflict`` is true if some do; what they say is then the first of the alternatives.
    """

    agreeing: int = 0
    differing: int = 0
    conflict: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON values, under the names of the answer object."""
        return {"for": self.agreeing, "against": self.differing, "conflict": self.conflict}


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document that an answer about the collection names; ``date`` is ISO 8601, None if it states none."""

    document: str
    title: str
    date: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say, or what Pincite says of them.

    ``text`` equals the first citation's quote for the kinds span, list, yes_no and passage, and is None if no answer in the
    articles' own words is given: the citations are then the sentences nearest to the question, and ``confidence`` is the
    probability, 0..1, that giving none is right; otherwise it is that of ``text``. ``certainty`` is the word for it.
    ``notice`` is what Pincite says in its own words, ``reason`` why it is as sure as it is, in a few words.
    ``understood`` is the question as it was read, if a conversation completed it or a misspelt word was replaced.
    ``items`` are those of a list, ``documents`` those that answer a question about the collection, ``parts`` the
    answers to the parts of a message.
    """

    question: str
    text: str | None
    confidence: float
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...] = ()
    milliseconds: Milliseconds = field(default_factory=lambda: Milliseconds(0.0, 0.0, 0.0))
    id: str | None = None
    kind: Kind = "span"
    certainty: Certainty = "unsure"
    understood: str | None = None
    notice: str | None = None
    reason: str | None = None
    agreement: Agreement = Agreement()
    items: tuple[Citation, ...] = ()
    documents: tuple[ListedDocument, ...] = ()
    parts: tuple[Answer, ...] = ()

    @property
    def nothing_near(self) -> bool:
        """Whether it is sure that the articles do not answer: the sentences quoted are then no help."""
        return self.kind == "none" and self.certainty == "sure"

    def likeliest_in(self, citation: Citation) -> Citation | None:
        """The most probable short answer inside a quoted sentence, to be marked there; None if there is none."""
        inside = (
            place
            for other in self.alternatives
            for place in other.citations
            if place.document == citation.document and citation.start <= place.start and place.end <= citation.end
        )
        return next(inside, None)

    def with_id(self, id: str | None) -> Answer:
        """The same answer with the id of its question."""
        return replace(self, id=id)

    def unsaid(self) -> Answer:
        """The abstention that replaces this answer; its citations are now only the nearest words."""
        return replace(
            self,
            text=None,
            confidence=1 - self.confidence,
            kind="none",
            certainty="unsure",
            reason=None,
            agreement=Agreement(),
            items=(),
        )

    def as_dict(self) -> dict[str, Any]:
        """The answer object of the command line and the page's interface: one JSON object, ``text`` named ``answer``."""
        return {
            "id": self.id,
            "question": self.question,
            "understood": self.understood,
            "answer": self.text,
            "kind": self.kind,
            "confidence": self.confidence,
            "certainty": self.certainty,
            "notice": self.notice,
            "reason": self.reason,
            "citations": [asdict(one) for one in self.citations],
            "items": [asdict(one) for one in self.items],
            "alternatives": [asdict(one) for one in self.alternatives],
            "agreement": self.agreement.as_dict(),
            "documents": [asdict(one) for one in self.documents],
            "parts": [one.as_dict() for one in self.parts],
            "milliseconds": asdict(self.milliseconds),
        }
