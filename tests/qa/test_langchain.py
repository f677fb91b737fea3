"""LangChain's own tests of a retriever over a small real index, and the other ways in and out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from chat_fakes import ScriptedModel
from embedder_fakes import FakeEmbedder
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolCall
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import RetrieversIntegrationTests, ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests
from reader_fakes import FakeReader

from index.builder import build, index_in_memory
from index.documents import load
from index.encoder.embedder import SentenceEmbedder
from index.folder_index import Index
from qa.answering.confidence import unfitted
from qa.answers import Answer
from qa.assistant import Assistant
from qa.langchain import INSTRUCTIONS, PinciteRetriever, PinciteVectorStore, StoreRetriever, agent, ask_tool
from qa.retrieval.hybrid import TERM_WEIGHT, HybridRetriever

FILES = {
    "bread.txt": "Bread is baked from flour, water, salt and yeast. The dough rests for an hour before it goes into the oven.\n",
    "border.txt": "The border between Kazakhstan and Russia is 7,644 kilometres long. No land border is longer.\n",
    "whales.txt": "The blue whale is the largest animal that ever lived. It feeds on krill in cold seas.\n",
    "chess.txt": "A game of chess is won by checkmate. The queen is the strongest piece on the board.\n",
}
BORDER = "How long is the border of Kazakhstan?"
LONGEST = "7,644 kilometres"
UNSURE = "Certainty: unsure (not fitted to this reader)"
ASYNCHRONOUS = [  # some of the inherited tests are, others are not
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:.*is marked with '@pytest.mark.asyncio'"),
]


def write(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def index_folder(tmp_path_factory: pytest.TempPathFactory, sentence_embedder: SentenceEmbedder) -> Path:
    """An index of four files, embedded by the bundled model."""
    folder = tmp_path_factory.mktemp("langchain")
    build([write(folder)], folder / "index", sentence_embedder)
    return folder / "index"


def assistant(folder: Path, answers: dict[str, dict[str, float]]) -> Assistant:
    encoder = FakeEmbedder()
    index = index_in_memory([write(folder)], encoder, load=load)
    return Assistant(HybridRetriever(index, encoder), FakeReader(answers), unfitted("fake"), index=index)


class TestPinciteRetriever(RetrieversIntegrationTests):
    """What LangChain asks of every retriever."""

    pytestmark = ASYNCHRONOUS

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


class TestPinciteVectorStoreAsRetriever(TestPinciteRetriever):
    """The same of the vector store's retriever; LangChain's tests of a vector store all write, and this one is read only."""

    @property
    def retriever_constructor(self) -> Callable[..., BaseRetriever]:
        return lambda path, k=4: PinciteVectorStore(path).as_retriever(search_kwargs={"k": k})


def check_place(document: Document) -> None:
    """The text of a document stands at its place in its source."""
    with open(document.metadata["source"], encoding="utf-8", newline="") as file:
        text = file.read()
    assert text[document.metadata["start_index"] : document.metadata["end_index"]] == document.page_content


def test_a_retrieved_document_says_where_its_text_stands(index_folder: Path, sentence_embedder: SentenceEmbedder):
    documents = PinciteRetriever(path=index_folder, k=2).invoke(BORDER)
    assert len(documents) == 2
    for document in documents:
        check_place(document)
    best = documents[0]
    assert best.page_content == FILES["border.txt"].rstrip()
    assert (best.metadata["title"], best.metadata["page"]) == ("border", None)
    [hit] = HybridRetriever(Index.open(index_folder), sentence_embedder).retrieve(BORDER, 1)
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


def cited_border(folder: Path) -> str:
    """What the tool says of the border: its place in the file of FILES, counted by hand, and how sure that is."""
    return f"7,644 kilometres\nSource: border ({(folder / 'border.txt').resolve()}, characters 44 to 60)\n" + UNSURE


def call(**args: object) -> ToolCall:
    return ToolCall(name="ask", args=args, id="1", type="tool_call")


class Made:
    """The tool that the two suites of LangChain test."""

    @pytest.fixture(autouse=True)
    def _make(self, tmp_path: Path) -> None:
        self.made = ask_tool(assistant(tmp_path, {BORDER: {LONGEST: 3.0}}))

    @property
    def tool_constructor(self) -> BaseTool:
        return self.made

    @property
    def tool_invoke_params_example(self) -> dict[str, str]:
        return {"question": BORDER}


class TestAskToolAsUnit(Made, ToolsUnitTests):
    """What LangChain asks of every tool's name and schema."""


class TestAskToolAsWhole(Made, ToolsIntegrationTests):
    """What LangChain asks of every tool's calls."""

    pytestmark = ASYNCHRONOUS


def test_the_tool_answers_with_its_source_and_the_answer_object(tmp_path: Path):
    tool = ask_tool(assistant(tmp_path, {BORDER: {LONGEST: 3.0}}))
    assert tool.name == "ask" and "own articles" in tool.description
    message = tool.invoke(call(question=BORDER))
    assert (message.content, message.status) == (cited_border(tmp_path), "success")
    assert isinstance(message.artifact, Answer) and message.artifact.text == LONGEST
    assert tool.invoke({"question": BORDER}) == cited_border(tmp_path)  # without a call there is the content alone


def test_the_tool_says_when_the_articles_do_not(tmp_path: Path):
    message = ask_tool(assistant(tmp_path, {})).invoke(call(question="What is tungsten?"))
    assert message.status == "success" and message.content.startswith("No short answer was found")
    assert message.artifact.citations[0].quote in message.content
    assert message.artifact.text is None


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"question": "  "}, "Not asked: the question is empty."),
        ({"question": "half \ud83d"}, 'Not asked: give one question as text, {"question": "..."}.'),
        ({"question": ""}, 'Not asked: give one question as text, {"question": "..."}.'),
        ({"question": 7}, 'Not asked: give one question as text, {"question": "..."}.'),
        ({}, 'Not asked: give one question as text, {"question": "..."}.'),
    ],
)
def test_what_cannot_be_asked_is_an_error_message(tmp_path: Path, args: dict[str, object], said: str):
    message = ask_tool(assistant(tmp_path, {})).invoke(call(**args))
    assert (message.content, message.status, message.artifact) == (said, "error", None)


def test_both_sides_of_a_conflict_are_quotable(tmp_path: Path):
    (tmp_path / "other.txt").write_text("The border between Kazakhstan and Russia is 6,846 kilometres long.")
    asked = assistant(tmp_path, {BORDER: {LONGEST: 3.0, "6,846 kilometres": 2.9}})
    message = ask_tool(asked).invoke(call(question=BORDER))
    assert message.artifact.agreement.conflict
    other = f"6,846 kilometres\nSource: other ({(tmp_path / 'other.txt').resolve()}, characters 44 to 60)"
    assert message.content == f"{cited_border(tmp_path)}\nAnother document differs:\n{other}"


def talk(model: ScriptedModel, asked: Assistant, question: str) -> list[BaseMessage]:
    return agent(model, asked).invoke({"messages": [HumanMessage(question)]})["messages"]


def test_an_agent_asks_the_articles_and_cites_them(tmp_path: Path):
    model = ScriptedModel()
    _, called, told, said = talk(model, assistant(tmp_path, {BORDER: {LONGEST: 3.0}}), BORDER)
    assert [(one["name"], one["args"]) for one in called.tool_calls] == [("ask", {"question": BORDER})]
    assert said.content == f"I found this. {cited_border(tmp_path)}"
    cited = told.artifact.citations[0]
    assert FILES["border.txt"][cited.start : cited.end] == LONGEST and (cited.start, cited.end) == (44, 60)


def test_an_agents_model_is_told_the_rules_and_the_tools_schema(tmp_path: Path):
    model = ScriptedModel()
    talk(model, assistant(tmp_path, {}), BORDER)
    assert model.seen[0][0] == SystemMessage(INSTRUCTIONS)
    [offered] = [one["function"] for one in model.offered]
    assert (offered["name"], offered["parameters"]["required"]) == ("ask", ["question"])
    assert offered["parameters"]["properties"]["question"]["type"] == "string"


def test_an_agent_is_told_when_the_articles_do_not_say(tmp_path: Path):
    *_, said = talk(ScriptedModel(), assistant(tmp_path, {}), "What is tungsten?")
    assert said.content.startswith("I found this. No short answer was found in the articles.")


@pytest.mark.parametrize("args", [{}, {"question": ""}, {"question": " "}, {"query": BORDER}])
def test_a_bad_call_of_an_agents_model_is_answered_not_raised(tmp_path: Path, args: dict[str, str]):
    *_, told, said = talk(ScriptedModel(args=args), assistant(tmp_path, {}), BORDER)
    assert told.status == "error" and said.content.startswith("I found this. Not asked: ")


def test_an_agent_works_asynchronously(tmp_path: Path):
    asked = agent(ScriptedModel(), assistant(tmp_path, {BORDER: {LONGEST: 3.0}}))
    messages = asyncio.run(asked.ainvoke({"messages": [HumanMessage(BORDER)]}))["messages"]
    assert messages[-1].content == f"I found this. {cited_border(tmp_path)}"
