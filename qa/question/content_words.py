"""The words of a text that carry its meaning."""

from __future__ import annotations

from functools import lru_cache

from index.search.bm25 import terms
from qa.english import AUXILIARIES, PEOPLE, PREPOSITIONS, QUESTION_WORDS, THINGS

STOP = frozenset(
    terms(" ".join((*QUESTION_WORDS, *AUXILIARIES, *PREPOSITIONS, *PEOPLE, *THINGS)))
    + terms(
        "a an the and or but nor not no as than then so if be been being having doing into over under between among "
        "during through against per up down out off i we you me us my our your there here some any all more most much "
        "many very also just only other another each both own same such too"
    )
)


@lru_cache(maxsize=4096)
def content(text: str) -> frozenset[str]:
    """The stems of a text's words without those that only hold a sentence together."""
    return frozenset(terms(text)) - STOP
