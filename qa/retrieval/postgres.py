"""The passages of an index in PostgreSQL, for LangChain programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.retrieval.hybrid import DEPTH

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_postgres import PGVectorStore


def vector_store(url: str, embeddings: Embeddings) -> PGVectorStore:
    """A store's passages as LangChain's own vector store, with hybrid search through PostgreSQL's full-text search; read-only.

    ``embeddings`` must be the model that the store was built with.
    """
    from langchain_postgres import PGEngine, PGVectorStore
    from langchain_postgres.v2.hybrid_search_config import HybridSearchConfig, reciprocal_rank_fusion
    from langchain_postgres.v2.indexes import DistanceStrategy

    from index.postgres.store import PostgresStore

    hybrid: Any = HybridSearchConfig(fusion_function=reciprocal_rank_fusion, primary_top_k=DEPTH, secondary_top_k=DEPTH)
    return PGVectorStore.create_sync(
        PGEngine.from_connection_string(PostgresStore.open(url).database.url),
        embeddings,
        "passages",
        schema_name="pincite",
        id_column="id",
        metadata_columns=["source", "start_index", "end_index", "heading", "page"],
        distance_strategy=DistanceStrategy.INNER_PRODUCT,
        hybrid_search_config=hybrid,
    )
