"""Calibrated probabilities from named features: logistic models with the cuts of their words, stored beside their reader."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.files import replace_file
from qa.answering.features import Features, FoundFeatures, SentenceFeatures
from qa.answers import Certainty
from qa.retrieval.hybrid import Hit

FILE = "certainty.json"
NEVER = 99.0  # a lead that no answer has: every passage is read
NO_WORD = 2.0  # a cut that no probability reaches
Known = Features | SentenceFeatures | FoundFeatures


@dataclass(frozen=True, slots=True)
class Scale:
    """P(right) = sigmoid(bias + weights . features), and the probabilities from which it is called sure and likely."""

    bias: float
    weights: Mapping[str, float]
    sure: float = NO_WORD
    likely: float = NO_WORD

    def probability(self, known: Known) -> float:
        """The probability, 0..1."""
        return sigmoid(self.log_odds(known))

    def log_odds(self, known: Known) -> float:
        """The logit of that probability."""
        return self.bias + sum(weight * float(getattr(known, name)) for name, weight in self.weights.items())

    def word(self, probability: float) -> Certainty:
        """The word for a probability of this scale."""
        return "sure" if probability >= self.sure else "likely" if probability >= self.likely else "unsure"


@dataclass(frozen=True, slots=True)
class Confidence:
    """Three probabilities: that an answer is right, that a sentence answers, that the articles do not answer at all.

    A fourth scale, ``reading``, compares an answer with passages that are still unread: by what is known of both alone.

    An answer is given if it reaches ``threshold``, below which 2.5 % of the right answers lay on the data it was fitted on;
    ``settles_at`` is the lead, in log odds, at which the cascade stops; ``reader`` is the fingerprint of the reader they were
    fitted to, ``screen`` that of the small reader before it, empty if there was none.
    """

    answer: Scale
    sentence: Scale
    none: Scale
    reading: Scale
    threshold: float
    reader: str
    fitted_on: str
    settles_at: float = NEVER
    screen: str = ""

    @classmethod
    def beside(cls, folder: Path, reader: str) -> Confidence:
        """Read ``certainty.json``; ``unfitted`` if there is none or it belongs to another reader; ValueError if it is damaged."""
        path = folder / FILE
        if not path.exists():
            return unfitted(reader)
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            read = cls(
                _scale(raw["answer"], Features),
                _scale(raw["sentence"], SentenceFeatures),
                _scale(raw["none"], FoundFeatures),
                _scale(raw["reading"], Features),
                float(raw["threshold"]),
                raw["reader"],
                raw["fitted_on"],
                float(raw["settles_at"]),
                raw["screen"],
            )
            return read if read.reader == reader else unfitted(reader)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}: damaged; fit it again with python -m eval.studies.fit_certainty") from error

    @property
    def fitted(self) -> bool:
        """Whether the numbers come from a fit to this reader."""
        return self.answer.likely < NO_WORD

    def write(self, folder: Path) -> None:
        """Write ``certainty.json``."""
        replace_file(folder / FILE, (json.dumps(asdict(self), indent=2) + "\n").encode())

    def promise(self, hit: Hit, rank: int, look: float = 0.0) -> float:
        """The bound of an unread passage, in log odds of a right answer: from its search scores, its rank (from 1) and the small
        reader's score ``look`` (log odds against no answer; even odds if it has not been scored)."""
        return self.reading.log_odds(Features.at(hit, rank, look))

    def leads(self, known: Features) -> float:
        """The stopping bound of the best answer: passages whose bound is not above it are skipped."""
        return self.reading.log_odds(known) - self.settles_at


def _scale(raw: Mapping[str, Any], kind: type[Known]) -> Scale:
    """A scale as JSON; ValueError for a feature that there is none of."""
    names = kind.__dataclass_fields__
    if unknown := [name for name in raw["weights"] if name not in names]:
        raise ValueError(f"there is no feature {unknown[0]!r}")
    weights = {name: float(weight) for name, weight in raw["weights"].items()}
    return Scale(float(raw["bias"]), weights, float(raw["sure"]), float(raw["likely"]))


def sigmoid(logit: float) -> float:
    """The logistic function, safe for any argument."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def unfitted(reader: str) -> Confidence:
    """A reader without fitted numbers: the plain logistic of its log odds against no answer, threshold at even odds.

    No probability is called sure or likely.
    """
    margin = Scale(0.0, {"margin": 10.0})
    absent = Scale(0.0, {"answer": -10.0})
    return Confidence(
        margin, Scale(0.0, {"margin": 10.0, "near": 1.0}), absent, margin, 0.5, reader, "nothing: unfitted"
    )
