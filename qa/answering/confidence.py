"""From scores to a calibrated probability: a logistic model of a few features, stored beside the reader it was fitted to."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from index.files import replace_file
from qa.answering.candidates import Candidate
from qa.retrieval.hybrid import Hit

FILE = "confidence.json"
NEVER = 99.0  # no lead is as large
NAMES = ("margin", "margin_squared", "similarity", "term_score")


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a candidate: the reader's evidence and the retriever's, each roughly in -3..3.

    ``margin``: log odds against no answer, over 10; ``margin_squared``: its square with its sign; ``similarity``: cosine of
    question and passage; ``term_score``: BM25 as a share of the question's best.
    """

    margin: float
    margin_squared: float
    similarity: float
    term_score: float

    @classmethod
    def of(cls, candidate: Candidate) -> Features:
        """The features of a candidate by its strongest place."""
        return cls.at(candidate.best.hit, candidate.score)

    @classmethod
    def at(cls, hit: Hit, score: float) -> Features:
        """Those of an answer in a passage, with the reader's log odds against no answer."""
        margin = _clip(score / 10)
        return cls(margin, margin * abs(margin), hit.similarity, hit.term_score)


def _clip(value: float) -> float:
    """Limited to -3..3, so that no single odd score decides."""
    return max(-3.0, min(3.0, value))


@dataclass(frozen=True, slots=True)
class Confidence:
    """P(right) = sigmoid(bias + weights . features); an answer is given if it reaches ``threshold``.

    ``threshold`` is the lowest probability that kept wrong answers to at most a tenth of those given on the data it was
    fitted on; what an answer leads by ``settles_at`` need not be read; ``reader`` is the fingerprint of the reader whose
    scores it was fitted to, ``screen`` that of the small reader before it, empty if there was none.
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
        """Read ``confidence.json``; ``unfitted`` where there is none or it belongs to another reader."""
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

    def log_odds(self, features: Features) -> float:
        """The logit of that probability."""
        values: list[float] = [getattr(features, name) for name in NAMES]
        return self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))

    def promise(self, hit: Hit, look: float = 0.0) -> float:
        """The log odds of an answer in a passage that is not read: the retriever's evidence, and the reader's as a ``look``
        makes it out, in log odds against no answer (even where there was none)."""
        return self.log_odds(Features.at(hit, look))

    def leads(self, best: Candidate) -> float:
        """What an answer leads by enough: a passage that promises no more than this need not be read."""
        return self.log_odds(Features.of(best)) - self.settles_at


def _sigmoid(logit: float) -> float:
    """The logistic function, safe for any argument."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def unfitted(reader: str) -> Confidence:
    """A reader without fitted numbers: the plain logistic of its log odds against no answer, threshold at even odds."""
    return Confidence(0.0, (10.0, *[0.0] * (len(NAMES) - 1)), 0.5, reader, "nothing: unfitted")
