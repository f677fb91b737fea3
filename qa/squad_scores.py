"""SQuAD's comparison of answers: normalised exact match and token F1.

Both follow the official evaluation scripts (Rajpurkar et al. 2016, 2018): lower case, no punctuation, no articles.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

ARTICLES = re.compile(r"\b(a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(answer: str) -> str:
    """Lower case, without ASCII punctuation, the words a, an, the, and surplus white space."""
    return " ".join(ARTICLES.sub(" ", answer.lower().translate(PUNCTUATION)).split())


def exact_match(answer: str, gold: Sequence[str]) -> float:
    """1.0 if the normalised answer equals one of ``gold``, else 0.0; with an empty ``gold``, only an empty answer is right."""
    return float(any(normalise(answer) == normalise(text) for text in gold or [""]))


def f1(answer: str, gold: Sequence[str]) -> float:
    """The best harmonic mean of token precision and recall over ``gold``, in 0..1.

    If either side has no tokens it is 1.0 if both have none, else 0.0, as in SQuAD 2.0's script.
    """
    return max(_f1(normalise(answer).split(), normalise(text).split()) for text in gold or [""])


def _f1(given: list[str], wanted: list[str]) -> float:
    """F1 of two bags of tokens."""
    if not given or not wanted:
        return float(given == wanted)
    common = sum((Counter(given) & Counter(wanted)).values())
    return 2 * common / (len(given) + len(wanted))
