"""LangChain's own tests of a retriever over a small real index, and the other ways in and out."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import RetrieversIntegrationTests
from reader_fakes import FakeReader

from index.builder import build, index_in_memory
from index.embedder import SentenceEmbedder
from index.store import Index
from qa.answers import Answer
from qa.assistant import Assistant
from qa.confidence import unfitted
from qa.langchain import PinciteRetriever, PinciteVectorStore, StoreRetriever, ask_tool
from qa.retriever import TERM_WEIGHT, HybridRetriever

FILES = {
    "bread.txt": "Bread is baked from flour, water, salt and yeast. The dough rests for an hour before it goes into the oven.\n",
    "border.txt": "The border between Kazakhstan and Russia is 7,644 kilometres long. No land border is longer.\n",
    "whales.txt": "The blue whale is the largest animal that ever lived. It feeds on krill in cold seas.\n",
    "chess.txt": "A game of chess is won by checkmate. The queen is the strongest piece on the board.\n",
}
BORDER = "How long is the border of Kazakhstan?"
LONGEST = "7,644 kilometres"


def write(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def index_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of four files, embedded by the bundled model."""
    folder = tmp_path_factory.mktemp("langchain")
    build([write(folder)], folder / "index", SentenceEmbedder.open())
    return folder / "index"


def assistant(folder: Path, answers: dict[str, dict[str, float]]) -> Assistant:
    encoder = FakeEmbedder()
    index = index_in_memory([write(folder)], encoder)
    return Assistant(HybridRetriever(index, encoder), FakeReader(answers), unfitted("fake"), index=index)


@pytest.mark.asyncio  # one of the inherited tests is asynchronous
@pytest.mark.filterwarnings("ignore:.*is marked with '@pytest.mark.asyncio'")
class TestPinciteRetriever(RetrieversIntegrationTests):
    """What LangChain asks of every retriever."""

    @pytest.fixture(autouse=True)
    def _folder(self, index_folder: Path) -> None:
        self.folder = index_folder

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return PinciteRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Path]:
        return {"path": self.folder}

    @property
    def retriever_query_example(self) -> str:
        return BORDER


def check_place(document: Document) -> None:
    """The text of a document stands at its place in its source."""
    with open(document.metadata["source"], encoding="utf-8", newline="") as file:
        text = file.read()
    assert text[document.metadata["start_index"] : document.metadata["end_index"]] == document.page_content


def test_a_retrieved_document_says_where_its_text_stands(index_folder: Path):
    documents = PinciteRetriever(path=index_folder, k=2).invoke(BORDER)
    assert len(documents) == 2
    for document in documents:
        check_place(document)
    best = documents[0]
    assert best.page_content == FILES["border.txt"].rstrip()
    assert (best.metadata["title"], best.metadata["page"]) == ("border", None)
    [hit] = HybridRetriever(Index.open(index_folder), SentenceEmbedder.open()).retrieve(BORDER, 1)
    assert hit.term_score == 1.0  # the best by terms
    assert best.metadata["score"] == pytest.approx(hit.similarity + TERM_WEIGHT)


def test_the_vector_store_finds_the_same(index_folder: Path):
    store = PinciteVectorStore(index_folder)
    [(best, score), (_, second)] = store.similarity_search_with_score(BORDER, k=2)
    check_place(best)
    assert best.page_content == FILES["border.txt"].rstrip() and score > second
    assert [d.id for d in store.similarity_search(BORDER, k=1)] == [best.id]
    assert [d.id for d in store.as_retriever(search_kwargs={"k": 1}).invoke(BORDER)] == [best.id]


def test_a_vector_store_of_loose_texts_is_not_offered():
    with pytest.raises(NotImplementedError, match="pincite index"):
        PinciteVectorStore.from_texts(["a"], Words())


class Words(Embeddings):
    """The fake embedder as LangChain's."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return FakeEmbedder().embed(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def foreign_store() -> InMemoryVectorStore:
    """Pieces of a document as another application may have stored them: with their places, and without."""
    text = "Some words before. " + FILES["border.txt"]
    store = InMemoryVectorStore(Words())
    store.add_documents([
        Document(text[19:], metadata={"source": "/elsewhere/border.txt", "start_index": 19, "page": 3, "title": "Border"}),
        Document("The whale feeds on krill.", metadata={}, id="whale-1"),
    ])  # fmt: skip
    return store


def test_another_applications_store_is_read_and_cited():
    asked = Assistant(StoreRetriever(foreign_store()), FakeReader({BORDER: {LONGEST: 3.0}}), unfitted("fake"))
    answer = asked.ask(BORDER)
    [cited] = answer.citations
    assert (answer.text, cited.document, cited.title, cited.page) == (LONGEST, "/elsewhere/border.txt", "Border", 3)
    assert (cited.start, cited.end) == (
        19 + FILES["border.txt"].index(LONGEST),
        19 + FILES["border.txt"].index(LONGEST) + 16,
    )
    assert cited.passage.start == 19 and cited.passage.text == FILES["border.txt"]


def test_a_document_without_place_is_cited_from_its_beginning():
    question = "What does the whale eat?"
    asked = Assistant(StoreRetriever(foreign_store()), FakeReader({question: {"krill": 3.0}}), unfitted("fake"))
    [cited] = asked.ask(question).citations
    assert (cited.document, cited.start, cited.quote, cited.page) == ("whale-1", 19, "krill", None)


def test_hits_of_a_store_keep_its_order_and_number():
    [hits] = StoreRetriever(foreign_store()).retrieve_many(["whale krill"], k=2)
    assert [hit.passage.text for hit in hits] == ["The whale feeds on krill.", FILES["border.txt"]]
    assert [(hit.vector_rank, hit.term_rank, hit.score) for hit in hits] == [(1, None, 1.0), (2, None, 0.5)]


def test_an_assistant_is_a_runnable(tmp_path: Path):
    asked = assistant(tmp_path, {BORDER: {LONGEST: 3.0}})
    runnable = asked.as_runnable()
    assert isinstance(runnable.invoke(BORDER), Answer) and runnable.invoke(BORDER).text == LONGEST
    asked.reader.calls.clear()
    assert [answer.text for answer in runnable.batch([BORDER, "What is tungsten?", BORDER])] == [LONGEST, None, LONGEST]
    assert len(asked.reader.calls) == 1  # a batch is read together
    assert runnable.batch([]) == []


def test_a_runnable_is_part_of_a_chain(tmp_path: Path):
    chain = assistant(tmp_path, {BORDER: {LONGEST: 3.0}}).as_runnable() | (lambda answer: answer.text.upper())
    assert chain.invoke(BORDER) == "7,644 KILOMETRES"
    assert chain.batch([BORDER, BORDER]) == ["7,644 KILOMETRES"] * 2


def test_one_bad_question_of_a_batch_may_be_returned_as_its_error(tmp_path: Path):
    runnable = assistant(tmp_path, {BORDER: {LONGEST: 3.0}}).as_runnable()
    with pytest.raises(ValueError, match="the question is empty"):
        runnable.batch([BORDER, " "])
    good, bad = runnable.batch([BORDER, " "], return_exceptions=True)
    assert good.text == LONGEST and isinstance(bad, ValueError)


def test_the_tool_answers_with_its_source(tmp_path: Path):
    tool = ask_tool(assistant(tmp_path, {BORDER: {LONGEST: 3.0}}))
    start = FILES["border.txt"].index(LONGEST)
    name = (tmp_path / "border.txt").resolve()
    assert tool.name == "ask" and "own articles" in tool.description
    assert (
        tool.invoke({"question": BORDER}) == f"{LONGEST}\n(source: border, {name}, characters {start} to {start + 16})"
    )
    assert tool.invoke({"question": "What is tungsten?"}) == "The articles do not say."
