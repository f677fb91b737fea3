"""The assistant: ask a question, get the articles' own words with their place, or be told that they do not say."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.builder import index_in_memory
from index.embedder import Embedder, SentenceEmbedder
from index.store import Index, Passage
from qa.answers import Alternative, Answer, Citation, Evidence, Milliseconds
from qa.candidates import Candidate, candidates, nearest
from qa.confidence import Confidence, Features
from qa.reader import BUNDLED, ExtractiveReader, Reader, Reading
from qa.retriever import Hit, HybridRetriever, Retriever
from qa.windows import Pair

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

PASSAGES_READ = 10
ALTERNATIVES = 4
NEAREST = 3
COMPARABLE = 0.6


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its probability of being right."""

    candidate: Candidate
    probability: float


class Assistant:
    """Answers questions over one index."""

    def __init__(self, retriever: Retriever, reader: Reader, confidence: Confidence, *, index: Index | None = None,
                 wrong_percent: int = 10) -> None:
        self.retriever, self.reader, self.confidence, self._index = retriever, reader, confidence, index
        self.threshold = confidence.threshold(wrong_percent)

    @classmethod
    def open(cls, path: str | Path, *, reader: str | Path | None = None, embedder: str | None = None) -> Assistant:
        """Open an index folder; raises index.store's errors where it cannot be, ValueError for a bad reader."""
        index = Index.open(Path(path))
        return cls.over_index(index, SentenceEmbedder.open(embedder), reader)

    @classmethod
    def over(cls, paths: Sequence[str | Path], *, reader: str | Path | None = None, embedder: str | None = None) -> Assistant:
        """Index files and folders in memory and answer over them."""
        encoder = SentenceEmbedder.open(embedder)
        return cls.over_index(index_in_memory([Path(path) for path in paths], encoder), encoder, reader)

    @classmethod
    def over_index(cls, index: Index, embedder: Embedder, reader: str | Path | None = None) -> Assistant:
        """Answer over an index that is open, with a reader given by folder or name (the bundled one by default)."""
        opened = ExtractiveReader.open(reader)
        folder = Path(reader) if reader is not None else BUNDLED
        return cls(HybridRetriever(index, embedder), opened, Confidence.beside(folder, opened.fingerprint), index=index)

    @property
    def index(self) -> Index:
        """The index answered from; ValueError where the passages come from another store."""
        if self._index is None:
            raise ValueError("this assistant reads from a store of its own and has no index")
        return self._index

    def ask(self, question: str, k: int = PASSAGES_READ) -> Answer:
        """Answer one question from the ``k`` best passages."""
        return self.ask_many([question], k)[0]

    def ask_many(self, questions: Sequence[str], k: int = PASSAGES_READ) -> list[Answer]:
        """Answer questions that are independent of each other; they share batches, and each says the time of its share."""
        for question in questions:
            if not question.strip():
                raise ValueError("the question is empty")
        began = time.perf_counter()
        found = self.retriever.retrieve_many(questions, k)
        retrieved = time.perf_counter()
        readings = self._read(questions, found)
        read = time.perf_counter()
        share = 1000 / max(1, len(questions))
        spent = Milliseconds((retrieved - began) * share, (read - retrieved) * share, (read - began) * share)
        return [self._answer(*row, spent) for row in zip(questions, found, readings, strict=True)]

    def read_passages(self, question: str, passages: Sequence[Passage]) -> Answer:
        """Answer from the given passages alone, without retrieval."""
        hits = [Hit(passage, 1 / rank, similarity=1.0, term_score=1.0) for rank, passage in enumerate(passages, 1)]
        began = time.perf_counter()
        readings = self._read([question], [hits])[0]
        spent = (time.perf_counter() - began) * 1000
        return self._answer(question, hits, readings, Milliseconds(0.0, spent, spent))

    def rank(self, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Ranked]:
        """All candidates of one question with their probabilities, most probable first."""
        found = candidates(hits, readings)[:10]
        ranked = [Ranked(candidate, self.confidence.probability(Features.of(candidate, [*found[:place], *found[place + 1 :]])))
                  for place, candidate in enumerate(found)]
        return sorted(ranked, key=lambda one: (-one.probability, -one.candidate.score))

    def as_runnable(self) -> Runnable[str, Answer]:
        """This assistant as a LangChain Runnable: a question in, an Answer out, batches read together."""
        from qa.langchain import AssistantRunnable

        return AssistantRunnable(self)

    def _read(self, questions: Sequence[str], found: Sequence[Sequence[Hit]]) -> list[list[Reading]]:
        """The readings of every hit of every question, read together."""
        pairs = [Pair(question, hit.passage.text) for question, hits in zip(questions, found, strict=True) for hit in hits]
        flat = iter(self.reader.read(pairs))
        return [[next(flat) for _ in hits] for hits in found]

    def _answer(self, question: str, hits: Sequence[Hit], readings: Sequence[Reading], spent: Milliseconds) -> Answer:
        """Choose, or abstain."""
        ranked = self.rank(hits, readings)
        alternatives = tuple(Alternative(one.candidate.text, one.probability, _citations(one.candidate))
                             for one in ranked[: ALTERNATIVES + 1])
        if not ranked or ranked[0].probability < self.threshold:
            sure = 1 - ranked[0].probability if ranked else 1.0
            return Answer(question, None, sure, nearest(hits, NEAREST), alternatives[:ALTERNATIVES], spent, evidence=_evidence(ranked))
        best = ranked[0]
        conflict = len(ranked) > 1 and _conflicting(best, ranked[1], self.threshold)
        return Answer(question, best.candidate.text, best.probability, _citations(best.candidate), alternatives[1:], spent,
                      conflict=conflict, evidence=_evidence(ranked))


def _citations(candidate: Candidate) -> tuple[Citation, ...]:
    """Every place that gives the answer, the strongest first."""
    return tuple(support.citation() for support in candidate.supports)


def _conflicting(best: Ranked, second: Ranked, threshold: float) -> bool:
    """Whether another document gives a different figure or date on comparable evidence."""
    numbers = [{word for word in one.candidate.text.split() if any(map(str.isdigit, word))} for one in (best, second)]
    other = second.candidate.best.hit.passage.document != best.candidate.best.hit.passage.document
    return other and all(numbers) and not numbers[0] & numbers[1] and second.probability >= max(threshold, COMPARABLE * best.probability)


def _evidence(ranked: Sequence[Ranked]) -> Evidence | None:
    """Why the first of the ranked candidates is first."""
    if not ranked:
        return None
    best = ranked[0].candidate
    runner_up = best.score - ranked[1].candidate.score if len(ranked) > 1 else None
    return Evidence(best.best.hit.term_rank, best.best.hit.vector_rank, best.score, runner_up, best.documents)
