"""What changes by itself: the state of the index, running jobs, questions to begin with."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile

from index.file_types import KINDS
from index.storage.generations import IndexProblem
from index.store import vectors_there
from qa.answerer import Answerer
from qa.answers import Answer
from ui.html.conversation import note, start
from ui.html.library import INDEXING, adding, job_note
from ui.html.markup import EMPTY, Html, join
from ui.html.status import banner, size
from ui.jobs.evaluation_job import EVALUATING, Measuring
from ui.jobs.lazy_assistant import problems_of, status_of
from ui.jobs.library import Library
from ui.jobs.queue import Line
from ui.jobs.vectors_job import EMBEDDING
from ui.session.actions import Act
from ui.session.reply import Reply, Sent
from ui.session.suggestions import checked, first_questions


@dataclass(frozen=True, slots=True)
class Contents:
    """The state of the index, its generation, how many documents it holds (None: not known yet), how many of its vectors
    are there ("": all), and what is wrong.
    """

    status: str
    generation: str | None
    documents: int | None
    vectors: str
    problems: tuple[str, ...]


class News:
    """Tells a page what has changed since it last asked."""

    def __init__(self, assistant: Answerer, line: Line, library: Library | None, measuring: Measuring) -> None:
        self.assistant, self.line, self.library, self.measuring = assistant, line, library, measuring
        self.offered: Sequence[str] = ()
        self._offered_of: object = object()

    @property
    def verbs(self) -> dict[str, Act]:
        """What each verb does."""
        return {"news": self.news}

    def start(self) -> Html:
        """The page before the first question."""
        if status_of(self.assistant) == "empty" and self.library is not None:
            return start((), adding(KINDS, by_path=self.library.by_path, samples=self.library.samples is not None))
        return start(self.offered, EMPTY)

    def news(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """What has changed since ``sent.seen``; nothing if that is still so."""
        contents, library, measured = self._contents(), self.library, self.measuring.job
        job, vectors = (library.job, library.vectors) if library is not None else (None, None)
        before, _, _ = sent.seen.partition("\n")
        seen = f"{contents} {self.offered}\n{job} {vectors} {measured}"
        if seen == sent.seen:
            return Reply()
        waiting = (
            note(f"So far {contents.vectors}; questions make those that they need.") if contents.vectors else EMPTY
        )
        parts: dict[str, Html] = {
            "size": size(contents.documents, job),
            "banner": banner(contents.problems, changing=self.library is not None),
            "job": join([job_note(job, INDEXING), job_note(vectors, EMBEDDING) if vectors else waiting]),
            "measuring": job_note(measured, EVALUATING),
        }
        if sent.view == "ask" and not sent.chat:
            parts["turns"] = self.start()
        renew = {"articles": "articles", "evaluation": "evaluation"}.get(sent.view)
        changed = not seen.startswith(f"{before}\n") or sent.view == "evaluation"
        return Reply(parts=parts, page={"seen": seen}, then=renew if changed else None)

    def _contents(self) -> Contents:
        """The state of the index; a new one is looked through for questions to offer."""
        status, problems = status_of(self.assistant), problems_of(self.assistant)
        try:
            if status == "ready":
                index = self.assistant.index
                documents, generation = len(index.documents), index.generation
                self._offer(generation)
                return Contents(status, generation, documents, vectors_there(index), tuple(problems))
        except IndexProblem as error:
            problems = [*problems, str(error)]
        return Contents(status, None, None if status == "loading" else 0, "", tuple(problems))

    def _offer(self, generation: str | None) -> None:
        """Find questions to offer, in the background, once for each generation of the index."""
        if generation == self._offered_of:
            return
        self._offered_of, self.offered = generation, ()
        threading.Thread(target=self._find, args=(generation,), name="suggestions", daemon=True).start()

    def _find(self, generation: str | None) -> None:
        def ask(question: str) -> Answer:
            with self.line.turn(patient=True):
                return self.assistant.ask_many([question])[0]

        with suppress(IndexProblem, ValueError, OSError):
            found = first_questions(self.assistant.index)
            for question in checked(takewhile(lambda _: generation == self._offered_of, found), ask):
                if generation == self._offered_of:
                    self.offered = (*self.offered, question)
