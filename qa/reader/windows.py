"""A question and a passage as windows of token ids, each token with its characters. Shared by reading and training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.arrays import Ints, Mask

QUESTION_TOKENS = 64
QUESTION_CHARACTERS = 4_000
WINDOW_TOKENS = 384
OVERLAP_TOKENS = 96


def padded(length: int, multiple: int) -> int:
    """The least multiple of ``multiple`` that holds ``length`` tokens."""
    return -(-length // multiple) * multiple


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and one passage to read for it."""

    question: str
    passage: str


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a pair, as the network sees it.

    ``pair`` numbers the pair in its batch; ``ids`` are L token ids; ``types`` their token types; ``offsets`` [L, 2] the
    characters of the passage that each token stands for; ``context`` [L] is true for the passage's tokens.
    """

    pair: int
    ids: list[int]
    types: list[int]
    offsets: Ints
    context: Mask


class PairEncoder:
    """Cuts pairs into overlapping windows; the question is never cut away and never crowds the passage out."""

    def __init__(self, pairs: Tokenizer, questions: Tokenizer, pad: int) -> None:
        self._pairs, self._questions, self.pad = pairs, questions, pad

    @classmethod
    def open(cls, folder: Path, window: int = WINDOW_TOKENS, overlap: int = OVERLAP_TOKENS) -> PairEncoder:
        """Read ``tokenizer.json``; ValueError naming the folder where it is missing, damaged or has no padding token."""
        path = folder / "tokenizer.json"
        try:
            text = path.read_text(encoding="utf-8")
            pairs, questions = Tokenizer.from_str(text), Tokenizer.from_str(text)
        except Exception as error:  # the library raises bare Exception
            raise ValueError(f"{folder}: no readable tokenizer.json ({error})") from error
        pad = next((i for i in map(pairs.token_to_id, ("<pad>", "[PAD]")) if i is not None), None)
        if pad is None:
            raise ValueError(f"{folder}: its tokenizer has no padding token")
        for tokenizer in (pairs, questions):
            tokenizer.no_padding()
            tokenizer.no_truncation()
        pairs.enable_truncation(window, stride=overlap, strategy="only_second")
        return cls(pairs, questions, pad)

    @property
    def highest_id(self) -> int:
        """The largest token id that the tokenizer can give."""
        return max(self._pairs.get_vocab(with_added_tokens=True).values(), default=0)

    def holds(self, word: str) -> bool:
        """Whether the vocabulary has the word whole."""
        return self._pairs.token_to_id(word) is not None

    def encode(self, pairs: Sequence[Pair]) -> list[Window]:
        """All windows of all pairs, in order; a pair with an empty passage has none."""
        texts = list(dict.fromkeys(pair.question for pair in pairs))
        shortened = dict(zip(texts, map(self._shorten, texts), strict=True))
        encodings = self._pairs.encode_batch([(shortened[pair.question], pair.passage) for pair in pairs])
        return [
            window
            for number, encoding in enumerate(encodings)
            for window in (_window(number, part) for part in [encoding, *encoding.overflowing])
            if window.context.any()
        ]

    def _shorten(self, question: str) -> str:
        """The question's first 64 tokens, so that a passage always has room beside it."""
        question = question[:QUESTION_CHARACTERS]
        encoding = self._questions.encode(question, add_special_tokens=False)
        return (
            question if len(encoding.ids) <= QUESTION_TOKENS else question[: encoding.offsets[QUESTION_TOKENS - 1][1]]
        )


def _window(number: int, encoding: Encoding) -> Window:
    """One encoding in numpy's terms."""
    context = np.array([owner == 1 for owner in encoding.sequence_ids], dtype=np.bool_)
    return Window(number, encoding.ids, encoding.type_ids, np.array(encoding.offsets, dtype=np.int64), context)
