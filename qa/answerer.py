"""What the page and the evaluation need from an assistant, so that a fake can replace ``qa.assistant.Assistant``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from qa.answers import PASSAGES_READ, Answer

if TYPE_CHECKING:
    from index.folder_index import Passage
    from index.store import Store
    from qa.retrieval.hybrid import Retriever


class Answerer(Protocol):
    """Answers questions, from its index or from given passages only.

    An answer that abstains still lists, best first among its alternatives, what would have been answered: without them
    a wrong refusal cannot be told from a reader that found nothing.
    """

    @property
    def index(self) -> Store:
        """The index that answers come from."""

    @property
    def retriever(self) -> Retriever:
        """The retriever that finds the passages to read."""

    def ask_many(self, questions: Sequence[str], k: int = PASSAGES_READ, *, as_written: bool = False) -> list[Answer]:
        """Answer questions that are independent of each other, each from the ``k`` best passages."""

    def read_passages(self, question: str, passages: Sequence[Passage]) -> Answer:
        """Answer from the given passages, without retrieval."""
