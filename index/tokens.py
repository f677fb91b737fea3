"""The tokens of passages, made when an index is written, so that no question waits for them.

tokens-XXXXXXXX.u16        [T, 3]: id, first character and the one after the last, counted from the start of the passage
token-counts-XXXXXXXX.u16  [n]: how many of them each passage has; 0: none are kept, as special ones occur or a number is too large

XXXXXXXX stands for the tokenizer, the bundled sentence model's: BERT's uncased word pieces, which many readers know, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.arrays import Numbers
from index.embedder import ModelMissing, bundled_folder
from index.spool import Spool, mapped

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from index.contents import Passage

TokenRows = NDArray[np.uint16]

ROWS, COUNTS, DTYPE = "tokens-{}.u16", "token-counts-{}.u16", "<u2"
COLUMNS = 3
AT_ONCE = 256  # passages


class Tokens:
    """The tokens of all passages by number; the arrays may be maps of files."""

    def __init__(self, name: str, rows: TokenRows, counts: TokenRows) -> None:
        self.name, self._rows = name, rows
        self._bounds = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        if self._bounds[-1] != len(rows):
            raise ValueError("the numbers of tokens differ")

    @classmethod
    def open(cls, folder: Path, passages: int) -> Tokens | None:
        """Map the files of a generation, None where it has none; what does not fit together raises ValueError or OSError."""
        path = next(folder.glob(ROWS.format("*")), None)
        if path is None:
            return None
        name = path.name.removeprefix(ROWS.partition("{")[0]).removesuffix(path.suffix)
        counts = mapped(folder / COUNTS.format(name), DTYPE)
        if len(counts) != passages:
            raise ValueError("the numbers of passages differ")
        return cls(name, mapped(path, DTYPE).reshape(-1, COLUMNS), counts)

    def __getitem__(self, number: int) -> TokenRows | None:
        """Those of a passage, [L, 3]; None where none are kept, or another tokenizer made them."""
        rows = self._rows[self._bounds[number] : self._bounds[number + 1]]
        return rows if len(rows) and self.name == tokenizer_name() else None


def write_tokens(passages: Sequence[Passage], folder: Path, before: Tokens | None, origins: Numbers) -> None:
    """Write the tokens of passages; ``origins`` has the number before of those that are the same, else one below zero.

    Nothing is written where the bundled sentence model is not installed.
    """
    if (name := tokenizer_name()) is None:
        return
    rows, counts = Spool(folder / ROWS.format(name), DTYPE), Spool(folder / COUNTS.format(name), DTYPE)
    for start in range(0, len(origins), AT_ONCE):
        numbers = origins[start : start + AT_ONCE].tolist()
        kept = [before[number] if before and number >= 0 else None for number in numbers]
        new = [place for place, known in enumerate(kept) if known is None]
        for place, made in zip(new, tokens_of([passages[start + place].text for place in new]), strict=True):
            kept[place] = made
        for one in kept:
            if one is not None:
                rows.add(one)
        counts.add(np.array([0 if one is None else len(one) for one in kept]))
    rows.finish()
    counts.finish()


def tokens_of(texts: Sequence[str]) -> list[TokenRows | None]:
    """The tokens of each text as they are kept, [L, 3]; None where none are."""
    special = set(tokenizer().get_added_tokens_decoder()) - {tokenizer().token_to_id("[UNK]")}
    return [_rows(encoding, special) for encoding in tokenizer().encode_batch(list(texts), add_special_tokens=False)]


def _rows(encoding: Encoding, special: set[int]) -> TokenRows | None:
    """Those of one text."""
    rows = np.column_stack([encoding.ids, np.array(encoding.offsets).reshape(-1, 2)])
    fits = len(rows) <= np.iinfo(np.uint16).max and rows.max(initial=0) <= np.iinfo(np.uint16).max
    return rows.astype(np.uint16) if fits and special.isdisjoint(encoding.ids) else None


@lru_cache(maxsize=1)
def tokenizer() -> Tokenizer:
    """The bundled sentence model's; raises ModelMissing."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    return made


@lru_cache(maxsize=1)
def tokenizer_name() -> str | None:
    """The first 8 digits of its SHA-256; None where it is not installed."""
    try:
        return hashlib.sha256((bundled_folder() / "tokenizer.json").read_bytes()).hexdigest()[:8]
    except ModelMissing:
        return None
