"""Passages out of PostgreSQL, ranked and fused as those of an index in a folder, and opened by LangChain programs."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from index import filters
from index.arrays import Floats
from index.contents import Passage
from index.embedder import Embedder
from qa.retriever import DEPTH, Hit, fuse

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_postgres import PGVectorStore
    from sqlalchemy import Connection

    from index.postgres.search import Scored
    from index.postgres.store import PostgresStore

_DRIVERS = ("sqlalchemy", "psycopg", "langchain_postgres", "pgvector")


def open_store(url: str) -> PostgresStore:
    """The index in a database; raises StoreProblem, or ValueError for what is no URL or where the extra is missing."""
    return _store_class().open(url)


def create_store(url: str, embedder: Embedder) -> PostgresStore:
    """The index in a database, made where there is none; raises as ``open_store`` does."""
    return _store_class().create(url, embedder)


def _store_class() -> type[PostgresStore]:
    try:
        from index.postgres.store import PostgresStore
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _DRIVERS:
            raise
        raise ValueError("PostgreSQL is an extra; install it with: pip install 'pincite[postgres]'") from error
    return PostgresStore


class PostgresRetriever:
    """BM25 and dense search in one database, fused as HybridRetriever does; each call sees one state of the store."""

    def __init__(self, store: PostgresStore, embedder: Embedder) -> None:
        store.check_embedder(embedder)
        self.store, self._embedder = store, embedder
        self._documents: tuple[str, ...] | None = None

    def where(self, condition: str) -> PostgresRetriever:
        """This retriever over the documents there are now that a condition of ``index.filters`` holds for; ValueError else."""
        wanted = filters.parse(condition)
        narrowed = copy.copy(self)
        narrowed._documents = tuple(record.name for record in self.store.documents if wanted.holds(record))
        return narrowed

    def sample(self, size: int) -> Sequence[Passage]:
        """About so many passages from all over the store, or all where there are fewer; read when first looked at."""
        from index.postgres.passages import Sample

        return Sample(self.store.database, size)

    def retrieve(self, question: str, k: int) -> list[Hit]:
        """The ``k`` best hits of one question."""
        return self.retrieve_many([question], k)[0]

    def retrieve_many(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """The ``k`` best hits of each question, best first; at least ``k`` are fused from each search."""
        if not questions:
            return []
        vectors = self._embedder.embed(questions)
        with self.store.database.snapshot() as connection:
            return [
                self._hits(connection, question, vector, k) for question, vector in zip(questions, vectors, strict=True)
            ]

    def _hits(self, connection: Connection, question: str, vector: Floats, k: int) -> list[Hit]:
        from index.postgres.passages import of_ids
        from index.postgres.search import Searching

        searching, depth = Searching(connection, self._documents), max(DEPTH, k)
        near, matching = searching.by_vector(vector, depth), searching.by_terms(question, depth)
        passages = of_ids(connection, [found.id for found in (*near, *matching)])
        places = {passage.number: place for place, passage in enumerate(passages)}
        return fuse(_placed(near, places), _placed(matching, places), passages, k)


def _placed(ranking: Sequence[Scored], places: Mapping[int, int]) -> list[tuple[int, float]]:
    return [(places[found.id], found.score) for found in ranking]


def vector_store(url: str, embeddings: Embeddings) -> PGVectorStore:
    """The passages of a store as LangChain's own, with PostgreSQL's full-text search for hybrid search; to be read only.

    ``embeddings`` has to be the model that the store was built with.
    """
    from langchain_postgres import PGEngine, PGVectorStore
    from langchain_postgres.v2.hybrid_search_config import HybridSearchConfig, reciprocal_rank_fusion
    from langchain_postgres.v2.indexes import DistanceStrategy

    hybrid: Any = HybridSearchConfig(fusion_function=reciprocal_rank_fusion, primary_top_k=DEPTH, secondary_top_k=DEPTH)
    return PGVectorStore.create_sync(
        PGEngine.from_connection_string(open_store(url).database.url),
        embeddings,
        "passages",
        schema_name="pincite",
        id_column="id",
        metadata_columns=["source", "start_index", "end_index", "heading", "page"],
        distance_strategy=DistanceStrategy.INNER_PRODUCT,
        hybrid_search_config=hybrid,
    )
