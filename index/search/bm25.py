"""BM25 (Robertson and Zaragoza 2009): splits texts into terms and finds passages by them."""

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

from index.arrays import Array, Floats, Ints, Mask, Numbers
from index.search.bm25_weights import Weights, weigh
from index.search.dense import Neighbours
from index.search.maxscore import Postings, highest
from index.sentences import CJK

# Lucene's variant, whose inverse document frequency stays positive for a term in most passages, and Lucene's defaults.
K1 = 1.2
B = 0.75
LONGEST_QUERY = 256  # terms; a longer text is cut, so that no query can stall the search

# The library bm25s uses these names, so indexes written with it are still read.
_ARRAYS = {name: f"{name}.csc.index.npy" for name in ("data", "indices", "indptr")}
_VOCABULARY = "vocab.index.json"

_TERM = re.compile(rf"\d+(?:[.,]\d+)+|[{CJK}]|[^\W{CJK}]+")
_POSSESSIVE = re.compile(r"['’]s\b")


def terms(text: str) -> list[str]:
    """Split a text into stemmed words in order: no accents or possessives, numbers whole, no stop words removed."""
    words = [word.replace(",", "") for word in _TERM.findall(_without_accents(_POSSESSIVE.sub("", text).casefold()))]
    stems: list[str] = _stemmer().stemWords(words)
    return stems


def number(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Return the terms of a text as numbers in the vocabulary, to which new terms are added."""
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
    """BM25 search; the weight of every term in every passage is computed when the index is built.

    ``vocabulary`` is the number of each term.
    """

    def __init__(
        self, weights: Weights | None, vocabulary: dict[str, int], passages: int, wanted: Mask | None = None
    ) -> None:
        self._weights = weights
        self.vocabulary = vocabulary
        self._passages = passages
        self._wanted = wanted

    @classmethod
    def build(cls, texts: Sequence[str]) -> SparseIndex:
        """Index one text per passage, in memory."""
        vocabulary: dict[str, int] = {}
        numbered = [number(text, vocabulary) for text in texts]
        ids = np.array([term for row in numbered for term in row], dtype=np.int32)
        return cls.of(ids, np.array([len(row) for row in numbered], dtype=np.int64), vocabulary)

    @classmethod
    def of(cls, ids: Numbers, lengths: Ints, vocabulary: dict[str, int], folder: Path | None = None) -> SparseIndex:
        """Index passages given the term numbers ``ids`` of all passages in order and the number of terms of each.

        Until they are saved, the weights lie in unnamed files in ``folder``, or in memory if it is None.
        """
        if not len(ids):
            return cls(None, {}, len(lengths))
        return cls(weigh(ids, lengths, len(vocabulary), k1=K1, b=B, folder=folder), vocabulary, len(lengths))

    @classmethod
    def open(cls, folder: Path, passages: int) -> SparseIndex:
        """Memory-map what ``save`` wrote; raises OSError or ValueError for anything else."""
        if not folder.is_dir():
            return cls(None, {}, passages)
        arrays = {name: _mapped(folder / file) for name, file in _ARRAYS.items()}
        if any(
            array.ndim != 1 or array.dtype.kind != ("f" if name == "data" else "i") for name, array in arrays.items()
        ):
            raise ValueError("the weights of terms are no lists of numbers")
        return cls(Weights(**arrays), json.loads((folder / _VOCABULARY).read_bytes()), passages)

    def save(self, folder: Path) -> None:
        """Write plain arrays and JSON; writes nothing if no passage holds a term."""
        if self._weights is None:
            return
        folder.mkdir()
        for name, file in _ARRAYS.items():
            np.save(folder / file, getattr(self._weights, name), allow_pickle=False)
        (folder / _VOCABULARY).write_text(json.dumps(self.vocabulary), encoding="ascii")

    def among(self, wanted: Mask) -> SparseIndex:
        """Return this index with its search limited to the wanted passages; ``wanted`` has one boolean per passage."""
        both = wanted if self._wanted is None else wanted & self._wanted
        return SparseIndex(self._weights, self.vocabulary, self._passages, both)

    def search(self, queries: Sequence[str], k: int) -> Neighbours:
        """Find the k passages with the highest score for each query; passages that share no term are left out."""
        if k < 1:
            raise ValueError(f"k must be positive, not {k}")
        ids = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.zeros((len(queries), k), dtype=np.float32)
        for row, query in enumerate(queries):
            best, sums = highest(self._postings(query), self._zeros(), k)
            ids[row, : len(best)], scores[row, : len(best)] = best, sums
        return Neighbours(ids, scores)

    def _postings(self, query: str) -> list[Postings]:
        """The postings of the query's known terms in order; a repeated term counts each time."""
        if self._weights is None:
            return []
        asked = terms(query[: LONGEST_QUERY * 16])[:LONGEST_QUERY]
        return [Postings.of(self._weights, self.vocabulary[term]) for term in asked if term in self.vocabulary]

    def _zeros(self) -> Floats:
        """The initial score of each passage: 0, or -inf for those not wanted."""
        if self._wanted is None:
            return np.zeros(self._passages, dtype=np.float32)
        return np.where(self._wanted, np.float32(0), np.float32(-np.inf))


def _mapped(path: Path) -> Array:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except OSError:
        raise
    except Exception as error:  # numpy reads the header as Python, so that damage raises whatever its parser raises
        raise ValueError(f"{path}: not an array") from error
