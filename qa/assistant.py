"""The assistant: answers a question in the articles' own words, with their place, or says that they do not answer it."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoder.embedder import Embedder, SentenceEmbedder
from index.encoder.models import model_folder
from index.filters import Condition, parse
from index.folder_index import Passage
from index.storage.layout import DocumentRecord
from index.store import Store, open_store
from qa.answering.cascade import UNREAD, read_enough, small_reader
from qa.answering.confidence import Confidence
from qa.answering.outcomes import outcome
from qa.answering.ranking import Ranked, ranking
from qa.answering.sections import StoredSections
from qa.answers import PASSAGES_READ, Answer, Citation, Milliseconds
from qa.conversation import Conversation
from qa.messages.desk import Desk
from qa.question.spelling import Speller
from qa.reader.reader import BUNDLED, ExtractiveReader, Reader, Reading
from qa.retrieval.hybrid import Hit, HybridRetriever, Retriever

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for the reader, and a condition on the documents to look in; None: all."""

    question: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Readers:
    """A reader, how sure its answers are, and the small reader before it, if they were fitted together."""

    reader: ExtractiveReader
    confidence: Confidence
    screen: ExtractiveReader | None

    @classmethod
    def open(cls, name_or_folder: str | Path | None = None) -> Readers:
        """Open a reader by folder or name (the bundled one by default), and what lies beside it; ValueError for a bad one."""
        folder = BUNDLED if name_or_folder is None else model_folder(name_or_folder)
        with ThreadPoolExecutor() as pool:
            beside = pool.submit(small_reader, folder)
            reader, small = ExtractiveReader.open(folder), beside.result()
        confidence = Confidence.beside(folder, reader.fingerprint)
        return cls(reader, confidence, small if small and small.fingerprint == confidence.screen else None)


class Assistant:
    """Answers questions over one index."""

    def __init__(
        self,
        retriever: Retriever,
        reader: Reader,
        confidence: Confidence,
        *,
        screen: Reader | None = None,
        index: Store | None = None,
        speller: Speller | None = None,
    ) -> None:
        self.retriever, self.reader, self.screen, self.confidence = retriever, reader, screen, confidence
        self._index, self._speller = index, speller
        self._sections = StoredSections(index) if index is not None else None
        self._conditions: tuple[Condition, ...] = ()

    @classmethod
    def open(cls, path: str | Path, *, reader: str | Path | None = None, embedder: str | None = None) -> Assistant:
        """Open the index in a folder or a database (``postgresql://user@host/name``).

        Raises IndexProblem if it cannot be opened, ValueError for a bad URL or reader.
        """
        return cls.over_index(open_store(path), SentenceEmbedder.open(embedder), Readers.open(reader))

    @classmethod
    def over(
        cls, paths: Sequence[str | Path], *, reader: str | Path | None = None, embedder: str | None = None
    ) -> Assistant:
        """Index files and folders in memory and answer over them."""
        from index.builder import index_in_memory

        encoder = SentenceEmbedder.open(embedder)
        return cls.over_index(index_in_memory([Path(path) for path in paths], encoder), encoder, Readers.open(reader))

    @classmethod
    def over_index(cls, index: Store, embedder: Embedder, readers: Readers | None = None) -> Assistant:
        """Answer over an index that is open, with readers that are open (the bundled ones by default)."""
        retriever, read = HybridRetriever(index, embedder), readers or Readers.open()
        speller = Speller(index.sample, read.reader.knows)
        return cls(retriever, read.reader, read.confidence, screen=read.screen, index=index, speller=speller)

    @property
    def index(self) -> Store:
        """The index, in a folder or a database; ValueError if the passages come from another store."""
        if self._index is None:
            raise ValueError("this assistant reads from a store of its own and has no index")
        return self._index

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of the index that was opened."""
        return self._index.warnings if self._index is not None else ()

    def ask(self, question: str, k: int = PASSAGES_READ) -> Answer:
        """Answer one question from at most the ``k`` best passages."""
        return self.ask_many([question], k)[0]

    def ask_many(self, questions: Sequence[str], k: int = PASSAGES_READ, *, as_written: bool = False) -> list[Answer]:
        """Answer independent questions in shared batches; each answer reports an equal share of the time.

        One passage is read per question, then more of the ``k`` if another answer could still overtake the best. Misspelt
        words are corrected, and ``understood`` says how, unless ``as_written`` is true.
        """
        for question in questions:
            check_question(question)
        began = time.perf_counter()
        plans = [self._desk(k, as_written=as_written).plan(question) for question in questions]
        asked = [Asked(question, plan.condition) for plan in plans for question in plan.questions]
        answers = iter(self._read(asked, k, as_written=as_written))
        finished = [plan.finish([next(answers) for _ in plan.questions]) for plan in plans]
        total = (time.perf_counter() - began) * 1000 / max(1, len(questions))
        return [
            replace(
                self._dated(one),
                milliseconds=replace(one.milliseconds, retrieve=total - one.milliseconds.read, total=total),
            )
            for one in finished
        ]

    def _desk(self, k: int, *, as_written: bool) -> Desk:
        """The desk over what this assistant searches."""

        def read(question: str, condition: str | None) -> Answer:
            return self._read([Asked(question, condition)], k, as_written=as_written)[0]

        return Desk(self._index, self.retriever, self._documents, str if as_written else self.meant, read)

    def _documents(self) -> list[DocumentRecord]:
        """The documents that meet the conditions of this assistant."""
        return [one for one in self.index.documents if all(condition.holds(one) for condition in self._conditions)]

    def _read(self, asked: Sequence[Asked], k: int, *, as_written: bool) -> list[Answer]:
        """The reader's answers, all read together; retrieval is by condition."""
        began = time.perf_counter()
        meant = [one.question if as_written else self.meant(one.question) for one in asked]
        found: list[list[Hit]] = [[] for _ in asked]
        for condition in dict.fromkeys(one.condition for one in asked):
            places = [place for place, one in enumerate(asked) if one.condition == condition]
            retriever = self.retriever if condition is None else self.retriever.where(condition)
            for place, hits in zip(places, retriever.retrieve_many([meant[at] for at in places], k), strict=True):
                found[place] = hits
        retrieved = time.perf_counter()
        readings = read_enough(meant, found, self.reader, self.screen, self.confidence)
        read = time.perf_counter()
        share = 1000 / max(1, len(asked))
        spent = Milliseconds((retrieved - began) * share, (read - retrieved) * share, (read - began) * share)
        answers = [self._answer(*row, spent) for row in zip(meant, found, readings, strict=True)]
        return [
            answer
            if answer.question == one.question
            else replace(answer, question=one.question, understood=answer.question)
            for one, answer in zip(asked, answers, strict=True)
        ]

    def meant(self, question: str) -> str:
        """The question with misspelt words replaced by the nearest words of the articles."""
        return question if self._speller is None else self._speller.corrected(question)

    def read_passages(self, question: str, passages: Sequence[Passage]) -> Answer:
        """Answer from the given passages only, without retrieval; their order does not matter."""
        hits = [Hit(passage, 1 / rank, similarity=1.0, term_score=1.0) for rank, passage in enumerate(passages, 1)]
        began = time.perf_counter()
        readings = read_enough([question], [hits], self.reader, self.screen, self.confidence)[0]
        spent = (time.perf_counter() - began) * 1000
        return self._dated(self._answer(question, hits, readings, Milliseconds(0.0, spent, spent)))

    def where(self, condition: str) -> Assistant:
        """This assistant over the documents that meet a condition of ``index.filters``; ValueError for a bad condition."""
        narrowed = copy.copy(self)
        narrowed.retriever = self.retriever.where(condition)
        narrowed._conditions = (*self._conditions, parse(condition))
        return narrowed

    def rank(self, question: str, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Ranked]:
        """``ranking`` with this assistant's confidence."""
        return ranking(question, hits, readings, self.confidence)

    def as_runnable(self) -> Runnable[str, Answer]:
        """This assistant as a LangChain Runnable: a question in, an Answer out, batches read together."""
        from qa.langchain import AssistantRunnable

        return AssistantRunnable(self)

    def _answer(self, question: str, hits: Sequence[Hit], readings: Sequence[Reading], spent: Milliseconds) -> Answer:
        """Answer in the form that the question asks for, or abstain."""
        ranked = self.rank(question, hits, readings)
        read = [None if one is UNREAD else one for one in readings]
        answer = outcome(question, hits, read, ranked, self.confidence, self._date, self._sections)
        return replace(answer, milliseconds=spent)

    def _dated(self, answer: Answer) -> Answer:
        """The answer with the dates of its documents and the pages of its quotes; without an index the first are unknown, and
        the second are those on which the passages begin.
        """
        every = (answer.citations, answer.items, *(one.citations for one in answer.alternatives))
        names = {cited.document for citations in every for cited in citations}
        records = {name: self._record(name) for name in names}

        def dated(citations: Sequence[Citation]) -> tuple[Citation, ...]:
            known = ((cited, records[cited.document]) for cited in citations)
            return tuple(
                replace(cited, date=record.date, page=record.page_at(cited.start)) if record else cited
                for cited, record in known
            )

        return replace(
            answer,
            citations=dated(answer.citations),
            items=dated(answer.items),
            alternatives=tuple(replace(one, citations=dated(one.citations)) for one in answer.alternatives),
            parts=tuple(map(self._dated, answer.parts)),
        )

    def _date(self, name: str) -> str | None:
        """The date of a document; None if it states none or is not in the index."""
        record = self._record(name)
        return record.date if record is not None else None

    def _record(self, name: str) -> DocumentRecord | None:
        """A document of the index; None if it is not there."""
        try:
            return None if self._index is None else self._index.document(name)
        except KeyError:
            return None

    def conversation(self) -> Conversation:
        """A conversation, in which later questions may refer to earlier ones."""
        return Conversation(self)


def check_question(question: str) -> None:
    """Raise ValueError if the question is empty or not valid text."""
    if not question.strip():
        raise ValueError("the question is empty")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise ValueError("the question is not valid text (it holds half a character)")
