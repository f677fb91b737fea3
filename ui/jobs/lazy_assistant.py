"""An assistant that loads in the background: the page appears at once, and questions wait for the models."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Literal

from index.folder_index import Passage
from index.storage.generations import IndexMissing, IndexProblem
from index.store import Store
from qa.answerer import Answerer
from qa.answers import PASSAGES_READ, Answer
from qa.retrieval.hybrid import Retriever

Status = Literal["ready", "loading", "failed", "empty"]


class Loading:
    """Opens an assistant in its own thread and stands in for it; calls wait until it is open."""

    def __init__(self, open_assistant: Callable[[], Answerer]) -> None:
        self._open = open_assistant
        self._opened: Future[Answerer] = Future()
        self._reopening = threading.Lock()
        self.warning = ""  # why a newer index is not used
        threading.Thread(target=self._run, name="open assistant", daemon=True).start()

    def _run(self) -> None:
        try:
            self._opened.set_result(self._open())
        except BaseException as error:
            self._opened.set_exception(error)

    def reopen(self) -> None:
        """Open the current index; questions in progress finish on the previous one.

        Raises what opening raises, and then keeps the previous assistant.
        """
        with self._reopening:
            opened: Future[Answerer] = Future()
            opened.set_result(self._open())
            self._opened, self.warning = opened, ""

    @property
    def status(self) -> Status:
        """Whether it is ready, still loading, has failed, or waits for a first index."""
        if not self._opened.done():
            return "loading"
        problem = self._opened.exception()
        return "ready" if problem is None else "empty" if isinstance(problem, IndexMissing) else "failed"

    @property
    def problem(self) -> str:
        """Why it could not be opened; "" if it is open or still loading."""
        error = self._opened.exception() if self._opened.done() else None
        return str(error) or type(error).__name__ if error else ""

    def wait(self) -> Answerer:
        """The assistant itself, once open. Raises what opening it raised."""
        return self._opened.result()

    @property
    def index(self) -> Store:
        """The assistant's index, once open."""
        return self.wait().index

    @property
    def retriever(self) -> Retriever:
        """The assistant's retriever, once open."""
        return self.wait().retriever

    def ask_many(self, questions: Sequence[str], k: int = PASSAGES_READ, *, as_written: bool = False) -> list[Answer]:
        """Answer once the assistant is open."""
        return self.wait().ask_many(questions, k, as_written=as_written)

    def read_passages(self, question: str, passages: Sequence[Passage]) -> Answer:
        """Read once the assistant is open."""
        return self.wait().read_passages(question, passages)


def status_of(assistant: Answerer) -> Status:
    """The status of any assistant; one that does not load in the background is ready."""
    return assistant.status if isinstance(assistant, Loading) else "ready"


def problems_of(assistant: Answerer) -> list[str]:
    """What is wrong with the index, in sentences that say what to do; [] if nothing is known to be."""
    if isinstance(assistant, Loading):
        if assistant.status == "failed":
            return [assistant.problem]
        if assistant.status != "ready":
            return []
    try:
        warnings = [*getattr(assistant.index, "warnings", ())]
    except IndexProblem as error:
        return [str(error)]
    newer = assistant.warning if isinstance(assistant, Loading) else ""
    return [
        *warnings,
        *([f"The index cannot be used as it is now, so what was open before answers: {newer}"] if newer else []),
    ]


def opened(assistant: Answerer) -> Answerer:
    """The assistant itself, once open: it keeps to one index, even if a new one is built meanwhile."""
    return assistant.wait() if isinstance(assistant, Loading) else assistant
