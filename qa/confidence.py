"""From scores to a calibrated probability: a logistic model of a few features, stored beside the reader it was fitted to."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from index.embedder import embedding_text
from index.sparse import terms
from qa.candidates import Candidate
from qa.forms import WHOLE_SENTENCE, form_of

FILE = "confidence.json"
NEVER = 2.0  # no probability is as high
NAMES = (
    "margin",
    "margin_squared",
    "lead",
    "similarity",
    "term_score",
    "first_rank",
    "agreement",
    "length",
    "coverage",
    "names",
    "echo",
    "sentence",
)
COMMON = frozenset(
    "a about an and any are as at be been by can could did do does for from had has have her his how i in into is it its many"
    " me much my no not of on or our she should so than that the their them there these they this those to was we were what"
    " when where which who whom whose why will with would you your".split()
)
NAME = re.compile(r"(?<=\s)[A-Z][\w’'-]*|\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a candidate: each roughly in -3..3.

    ``margin``: log odds against no answer, over 10; ``margin_squared``: its square with its sign; ``lead``: distance to
    the best other candidate, over 10 (2 where there is none); ``similarity``: cosine of question and passage;
    ``term_score``: BM25 as a share of the question's best; ``first_rank``: 1 / fused rank; ``agreement``: documents that
    agree, less one, at most two; ``length``: words of the answer over 10; ``coverage``: share of the question's telling words
    that stand in the passage or its headings; ``names``: the same of its names and numbers alone (1 without any);
    ``echo``: share of the answer's telling words that the question itself holds (of all, where it has none);
    ``sentence``: 1 where it is shown as its whole sentence, as the question's form asks.
    """

    margin: float
    margin_squared: float
    lead: float
    similarity: float
    term_score: float
    first_rank: float
    agreement: float
    length: float
    coverage: float
    names: float
    echo: float
    sentence: float

    @classmethod
    def of(cls, question: str, candidate: Candidate, others: Sequence[Candidate]) -> Features:
        """The features of ``candidate`` among the ``others`` of its ``question`` (itself left out)."""
        margin = _clip(candidate.score / 10)
        rival = max((other.score for other in others), default=candidate.score - 20)
        hit = candidate.best.hit
        asked, passage = _telling(question), set(terms(embedding_text(hit.passage)))
        return cls(
            margin,
            margin * abs(margin),
            _clip((candidate.score - rival) / 10),
            hit.similarity,
            hit.term_score,
            1 / candidate.best.rank,
            min(candidate.documents - 1, 2),
            min(len(candidate.text.split()) / 10, 3),
            _share(asked, passage),
            _share(set(terms(" ".join(NAME.findall(question)))), passage),
            _share(_telling(candidate.text), asked, of_none=float(_words(candidate.text) <= _words(question))),
            float(form_of(question) in WHOLE_SENTENCE),
        )


def _telling(text: str) -> set[str]:
    """The stems of the words that are not among the commonest."""
    return {stem for word in text.split() if word.strip("?!.,;:'\"").lower() not in COMMON for stem in terms(word)}


def _words(text: str) -> set[str]:
    """The words of a text, however they are written."""
    return {word.strip("?!.,;:'\"").lower() for word in text.split()}


def _share(wanted: set[str], given: set[str], *, of_none: float = 1.0) -> float:
    """The share of the wanted that is among the given."""
    return len(wanted & given) / len(wanted) if wanted else of_none


def features_of(question: str, found: Sequence[Candidate]) -> list[Features]:
    """The features of each of a question's candidates among the others."""
    return [
        Features.of(question, candidate, [*found[:place], *found[place + 1 :]]) for place, candidate in enumerate(found)
    ]


def _clip(value: float) -> float:
    """Limited to -3..3, so that no single odd score decides."""
    return max(-3.0, min(3.0, value))


@dataclass(frozen=True, slots=True)
class Confidence:
    """P(right) = sigmoid(bias + weights . features); an answer is given where it reaches ``threshold``.

    ``thresholds`` maps "at most N % wrong answers", N as a string, to the lowest probability that kept it on the data
    the model was fitted on; from a probability of ``enough`` on no further passages are read;
    ``reader`` is the fingerprint of the reader whose scores it was fitted to.
    """

    bias: float
    weights: tuple[float, ...]
    thresholds: dict[str, float]
    reader: str
    fitted_on: str
    enough: float = NEVER

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
                raw["thresholds"],
                raw["reader"],
                raw["fitted_on"],
                raw["enough"],
            )
            fits = read.reader == reader and tuple(raw["features"]) == NAMES
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: damaged; fit it again with python -m eval.fit_confidence") from error
        return read if fits else unfitted(reader)

    def write(self, folder: Path) -> None:
        """Write ``confidence.json``."""
        raw = asdict(self) | {"features": NAMES}
        (folder / FILE).write_text(json.dumps(raw, indent=2) + "\n", encoding="utf-8")

    def probability(self, features: Features) -> float:
        """The probability, 0..1, that the candidate is right."""
        values = (getattr(features, name) for name in NAMES)
        logit = self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))
        return _sigmoid(logit)

    def threshold(self, wrong_percent: int = 10) -> float:
        """The lowest probability at which an answer is given so that at most ``wrong_percent`` % are wrong."""
        return self.thresholds[str(wrong_percent)]


def _sigmoid(logit: float) -> float:
    """The logistic function, safe for any argument."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def unfitted(reader: str) -> Confidence:
    """A reader without fitted numbers: the plain logistic of its log odds against no answer, threshold at even odds."""
    return Confidence(
        0.0,
        (10.0, *[0.0] * (len(NAMES) - 1)),
        {str(n): 0.5 for n in (1, 2, 5, 10, 20)},
        reader,
        "nothing: unfitted",
    )
