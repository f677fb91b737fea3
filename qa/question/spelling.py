"""Misspelt questions: an unknown word is replaced by the nearest word of the articles."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING

from index.folder_index import Passage
from qa.english import AUXILIARIES, QUESTION_WORDS
from qa.question.message_kind import MESSAGE_WORDS

if TYPE_CHECKING:
    from spellchecker import WordFrequency

WORD = re.compile(r"[^\W\d_]{4,}")
ASKING = frozenset(filter(WORD.fullmatch, QUESTION_WORDS))
RUN_TOGETHER = re.compile(r"\b(who|what|where|when|how)s\b", re.I)  # "whats", written in a hurry
SHORTENED = frozenset(f"{word}nt" for word in (*AUXILIARIES, "ca", "wo"))  # "dont"
PASSAGES_LOOKED_AT = 20_000  # chosen and not fitted: a larger index is sampled
LONGEST_QUESTION = 500  # characters; longer ones are pasted, not typed


class Speller:
    """Knows the words of a sample of passages and of English; ``knows`` is a quick first test of a word in lower case."""

    def __init__(self, sample: Callable[[int], Iterable[Passage]], knows: Callable[[str], bool]) -> None:
        self._sample, self._knows = sample, knows
        self._loading = threading.Lock()

    def corrected(self, question: str) -> str:
        """The question with each unknown word of four letters or more replaced by the nearest word of the passages, if any.

        Distance is optimal string alignment (a letter lost, added or changed, or two swapped): at most 1 for words of up to
        five letters, at most 2 for longer ones, and the first letter must agree. Ties go to question words, then to the
        most frequent word.
        """
        if len(question) > LONGEST_QUESTION:
            return question
        return WORD.sub(lambda found: self._nearest(found.group()), RUN_TOGETHER.sub(r"\1 is", question))

    def _nearest(self, word: str) -> str:
        """The nearest word; the word itself if it is known or nothing is near."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        lower = word.lower()
        if lower in SHORTENED or self._knows(lower) or lower in self._words or lower in self._english:
            return word
        within = 1 if len(word) <= 5 else 2
        words = [*ASKING, *self._words]
        near = [
            (distance, other not in ASKING, -self._words.get(other, ("", 0))[1], other)
            for other, distance, _ in extract(lower, words, scorer=OSA.distance, score_cutoff=within, limit=None)
            if other[0] == lower[0]
        ]
        if not near:
            return word
        chosen = min(near)[3]
        return self._words.get(chosen, (chosen, 0))[0]

    @property
    def _words(self) -> dict[str, tuple[str, int]]:
        with self._loading:
            return self._counted

    @property
    def _english(self) -> WordFrequency:
        with self._loading:
            return self._dictionary

    @cached_property
    def _dictionary(self) -> WordFrequency:
        from spellchecker import SpellChecker

        return SpellChecker().word_frequency

    @cached_property
    def _counted(self) -> dict[str, tuple[str, int]]:
        """Each word in lower case, with its usual spelling and its frequency; those of titles and file names are among them."""
        written: Counter[str] = Counter()
        names = set()
        for passage in self._sample(PASSAGES_LOOKED_AT):
            written.update(WORD.findall(passage.text))
            names.add(f"{passage.title} {PurePath(passage.document).stem}")
        written.update(word for name in names for word in WORD.findall(name))
        words: dict[str, tuple[str, int]] = {word: (word, 0) for word in MESSAGE_WORDS}
        for form, count in written.most_common():
            usual, before = words.get(form.lower(), (form, 0))
            words[form.lower()] = (usual, before + count)
        return words
