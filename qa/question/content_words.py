"""The words of a text that carry its meaning."""

from __future__ import annotations

from functools import lru_cache

from index.search.bm25 import terms
from qa.english import AUXILIARIES, FUNCTION_WORDS, PEOPLE, PREPOSITIONS, QUESTION_WORDS, THINGS

STOP = frozenset(terms(" ".join((*QUESTION_WORDS, *AUXILIARIES, *PREPOSITIONS, *PEOPLE, *THINGS, *FUNCTION_WORDS))))


@lru_cache(maxsize=1024)
def content(text: str) -> frozenset[str]:
    """The stems of a text's words without those that only hold a sentence together."""
    return frozenset(terms(text)) - STOP
