"""A passage's tokens as the index keeps them, as a reader's own tokenizer would give them beside a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from index.tokens import tokenizer_name

# Of two tokenizer.json, each by the first digits of its SHA-256: the ids of the second are those of the first and so many more,
# and both cut all texts at the same places, but for the second's own special tokens. MPNet's pieces are BERT's.
SHIFTS = {("be50c362", "b8be2c30"): 4}


def shift(digest: str) -> int | None:
    """What to add to kept ids for a reader whose tokenizer.json has this SHA-256; None where its tokenizer is to be asked."""
    kept = tokenizer_name()
    return 0 if kept and digest.startswith(kept) else SHIFTS.get((kept or "", digest[:8]))


def special_tokens(tokenizer: Tokenizer) -> tuple[str, ...]:
    """The texts that a tokenizer takes for one token each, wherever they stand, in lower case."""
    return tuple(added.content.lower() for added in tokenizer.get_added_tokens_decoder().values())


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens that are the same in all pairs."""

    ids: tuple[int, ...]
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before, between and after a question and a passage, and the types of their tokens."""

    before: Part
    question: int
    between: Part
    passage: int
    after: Part

    @classmethod
    def of(cls, pairs: Tokenizer) -> Frame:
        """That of a tokenizer of pairs."""
        encoding = pairs.encode("a", "a")
        owners = encoding.sequence_ids
        question, passage = owners.index(0), owners.index(1)
        ends = (question + owners.count(0), passage + owners.count(1))

        def part(first: int, last: int) -> Part:
            return Part(tuple(encoding.ids[first:last]), tuple(encoding.type_ids[first:last]))

        return cls(
            part(0, question),
            encoding.type_ids[question],
            part(ends[0], passage),
            encoding.type_ids[passage],
            part(ends[1], len(owners)),
        )

    def around(self, question: Sequence[int], passage: Sequence[int]) -> tuple[list[int], list[int], int]:
        """Ids and types of a pair, and the place of the passage's first."""
        ids = [*self.before.ids, *question, *self.between.ids]
        types = [*self.before.types, *[self.question] * len(question), *self.between.types]
        whole = [*types, *[self.passage] * len(passage), *self.after.types]
        return [*ids, *passage, *self.after.ids], whole, len(ids)
