"""BM25 over the terms of passages. The only importer of bm25s."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import filterfalse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.dense import Mask, Neighbours
from index.embedder import Floats

if TYPE_CHECKING:
    from bm25s import BM25

# Lucene's variant: its inverse document frequency stays positive where most passages hold a term.
METHOD = "lucene"
K1 = 1.2
B = 0.75
LONGEST_QUERY = 256  # terms

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TERM = re.compile(rf"\d+(?:[.,]\d+)+|[{_CJK}]|[^\W{_CJK}]+")
_POSSESSIVE = re.compile(r"['’]s\b")


def terms(text: str) -> list[str]:
    """The stemmed words of a text in order: no accents, no possessive, numbers whole, common words too."""
    words = [word.replace(",", "") for word in _TERM.findall(_without_accents(_POSSESSIVE.sub("", text).casefold()))]
    stems: list[str] = _stemmer().stemWords(words)
    return stems


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

    def __init__(self, scorer: BM25 | None, passages: int, wanted: Mask | None = None) -> None:
        self._scorer = scorer
        self._passages = passages
        self._wanted = wanted

    @classmethod
    def build(cls, texts: Sequence[str]) -> SparseIndex:
        """Index one text a passage."""
        from bm25s import BM25

        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(term, len(vocabulary)) for term in terms(text)] for text in texts]
        if not vocabulary:
            return cls(None, len(texts))
        scorer = BM25(method=METHOD, k1=K1, b=B)
        scorer.index((ids, vocabulary), create_empty_token=False, show_progress=False)
        return cls(scorer, len(texts))

    @classmethod
    def open(cls, folder: Path, passages: int) -> SparseIndex:
        """Map what ``save`` wrote."""
        from bm25s import BM25

        if not folder.is_dir():
            return cls(None, passages)
        return cls(BM25.load(folder, mmap=True, allow_pickle=False), passages)

    def save(self, folder: Path) -> None:
        """Write plain arrays and JSON; nothing where no passage holds a term."""
        if self._scorer is not None:
            self._scorer.save(folder, allow_pickle=False, show_progress=False)

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
        known = self._scorer.get_tokens_ids(terms(query[: LONGEST_QUERY * 16])[:LONGEST_QUERY]) if self._scorer else []
        if self._scorer is None or not known:
            return np.zeros(self._passages, dtype=np.float32)
        scores = np.asarray(self._scorer.get_scores_from_ids(known), dtype=np.float32)
        return scores if self._wanted is None else np.where(self._wanted, scores, np.float32(0))


def _highest(scores: Floats, k: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The ids of the k highest positive scores, best first, the lower id first among equals."""
    ids = np.flatnonzero(scores > 0)
    if len(ids) > k:
        threshold = np.partition(scores[ids], -k)[-k]
        ids = ids[scores[ids] >= threshold]
    return ids[np.lexsort((ids, -scores[ids]))][:k]
