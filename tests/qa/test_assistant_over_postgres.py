"""Answers, figures and LangChain over a store in PostgreSQL: those of an index in a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder
from langchain_core.embeddings import Embeddings

pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")

from postgres_fakes import CORPUS, GOLD, Untied, questions
from reader_fakes import FakeReader

from eval.datasets.examples import load as load_questions
from eval.evaluation import Choice, evaluate
from eval.records import Record
from index.arrays import Floats
from index.builder import index_in_memory
from index.documents import load
from index.encoder.embedder import SentenceEmbedder
from index.folder_index import Index
from index.postgres.builder import build
from index.postgres.store import PostgresStore
from index.store import Store
from qa.answering.confidence import unfitted
from qa.assistant import Assistant, Readers
from qa.langchain import StoreRetriever
from qa.retrieval.hybrid import HybridRetriever
from qa.retrieval.postgres import vector_store


def test_an_evaluation_gives_the_figures_of_an_index_in_a_folder(
    corpus: PostgresStore, corpus_in_memory: Index
) -> None:
    asked = Choice(size=24).of(load_questions(GOLD / "corpus.jsonl"))
    known = {one.question: {phrase: 9.0 for phrase in one.answers[:1]} for one in asked.questions[:16]}

    def figures(store: Store) -> list[Record]:
        retriever = HybridRetriever(store, Untied())
        assistant = Assistant(retriever, FakeReader(known), unfitted("fake"), index=store)
        run = evaluate(asked, assistant, k=8).run
        assert run.complaints == ()
        return [replace(one, milliseconds={}) for one in run.records]

    found, expected = figures(corpus), figures(corpus_in_memory)
    assert found == expected
    assert len({one.outcome for one in expected}) > 1 and sum(one.em for one in expected) > 0


class FakeEmbeddings(Embeddings):
    """The fake embedder as LangChain knows embedders."""

    def embed_query(self, text: str) -> list[float]:
        return [float(number) for number in FakeEmbedder().embed([text])[0]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(said) for said in texts]


def test_langchain_reads_the_same_passages(
    articles: Path, store: PostgresStore, url: str, embedder: FakeEmbedder
) -> None:
    build([articles], store, embedder, load=load)
    opened = vector_store(url, FakeEmbeddings())
    [best] = opened.similarity_search("honey of bees", k=1)
    assert (best.page_content, best.metadata["source"]) == ("Bees make honey.", str(articles / "b.md"))
    [[hit]] = StoreRetriever(opened).retrieve_many(["honey of bees"], 1)
    said = store.document_text(hit.passage.document)
    assert said[hit.passage.start : hit.passage.end] == hit.passage.text == "Bees make honey."


def test_an_assistant_answers_and_cites_from_a_store(
    articles: Path, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    build([articles], store, embedder, load=load)
    asked = "What do bees make?"
    assistant = Assistant(HybridRetriever(store, embedder), FakeReader({asked: {"honey": 9.0}}), unfitted("fake"))
    answer = assistant.ask(asked)
    cited = answer.citations[0]
    assert (answer.text, cited.document) == ("honey", str(articles / "b.md"))
    assert (articles / "b.md").read_text()[cited.start : cited.end] == "honey"
    assert assistant.where('title ~ "apple"').ask(asked).text is None
    assert assistant.warnings == ()


# With the real models


class Remembering:
    """The real embedder, each text embedded once, so that both stores have the very same vectors."""

    def __init__(self) -> None:
        self._embedder = SentenceEmbedder.open()
        self.fingerprint, self.dimension = self._embedder.fingerprint, 384
        self._known: dict[str, Floats] = {}

    def embed(self, texts: list[str]) -> Floats:
        new = [said for said in dict.fromkeys(texts) if said not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.array([self._known[said] for said in texts], dtype=np.float32)


def test_the_same_answers_as_an_index_in_a_folder(url: str, reader_folder: Path) -> None:
    encoder, asked = Remembering(), questions(40)
    store = PostgresStore.create(url, encoder)
    build([CORPUS], store, encoder)
    readers = Readers.open(reader_folder)
    expected = Assistant.over_index(index_in_memory([CORPUS], encoder), encoder, readers).ask_many(asked)
    found = Assistant.over_index(store, encoder, readers).ask_many(asked)
    assert len(asked) == 40 and sum(answer.text is not None for answer in expected) > 20
    for one, other in zip(found, expected, strict=True):
        assert (one.text, one.confidence) == (other.text, pytest.approx(other.confidence, abs=1e-4))
        for ours, theirs in zip(one.citations, other.citations, strict=True):
            assert ours.score == pytest.approx(theirs.score, abs=1e-4)
            assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-4)
            assert replace(ours, score=theirs.score, confidence=theirs.confidence) == theirs
