"""A calibrated probability from scores: a logistic model of a few features, stored beside the reader it was fitted to."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from index.files import replace_file
from qa.answering.candidates import Candidate
from qa.answers import Certainty
from qa.retrieval.hybrid import Hit

FILE = "confidence.json"
SURE, LIKELY = 0.8, 0.5  # chosen and not fitted
NEVER = 99.0  # a lead that no answer has: every passage is read
NAMES = ("margin", "margin_squared", "similarity", "term_score", "echo")


@dataclass(frozen=True, slots=True)
class Features:
    """The evidence of the reader and the retriever for a candidate, each value roughly in -3..3.

    ``margin``: log odds against no answer, over 10; ``margin_squared``: its square with its sign; ``similarity``: cosine of
    question and passage; ``term_score``: BM25 as a share of the question's best; ``echo``: 1 if every word of
    the answer stands in the question, else 0.
    """

    margin: float
    margin_squared: float
    similarity: float
    term_score: float
    echo: float = 0.0

    @classmethod
    def of(cls, candidate: Candidate, echo: float) -> Features:
        """The features of a candidate at its strongest place."""
        return cls.at(candidate.best.hit, candidate.score, echo)

    @classmethod
    def at(cls, hit: Hit, score: float, echo: float = 0.0) -> Features:
        """The features of an answer in a passage; ``score`` is its log odds against no answer."""
        margin = _clip(score / 10)
        return cls(margin, margin * abs(margin), hit.similarity, hit.term_score, echo)


def _clip(value: float) -> float:
    """Limited to -3..3, so that no single odd score decides."""
    return max(-3.0, min(3.0, value))


@dataclass(frozen=True, slots=True)
class Confidence:
    """P(right) = sigmoid(bias + weights . features); an answer is given if it reaches ``threshold``.

    ``threshold`` is the lowest probability that kept wrong answers to at most a tenth of those given on the data it was
    fitted on; ``settles_at`` is the lead, in log odds, at which the cascade stops; ``reader`` is the fingerprint of the reader
    it was fitted to, ``screen`` that of the small reader before it, empty if there was none.
    """

    bias: float
    weights: tuple[float, ...]
    threshold: float
    reader: str
    fitted_on: str
    settles_at: float = NEVER
    screen: str = ""

    @classmethod
    def beside(cls, folder: Path, reader: str) -> Confidence:
        """Read ``confidence.json``; ``unfitted`` if there is none or it belongs to another reader."""
        path = folder / FILE
        if not path.exists():
            return unfitted(reader)
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            read = cls(
                raw["bias"],
                tuple(raw["weights"]),
                raw["threshold"],
                raw["reader"],
                raw["fitted_on"],
                raw["settles_at"],
                raw["screen"],
            )
            fits = read.reader == reader and tuple(raw["features"]) == NAMES
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: damaged; fit it again with python -m eval.studies.fit_confidence") from error
        return read if fits else unfitted(reader)

    def write(self, folder: Path) -> None:
        """Write ``confidence.json``."""
        raw = asdict(self) | {"features": NAMES}
        replace_file(folder / FILE, (json.dumps(raw, indent=2) + "\n").encode())

    def probability(self, features: Features) -> float:
        """The probability, 0..1, that the candidate is right."""
        return _sigmoid(self.log_odds(features))

    def word(self, probability: float) -> Certainty:
        """The word for the probability of an answer."""
        return "sure" if probability >= SURE else "likely" if probability >= LIKELY else "unsure"

    def log_odds(self, features: Features) -> float:
        """The logit of that probability."""
        values: list[float] = [getattr(features, name) for name in NAMES]
        return self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))

    def promise(self, hit: Hit, look: float = 0.0) -> float:
        """The bound of an unread passage, in log odds of a right answer: from its search scores and the small reader's score
        ``look`` (log odds against no answer; even odds if it has not been scored)."""
        return self.log_odds(Features.at(hit, look))

    def leads(self, known: Features) -> float:
        """The stopping bound of the best answer: passages whose bound is not above it are skipped."""
        return self.log_odds(known) - self.settles_at


def _sigmoid(logit: float) -> float:
    """The logistic function, safe for any argument."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def unfitted(reader: str) -> Confidence:
    """A reader without fitted numbers: the plain logistic of its log odds against no answer, threshold at even odds."""
    return Confidence(0.0, (10.0, *[0.0] * (len(NAMES) - 1)), 0.5, reader, "nothing: unfitted")
