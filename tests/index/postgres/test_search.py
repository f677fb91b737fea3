"""Searches in PostgreSQL: the same rankings as of an index in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from embedder_fakes import FakeEmbedder

pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")

from postgres_fakes import CORPUS, Untied, folder_of, questions
from postgres_server import Server
from sqlalchemy import text

from index.builder import index_in_memory
from index.documents import load
from index.folder_index import Index
from index.postgres.builder import build
from index.postgres.search import Searching, rarest
from index.postgres.store import PostgresStore
from qa.retrieval.hybrid import Hit, HybridRetriever


def ranks(hits: list[Hit]) -> list[tuple[object, ...]]:
    return [(hit.passage.document, hit.passage.start, hit.term_rank, hit.vector_rank) for hit in hits]


def test_both_searches_and_their_fusion_rank_as_an_index_in_a_folder(
    corpus: PostgresStore, corpus_in_memory: Index
) -> None:
    encoder = Untied()
    asked = questions(60)
    expected = HybridRetriever(corpus_in_memory, encoder).retrieve_many(asked, 20)
    found = HybridRetriever(corpus, encoder).retrieve_many(asked, 20)
    assert len(asked) == 60
    for ours, theirs in zip(found, expected, strict=True):
        assert ranks(ours) == ranks(theirs)
        assert [hit.term_score for hit in ours] == [hit.term_score for hit in theirs]
        assert [hit.similarity for hit in ours] == pytest.approx([hit.similarity for hit in theirs], abs=1e-6)
        for one, other in zip(ours, theirs, strict=True):
            assert (one.passage.text, one.passage.end, one.passage.heading, one.passage.sha256) == (
                other.passage.text, other.passage.end, other.passage.heading, other.passage.sha256,
            )  # fmt: skip


def test_scores_by_terms_are_those_of_the_index(corpus: PostgresStore, corpus_in_memory: Index) -> None:
    question = "Who met the president of the president's country in 2022?"  # words that stand in it twice count twice
    expected = corpus_in_memory.sparse.search([question], 60)
    with corpus.database.snapshot() as connection:
        found = Searching(connection).by_terms(question, 60)
    assert [score for _, score in found] == [float(score) for score in expected.scores[0] if score > 0]


def test_equal_passages_come_in_the_same_order(tmp_path: Path, store: PostgresStore, embedder: FakeEmbedder) -> None:
    said = "Bees make honey."
    files = {name: f"# {name[:5]}\n\n## Same\n\n{said}\n" for name in ("one-1.md", "one-2.md", "one-3.md", "one-4.md")}
    folder = folder_of(
        tmp_path / "f",
        {name: body.replace("# one-", "# one ") + " " * n for n, (name, body) in enumerate(files.items())},
    )
    (folder / "one").mkdir()  # its place among its neighbours depends on how paths are compared
    (folder / "one" / "z.md").write_text("# one 9\n\n## Same\n\nBees make honey.\n")
    build([folder / "one-3.md"], store, embedder, load=load)  # not written in the order of their names
    build([folder], store, embedder, load=load)
    expected = HybridRetriever(index_in_memory([folder], embedder, load=load), embedder)
    assert ranks(HybridRetriever(store, embedder).retrieve("bees honey", 3)) == ranks(
        expected.retrieve("bees honey", 3)
    )
    assert ranks(HybridRetriever(store, embedder).retrieve("bees", 9)) == ranks(expected.retrieve("bees", 9))


def test_conditions_narrow_both_searches(corpus: PostgresStore, corpus_in_memory: Index) -> None:
    encoder = Untied()
    condition = 'title ~ "putin" or folder != elsewhere and title ~ "energy"'
    expected = HybridRetriever(corpus_in_memory, encoder).where(condition).retrieve("gas and oil prices", 12)
    found = HybridRetriever(corpus, encoder).where(condition).retrieve("gas and oil prices", 12)
    assert ranks(found) == ranks(expected) and found
    with pytest.raises(ValueError, match="not a field"):
        HybridRetriever(corpus, encoder).where("colour = red")


def test_many_passages_are_searched_by_a_graph(articles: Path, store: PostgresStore, embedder: FakeEmbedder) -> None:
    question = "bees honey"
    build([articles], store, embedder, load=load, largest_exact=2)
    exact = HybridRetriever(store, embedder).retrieve(question, 2)
    assert store.vector_search == "exact"
    (articles / "c.txt").write_text("Cats sleep.")
    build([articles], store, embedder, load=load, largest_exact=2)
    found = HybridRetriever(store, embedder).retrieve(question, 2)
    assert store.vector_search == "HNSW,halfvec"
    assert ranks(found)[0] == ranks(exact)[0] and found[0].similarity == exact[0].similarity
    (articles / "c.txt").unlink()
    build([articles], store, embedder, load=load, largest_exact=2)
    assert store.vector_search == "exact"


def test_the_graph_is_what_answers(server: Server, url: str, embedder: FakeEmbedder, articles: Path) -> None:
    store = PostgresStore.create(url, embedder)
    build([articles], store, embedder, load=load, largest_exact=1)
    with store.database.snapshot() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        vector = f"[{', '.join(['0.125'] * 64)}]"
        lines = connection.scalars(
            text(
                "EXPLAIN SELECT id FROM pincite.passages ORDER BY CAST(embedding AS halfvec(64)) <#>"
                f" CAST('{vector}' AS halfvec(64)) LIMIT 2"
            )
        )
        assert "passages_graph" in "\n".join(lines)


# Large stores


@pytest.fixture(scope="module")
def large(server: Server) -> PostgresStore:
    """The project's articles in a store that takes them for many."""
    encoder = Untied()
    filled = PostgresStore.create(server.new_database(), encoder)
    build([CORPUS], filled, encoder, largest_exact=10)
    return filled


def test_a_large_store_ranks_by_terms_as_a_small_one(large: PostgresStore, corpus_in_memory: Index) -> None:
    asked = questions(60)
    expected = corpus_in_memory.sparse.search(asked, 10)
    with large.database.snapshot() as connection:
        searching = Searching(connection)
        assert searching.graph
        for row, question in enumerate(asked):
            found = [score for _, score in searching.by_terms(question, 10)]
            assert found == pytest.approx([score for score in expected.scores[row] if score > 0], rel=1e-3)


def test_a_condition_on_a_large_store_leaves_nothing_out(large: PostgresStore, corpus_in_memory: Index) -> None:
    wanted = {record.name for record in corpus_in_memory.documents if "putin" in record.title.casefold()}
    among = np.array([passage.document in wanted for passage in corpus_in_memory.passages])
    asked = questions(60)
    expected = corpus_in_memory.sparse.among(among).search(asked, 1)
    assert 0 < among.sum() < len(among) / 2
    with large.database.snapshot() as connection:
        for row, question in enumerate(asked):
            [(_, score)] = Searching(connection, wanted).by_terms(question, 1)
            assert score == pytest.approx(expected.scores[row][0], rel=1e-3)


def test_only_rare_terms_are_looked_up() -> None:
    assert rarest({"the": 900_000, "agency": 4_000, "head": 42_000, "kazakh": 600}, 200) == ["kazakh", "agency", "head"]
    assert rarest({"the": 900_000, "who": 60_000, "zylkov": 2}, 200) == ["zylkov", "who"]
    assert rarest({"the": 900_000}, 200) == ["the"] and rarest({}, 200) == []
