"""Decides whether a word that a line break divides has a hyphen of its own: "well-known", not "infor-mation"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from index.loaders.pdf.lines import Line

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Hyphens:
    """How the words of a document are written where no line break divides them."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._seen: Counter[str] = Counter()
        for line in lines:
            words = _WORD.findall(line.text.casefold())
            self._seen.update(words[:-1] if line.broken else words)

    def belongs(self, left: str, right: str) -> bool:
        """Whether a hyphen stays between the halves of a word: as the document writes it, else as English does."""
        if not right[:1].isalpha() or not left[-1:].isalpha() or right[:1].isupper():
            return True  # numbers and names: 1990-95, Anglo-American
        first, second = _WORD.findall(left.casefold()), _WORD.findall(right.casefold())
        if not first or not second:
            return True
        whole, divided = first[-1] + second[0], f"{first[-1]}-{second[0]}"
        if self._seen[whole] or self._seen[divided]:
            return self._seen[divided] > self._seen[whole]
        known = _english()
        return whole not in known and first[-1].rpartition("-")[2] in known and second[0] in known


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """Words of English; loaded only for a word that the document writes nowhere else."""
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en").word_frequency.words())
