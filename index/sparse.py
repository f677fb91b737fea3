"""BM25 over the terms of passages. The only importer of bm25s."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from itertools import filterfalse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.dense import Mask, Neighbours
from index.embedder import Floats
from index.weights import Ints, weigh

if TYPE_CHECKING:
    from bm25s import BM25

Numbers = NDArray[np.int32]

# Lucene's variant: its inverse document frequency stays positive where most passages hold a term.
METHOD = "lucene"
K1 = 1.2
B = 0.75
LONGEST_QUERY = 256  # terms

# The files of bm25s.
_ARRAYS = {name: f"{name}.csc.index.npy" for name in ("data", "indices", "indptr")}
_VOCABULARY = "vocab.index.json"

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TERM = re.compile(rf"\d+(?:[.,]\d+)+|[{_CJK}]|[^\W{_CJK}]+")
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

    def __init__(self, scorer: Callable[[], BM25] | None, passages: int, wanted: Mask | None = None) -> None:
        self._scorer = scorer
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
    def of(cls, ids: Numbers, lengths: Ints, vocabulary: dict[str, int]) -> SparseIndex:
        """Index passages by the numbers of their terms: those of all passages, and how many belong to each."""
        if not len(ids):
            return cls(None, len(lengths))
        found = weigh(ids, lengths, len(vocabulary), k1=K1, b=B)
        scores: dict[str, NDArray[Any]] = {"data": found.data, "indices": found.indices, "indptr": found.indptr}
        return cls(cache(partial(_scorer, scores, vocabulary, len(lengths))), len(lengths))

    @property
    def vocabulary(self) -> dict[str, int]:
        """The number of each term."""
        return self._scorer().vocab_dict if self._scorer else {}

    @classmethod
    def open(cls, folder: Path, passages: int) -> SparseIndex:
        """Map what ``save`` wrote; the first search makes a scorer of it."""
        if not folder.is_dir():
            return cls(None, passages)
        scores = {name: np.load(folder / file, mmap_mode="r", allow_pickle=False) for name, file in _ARRAYS.items()}
        vocabulary = json.loads((folder / _VOCABULARY).read_bytes())
        return cls(cache(partial(_scorer, scores, vocabulary, passages)), passages)

    def save(self, folder: Path) -> None:
        """Write plain arrays and JSON; nothing where no passage holds a term."""
        if self._scorer is not None:
            self._scorer().save(folder, allow_pickle=False, show_progress=False)

    def among(self, wanted: Mask) -> SparseIndex:
        """This index, searched only in the passages wanted: a truth value each."""
        return SparseIndex(self._scorer, self._passages, wanted)

    def search(self, queries: Sequence[str], k: int) -> Neighbours:
        """The k passages with the highest score for each query, those that share no term left out."""
        if k < 1:
            raise ValueError(f"k must be positive, not {k}")
        ids = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.zeros((len(queries), k), dtype=np.float32)
        for row, query in enumerate(queries):
            found = self._scores(query)
            best = _highest(found, k)
            ids[row, : len(best)] = best
            scores[row, : len(best)] = found[best]
        return Neighbours(ids, scores)

    def _scores(self, query: str) -> Floats:
        scorer = self._scorer() if self._scorer else None
        known = scorer.get_tokens_ids(terms(query[: LONGEST_QUERY * 16])[:LONGEST_QUERY]) if scorer else []
        if scorer is None or not known:
            return np.zeros(self._passages, dtype=np.float32)
        scores = np.asarray(scorer.get_scores_from_ids(known), dtype=np.float32)
        return scores if self._wanted is None else np.where(self._wanted, scores, np.float32(0))


def _scorer(scores: Mapping[str, np.ndarray[Any, Any]], vocabulary: dict[str, int], passages: int) -> BM25:
    """A scorer of these weights, as its own ``load`` makes it."""
    from bm25s import BM25  # it imports scipy, which takes longer than opening all the rest of an index

    scorer = BM25(method=METHOD, k1=K1, b=B)
    scorer.vocab_dict, scorer.scores = vocabulary, {**scores, "num_docs": passages}
    scorer.nonoccurrence_array = None
    return scorer


def _highest(scores: Floats, k: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The ids of the k highest positive scores, best first, the lower id first among equals."""
    ids = np.flatnonzero(scores > 0)
    if len(ids) > k:
        threshold = np.partition(scores[ids], -k)[-k]
        ids = ids[scores[ids] >= threshold]
    return ids[np.lexsort((ids, -scores[ids]))][:k]
