"""Makes the vectors of what was indexed in the background, while the page already answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from index.encoder.cpu import give_way
from index.storage.generations import IndexLocked, IndexProblem
from index.update.embedding import Embedding
from ui.html.library import Wording
from ui.jobs.lazy_assistant import Loading
from ui.state.background import Background, Job, Progress

EMBEDDING = Wording(
    "Preparing search by meaning:",
    "passages",
    "You can ask already. Search by meaning is being prepared.",
    "Search by meaning:",
    "Search by meaning covers only a part so far; questions prepare what they need, and the next update the rest:",
    "stop-job",
)


class StoppedEmbedding(Exception):
    """The user, or a change of the articles, stopped the job; the vectors made so far are kept."""


class VectorsJob:
    """Calls ``embed_rest``, which makes the vectors that the index lacks and reports each step, until it is stopped."""

    def __init__(self, assistant: Loading, embed_rest: Callable[[Embedding], None]) -> None:
        self._assistant, self._embed_rest = assistant, embed_rest
        self._background = Background("vectors", "The vectors are being made already.")
        self._stop = threading.Event()

    @property
    def job(self) -> Job | None:
        """The current or latest run."""
        return self._background.job

    def start(self) -> None:
        """Make the vectors, unless that is being done already."""
        self._stop.clear()
        with suppress(ValueError):
            self._background.start(self._work)

    def resume(self) -> None:
        """Go on with what an interrupted run left, once the index is open."""

        def look() -> None:
            with suppress(IndexProblem, ValueError, OSError):
                index = self._assistant.index
                if index.without_vector and not index.foreign:
                    self.start()

        threading.Thread(target=look, name="look for vectors", daemon=True).start()

    def stop(self) -> None:
        """Stop after the batch that is being embedded."""
        self._stop.set()

    def end(self) -> None:
        """Stop, and wait for that."""
        self.stop()
        self._background.wait()

    def _work(self, progress: Progress) -> str:
        give_way()
        first: int | None = None

        def step(there: int, passages: int) -> None:
            nonlocal first
            first = there if first is None else first
            progress(there, passages, "", (there - first) / max(1, passages - first))
            if self._stop.is_set():
                raise StoppedEmbedding("stopped.")

        try:
            self._embed_rest(step)
        except IndexLocked:
            return "another process is preparing it."
        return "ready for all passages."
