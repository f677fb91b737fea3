"""A question and a passage as windows of token ids with character offsets; for reading and training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.arrays import Ints, Mask
from qa.reader.layout import laid_out

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

QUESTION_TOKENS = 64  # leaves most of a window to the passage
QUESTION_CHARACTERS = 4_000  # cut before tokenising, which would be slow on more
WINDOW_TOKENS = 384  # as in BERT's script for SQuAD; attention costs the square of it
OVERLAP_TOKENS = 96  # more than MAX_ANSWER_TOKENS, so that every answer is whole in some window


def padded(length: int, multiple: int) -> int:
    """The smallest multiple of ``multiple`` that is at least ``length``."""
    return -(-length // multiple) * multiple


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and one passage to read. The reader sees the names of columns in the ``header``, but finds no answer in them."""

    question: str
    passage: str
    header: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a pair, as the network sees it, in L tokens.

    ``pair`` is the pair's number in its batch, ``ids`` and ``types`` are token ids and token types, ``offsets`` [L, 2]
    the tokens' characters in the passage, and ``context`` [L] is true for the passage's tokens.
    """

    pair: int
    ids: list[int]
    types: list[int]
    offsets: Ints
    context: Mask


class PairEncoder:
    """Cuts pairs into overlapping windows. Long questions are shortened, so that every window holds passage."""

    def __init__(self, pairs: Tokenizer, questions: Tokenizer, pad: int) -> None:
        self._pairs, self._questions, self.pad = pairs, questions, pad

    @classmethod
    def open(cls, folder: Path, window: int = WINDOW_TOKENS, overlap: int = OVERLAP_TOKENS) -> PairEncoder:
        """Read ``tokenizer.json``. Raises ValueError naming the folder if it is missing, damaged or lacks padding."""
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        try:
            text = path.read_text(encoding="utf-8")
            pairs, questions = Tokenizer.from_str(text), Tokenizer.from_str(text)
        except Exception as error:  # the library raises bare Exception
            raise ValueError(f"{folder}: no readable tokenizer.json ({error}); download the model again") from error
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
        """The largest token id of the tokenizer."""
        return max(self._pairs.get_vocab(with_added_tokens=True).values(), default=0)

    def holds(self, word: str) -> bool:
        """Whether the vocabulary holds the word whole."""
        return self._pairs.token_to_id(word) is not None

    def encode(self, pairs: Sequence[Pair]) -> list[Window]:
        """All windows of all pairs, in order; a pair with an empty passage has none."""
        texts = list(dict.fromkeys(pair.question for pair in pairs))
        shortened = dict(zip(texts, map(self._shorten, texts), strict=True))
        layouts = [laid_out(pair.passage, pair.header) for pair in pairs]
        encodings = self._pairs.encode_batch(
            [(shortened[pair.question], layout.text) for pair, layout in zip(pairs, layouts, strict=True)]
        )
        return [
            window
            for number, encoding in enumerate(encodings)
            for window in (_window(number, part, layouts[number].places) for part in [encoding, *encoding.overflowing])
            if window.context.any()
        ]

    def _shorten(self, question: str) -> str:
        """The question's first 64 tokens."""
        question = question[:QUESTION_CHARACTERS]
        encoding = self._questions.encode(question, add_special_tokens=False)
        return (
            question if len(encoding.ids) <= QUESTION_TOKENS else question[: encoding.offsets[QUESTION_TOKENS - 1][1]]
        )


def _window(number: int, encoding: Encoding, places: Ints) -> Window:
    """The window of an encoding of a text whose characters stand at these places of the passage."""
    offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    context = np.array([owner == 1 for owner in encoding.sequence_ids], dtype=np.bool_) & (
        offsets[:, 0] < offsets[:, 1]
    )
    first, last = places[offsets[context, 0]], places[offsets[context, 1] - 1]
    of_passage = np.zeros_like(offsets)
    of_passage[context] = np.stack([first, last + 1], axis=1)
    context[context] = (first >= 0) & (last >= 0)
    return Window(number, encoding.ids, encoding.type_ids, np.where(context[:, None], of_passage, 0), context)
