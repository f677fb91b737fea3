"""Where the gold answers stand in an index: their places, and the passages that hold them whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eval.datasets.questions import GoldQuestion, same_document
from eval.metrics import Place

if TYPE_CHECKING:
    from index.folder_index import Passage
    from index.store import Store


class GoldPlaces:
    """Looks gold answers up in one index; texts are read once."""

    def __init__(self, index: Store) -> None:
        self._index = index
        self._texts: dict[str, str] = {}
        self._passages: dict[str, list[Passage]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for passage in index.passages:
            self._passages[passage.document].append(passage)
        for document in self._passages:
            self._by_name[_file_name(document)].append(document)

    def named(self, gold: str) -> list[str]:
        """The indexed documents that a gold file's name may mean, by the end of their path."""
        return [name for name in self._by_name.get(_file_name(gold), []) if same_document(gold, name)]

    def places(self, question: GoldQuestion) -> tuple[Place, ...]:
        """Every place where an answer of the question stands; () if the index has none of them.

        In the gold document at the given offsets; in the others that hold an answer, and if no offset or no document
        is given, wherever its words stand.
        """
        found: list[Place] = []
        placed = any(start is not None for start in question.starts)
        for holder in question.holders:
            for name in self.named(holder):
                exact = placed and holder == question.document
                found += question.places(name, self.text(name)) if exact else self._anywhere(name, question)
        if not question.holders:
            found = [place for name in self._passages for place in self._anywhere(name, question)]
        return tuple(dict.fromkeys(found))

    def _anywhere(self, name: str, question: GoldQuestion) -> list[Place]:
        """Wherever the words of an answer stand in one document."""
        return [place for answer in question.answers for place in _occurrences(name, self.text(name), answer)]

    def text(self, name: str) -> str:
        """A document's text."""
        if name not in self._texts:
            self._texts[name] = self._index.document_text(name)
        return self._texts[name]

    def texts(self) -> dict[str, str]:
        """Every document's text by name."""
        return {name: self.text(name) for name in self._passages}

    def holders(self, places: Sequence[Place]) -> list[Passage]:
        """The passages that hold one of the places whole, in the order of the index."""
        documents = dict.fromkeys(place.document for place in places)
        return [p for name in documents for p in self._passages[name] if any(holds(p, place) for place in places)]


def holds(passage: Passage, place: Place) -> bool:
    """Whether every character of the place is in the passage."""
    return passage.document == place.document and passage.start <= place.start and place.end <= passage.end


def _file_name(document: str) -> str:
    return document.replace("\\", "/").rsplit("/", 1)[-1]


def _occurrences(name: str, text: str, words: str) -> list[Place]:
    """Every place where the words stand, none overlapping another."""
    found, start = [], text.find(words)
    while start >= 0:
        found.append(Place(name, start, start + len(words)))
        start = text.find(words, start + len(words))
    return found
