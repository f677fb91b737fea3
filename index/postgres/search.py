"""Ranks passages in SQL: by vectors, and by terms with exactly the scores of ``index.search.bm25``."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, text

from index.arrays import Floats
from index.folder_index import Ranking, Rankings
from index.postgres.database import GRAPH
from index.postgres.passages import ORDER, of_ids
from index.postgres.writing import as_vector, stored_term
from index.search.bm25 import K1, LONGEST_QUERY, B, terms

# hnsw.ef_search: the least, as wide as the search in a folder (WIDTH_SEARCHING), and the most that pgvector accepts.
_WIDTH, _WIDEST = 160, 1000


class Searching:
    """Both searches over one state of a store, in all documents or only in the named ones."""

    def __init__(self, connection: Connection, documents: Collection[str] | None = None) -> None:
        self._connection = connection
        self._wanted = {} if documents is None else {"wanted": list(documents)}
        self._among = "TRUE" if documents is None else "source = ANY(:wanted)"

    def rank(self, question: str, vector: Floats, depth: int) -> Rankings:
        """Return the best ``depth`` passages of both searches, with positions in the order of an index in a folder."""
        near, matching = self.by_vector(vector, depth), self.by_terms(question, depth)
        passages = of_ids(self._connection, [id for id, _ in (*near, *matching)])
        places = {passage.number: place for place, passage in enumerate(passages)}
        vectors, terms = ([(places[id], score) for id, score in found] for found in (near, matching))
        return Rankings(vectors, terms, passages)

    def by_vector(self, vector: Floats, k: int) -> Ranking:
        """Return the ids of the ``k`` passages with the highest cosine; exact if there is no graph or documents are limited."""
        asked = {"vector": as_vector(vector), "k": k}
        graph = not self._wanted and self._connection.scalar(text("SELECT to_regclass(:graph)"), {"graph": GRAPH})
        if graph:
            width = min(_WIDEST, max(_WIDTH, 2 * k))
            self._connection.execute(text(f"SET LOCAL hnsw.ef_search = {width}"))
            statement = _BY_GRAPH.format(dimension=len(vector))
        else:
            statement = _BY_VECTOR.format(among=self._among)
        return self._found(statement, asked)

    def by_terms(self, question: str, k: int) -> Ranking:
        """Return the ids of the ``k`` passages with the highest BM25 score; passages that share no term are left out."""
        asked = [stored_term(term) for term in terms(question[: LONGEST_QUERY * 16])[:LONGEST_QUERY]]
        return self._found(_BY_TERMS.format(among=self._among), {"terms": asked, "k": k, "k1": K1, "b": B})

    def _found(self, statement: str, asked: Mapping[str, object]) -> Ranking:
        rows = self._connection.execute(text(statement), {**asked, **self._wanted})
        return [(id, score) for id, score in rows]


_BY_VECTOR = f"""
    WITH near AS (
        SELECT id, source, start_index, end_index, embedding <#> CAST(:vector AS vector) AS distance
        FROM pincite.passages WHERE {{among}}
        ORDER BY embedding <#> CAST(:vector AS vector) FETCH FIRST (:k) ROWS WITH TIES)
    SELECT id, -distance FROM near ORDER BY distance, {ORDER} LIMIT :k"""
_BY_GRAPH = """
    WITH near AS MATERIALIZED (
        SELECT id, embedding FROM pincite.passages
        ORDER BY CAST(embedding AS halfvec({dimension})) <#> CAST(CAST(:vector AS vector) AS halfvec({dimension})) LIMIT :k)
    SELECT id, -(embedding <#> CAST(:vector AS vector)) AS score FROM near ORDER BY score DESC, id"""
# The arithmetic of ``index.search.bm25_weights``, to get the same bits: weights computed in 64 bits, rounded to 32, and summed in
# the order of the question's terms.
_BY_TERMS = f"""
    WITH asked AS (SELECT * FROM unnest(CAST(:terms AS text[])) WITH ORDINALITY AS asked(term, place)),
    size AS (SELECT sum(passages)::float8 AS passages, sum(terms)::float8 / sum(passages) AS length FROM pincite.documents),
    known AS (
        SELECT term, count(*)::float8 AS holding FROM pincite.terms WHERE term = ANY(:terms) GROUP BY term),
    rarity AS (
        SELECT term, ln(1 + (passages - holding + 0.5::float8) / (holding + 0.5::float8))::real::float8 AS idf
        FROM known, size),
    scored AS (
        SELECT passage, sum((idf * (count / (
            CAST(:k1 AS float8) * (1 - CAST(:b AS float8) + CAST(:b AS float8) * terms.length / size.length) + count
        )))::real ORDER BY place) AS score
        FROM asked JOIN rarity USING (term) JOIN pincite.terms USING (term), size GROUP BY passage),
    best AS (
        SELECT id, score, source, start_index, end_index
        FROM scored JOIN pincite.passages ON id = passage WHERE {{among}}
        ORDER BY score DESC FETCH FIRST (:k) ROWS WITH TIES)
    SELECT id, score::float8 FROM best ORDER BY score DESC, {ORDER} LIMIT :k"""
