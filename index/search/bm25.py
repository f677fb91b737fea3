"""BM25 over the terms of passages: how a text is cut into terms, and the search by them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import filterfalse
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Floats, Ints, Mask, Numbers
from index.search.bm25_weights import Weights, weigh
from index.search.dense import Neighbours
from index.search.maxscore import Postings, highest
from index.sentences import CJK

# Lucene's variant: its inverse document frequency stays positive where most passages hold a term.
K1 = 1.2
B = 0.75
LONGEST_QUERY = 256  # terms

# Named as bm25s names them: indexes that it has written are read, too.
_ARRAYS = {name: f"{name}.csc.index.npy" for name in ("data", "indices", "indptr")}
_VOCABULARY = "vocab.index.json"

_TERM = re.compile(rf"\d+(?:[.,]\d+)+|[{CJK}]|[^\W{CJK}]+")
_POSSESSIVE = re.compile(r"['’]s\b")


def terms(text: str) -> list[str]:
    """The stemmed words of a text in order: no accents, no possessive, numbers whole, common words too."""
    words = [word.replace(",", "") for word in _TERM.findall(_without_accents(_POSSESSIVE.sub("", text).casefold()))]
    stems: list[str] = _stemmer().stemWords(words)
    return stems


def number(text: str, vocabulary: dict[str, int]) -> list[int]:
    """The numbers of the terms of a text in order; a new term gets the next number of the vocabulary."""
    return [vocabulary.setdefault(term, len(vocabulary)) for term in terms(text)]


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", text)))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


class SparseIndex:
    """The BM25 scores of every term in every passage, computed when the index is built."""

    def __init__(
        self, weights: Weights | None, vocabulary: dict[str, int], passages: int, wanted: Mask | None = None
    ) -> None:
        self._weights = weights
        self._vocabulary = vocabulary
        self._passages = passages
        self._wanted = wanted

    @classmethod
    def build(cls, texts: Sequence[str]) -> SparseIndex:
        """Index one text a passage."""
        vocabulary: dict[str, int] = {}
        numbered = [number(text, vocabulary) for text in texts]
        ids = np.array([term for row in numbered for term in row], dtype=np.int32)
        return cls.of(ids, np.array([len(row) for row in numbered], dtype=np.int64), vocabulary)

    @classmethod
    def of(cls, ids: Numbers, lengths: Ints, vocabulary: dict[str, int], folder: Path | None = None) -> SparseIndex:
        """Index passages by the numbers of their terms: those of all passages, and how many belong to each.

        The weights are kept in ``folder``, in nameless files, until they are saved; in memory without one.
        """
        if not len(ids):
            return cls(None, {}, len(lengths))
        return cls(weigh(ids, lengths, len(vocabulary), k1=K1, b=B, folder=folder), vocabulary, len(lengths))

    @property
    def vocabulary(self) -> dict[str, int]:
        """The number of each term."""
        return self._vocabulary

    @classmethod
    def open(cls, folder: Path, passages: int) -> SparseIndex:
        """Map what ``save`` wrote."""
        if not folder.is_dir():
            return cls(None, {}, passages)
        arrays = {name: np.load(folder / file, mmap_mode="r", allow_pickle=False) for name, file in _ARRAYS.items()}
        weights = Weights(**{name: np.asarray(array) for name, array in arrays.items()})
        return cls(weights, json.loads((folder / _VOCABULARY).read_bytes()), passages)

    def save(self, folder: Path) -> None:
        """Write plain arrays and JSON; nothing where no passage holds a term."""
        if self._weights is None:
            return
        folder.mkdir()
        for name, file in _ARRAYS.items():
            np.save(folder / file, getattr(self._weights, name), allow_pickle=False)
        (folder / _VOCABULARY).write_text(json.dumps(self._vocabulary), encoding="ascii")

    def among(self, wanted: Mask) -> SparseIndex:
        """This index, searched only in the passages wanted: a truth value each."""
        both = wanted if self._wanted is None else wanted & self._wanted
        return SparseIndex(self._weights, self._vocabulary, self._passages, both)

    def search(self, queries: Sequence[str], k: int) -> Neighbours:
        """The k passages with the highest score for each query, those that share no term left out."""
        if k < 1:
            raise ValueError(f"k must be positive, not {k}")
        ids = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.zeros((len(queries), k), dtype=np.float32)
        for row, query in enumerate(queries):
            best, sums = highest(self._postings(query), self._zeros(), k)
            ids[row, : len(best)], scores[row, : len(best)] = best, sums
        return Neighbours(ids, scores)

    def _postings(self, query: str) -> list[Postings]:
        """Those of the known terms in order; a term that is there twice counts twice."""
        if self._weights is None:
            return []
        asked = terms(query[: LONGEST_QUERY * 16])[:LONGEST_QUERY]
        return [Postings.of(self._weights, self._vocabulary[term]) for term in asked if term in self._vocabulary]

    def _zeros(self) -> Floats:
        """Where the sums of passages begin: at 0, or at -inf for those not wanted."""
        if self._wanted is None:
            return np.zeros(self._passages, dtype=np.float32)
        return np.where(self._wanted, np.float32(0), np.float32(-np.inf))
