"""A question and a passage as windows of token ids, each token with its characters. Shared by reading and training."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.arrays import Ints, Mask
from index.tokens import TokenRows, tokenizer_name

QUESTION_TOKENS = 64
QUESTION_CHARACTERS = 4_000
WINDOW_TOKENS = 384
OVERLAP_TOKENS = 96
STAND_IN = "a"  # a text of one token

# Of two tokenizer.json, each by the first digits of its SHA-256: the ids of the second are those of the first and so many more,
# and both cut all texts at the same places, but for the second's own special tokens. MPNet's pieces are BERT's.
SHIFTS = {("be50c362", "b8be2c30"): 4}


def padded(length: int, multiple: int) -> int:
    """The least multiple of ``multiple`` that holds ``length`` tokens."""
    return -(-length // multiple) * multiple


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and one passage to read for it; ``tokens`` are the passage's of ``index.tokens``, where these are known."""

    question: str
    passage: str
    tokens: TokenRows | None = field(default=None, compare=False, repr=False)


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

    def __init__(self, pairs: Tokenizer, questions: Tokenizer, pad: int, window: int, shift: int | None) -> None:
        self._pairs, self._questions, self.pad, self._window, self._shift = pairs, questions, pad, window, shift
        self._special = [added.content.lower() for added in questions.get_added_tokens_decoder().values()]

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
        return cls(pairs, questions, pad, window, _shift(hashlib.sha256(text.encode("utf-8")).hexdigest()))

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
        beside = {
            text: self._pairs.encode(shortened[text], STAND_IN)
            for text in dict.fromkeys(pair.question for pair in pairs if pair.tokens is not None)
        }
        known = [self._known(number, beside.get(pair.question), pair) for number, pair in enumerate(pairs)]
        new = [number for number, window in enumerate(known) if window is None]
        encodings = self._pairs.encode_batch([(shortened[pairs[n].question], pairs[n].passage) for n in new])
        made = {
            number: [_window(number, part) for part in [encoding, *encoding.overflowing]]
            for number, encoding in zip(new, encodings, strict=True)
        }
        return [
            window
            for number, one in enumerate(known)
            for window in (made[number] if one is None else [one])
            if window.context.any()
        ]

    def _known(self, number: int, beside: Encoding | None, pair: Pair) -> Window | None:
        """The window of a pair whose passage's tokens are known, if it is one: what the tokenizer would make of it.

        ``beside`` is the question with a token that stands for the passage.
        """
        if pair.tokens is None or beside is None or self._shift is None or self._has_special(pair.passage):
            return None
        rows = pair.tokens.astype(np.int64)
        passage: list[int] = (rows[:, 0] + self._shift).tolist()
        beyond = max(passage, default=0) >= self._questions.get_vocab_size()
        if beyond or rows[:, 1:].max(initial=0) > len(pair.passage):
            return None  # their file is damaged
        first = beside.sequence_ids.index(1)
        last, ids, types = first + len(passage), beside.ids, beside.type_ids
        ids[first : first + 1], types[first : first + 1] = passage, [types[first]] * len(passage)
        if len(ids) > self._window:
            return None
        offsets, context = np.zeros((len(ids), 2), dtype=np.int64), np.zeros(len(ids), dtype=np.bool_)
        offsets[first:last], context[first:last] = rows[:, 1:], True
        return Window(number, ids, types, offsets, context)

    def _has_special(self, passage: str) -> bool:
        """Whether the tokenizer may take some of the text for one of its special tokens."""
        folded = passage.lower()
        return any(text in folded for text in self._special)

    def _shorten(self, question: str) -> str:
        """The question's first 64 tokens, so that a passage always has room beside it."""
        question = question[:QUESTION_CHARACTERS]
        encoding = self._questions.encode(question, add_special_tokens=False)
        return (
            question if len(encoding.ids) <= QUESTION_TOKENS else question[: encoding.offsets[QUESTION_TOKENS - 1][1]]
        )


def _shift(digest: str) -> int | None:
    """What to add to kept ids for a tokenizer.json of this SHA-256; None where its own tokenizer is to be asked."""
    kept = tokenizer_name()
    return 0 if kept and digest.startswith(kept) else SHIFTS.get((kept or "", digest[:8]))


def _window(number: int, encoding: Encoding) -> Window:
    """One encoding in numpy's terms."""
    context = np.array([owner == 1 for owner in encoding.sequence_ids], dtype=np.bool_)
    return Window(number, encoding.ids, encoding.type_ids, np.array(encoding.offsets, dtype=np.int64), context)
