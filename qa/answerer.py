"""What the page and the evaluation need of an assistant: ``qa.assistant.Assistant`` fits, and so does a fake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from qa.answers import PASSAGES_READ, Answer

if TYPE_CHECKING:
    from index.folder_index import Passage
    from index.store import Store
    from qa.retrieval.hybrid import Retriever


class Answerer(Protocol):
    """Answers questions, and answers them from given passages alone.

    An answer that abstains still lists, best first among its alternatives, what would have been answered: without them
    a wrong refusal cannot be told from a reader that found nothing.
    """

    @property
    def index(self) -> Store:
        """The index that is answered from."""
        ...

    @property
    def retriever(self) -> Retriever:
        """Finds the passages that are read."""
        ...

    def ask_many(self, questions: Sequence[str], k: int = PASSAGES_READ, *, as_written: bool = False) -> list[Answer]:
        """Answer questions that are independent of each other, each from the ``k`` best passages."""
        ...

    def read_passages(self, question: str, passages: Sequence[Passage]) -> Answer:
        """Answer from the given passages, without retrieval."""
        ...
