"""Ranks passages in SQL: by vectors, and by terms with exactly the scores of ``index.search.bm25``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

import numpy as np
from sqlalchemy import Connection, text

from index.arrays import Floats
from index.folder_index import Ranking, Rankings
from index.postgres.database import GRAPH
from index.postgres.passages import ORDER, of_ids
from index.postgres.writing import as_vector, stored_term
from index.search.bm25 import K1, LONGEST_QUERY, B, terms

# hnsw.ef_search: the least, as wide as the search in a folder (WIDTH_SEARCHING), and the most that pgvector accepts.
_WIDTH, _WIDEST = 160, 1000
# Passages of a large store in which a question's rare terms are looked up, and how many times k of them are scored in full: for
# 100,000 passages of eval/bench/store/database.py, 10 times took half as long again and found 0.8 % more of the ten best.
_ENOUGH, _KEPT = 50_000, 4


class Searching:
    """Both searches over one state of a store, in all documents or only in the named ones."""

    def __init__(self, connection: Connection, documents: Collection[str] | None = None) -> None:
        self._connection = connection
        self._wanted = {} if documents is None else {"wanted": list(documents)}
        self._among = "" if documents is None else "WHERE source = ANY(:wanted)"

    def rank(self, question: str, vector: Floats, depth: int) -> Rankings:
        """Return the best ``depth`` passages of both searches, with positions in the order of an index in a folder."""
        near, matching = self.by_vector(vector, depth), self.by_terms(question, depth)
        passages = of_ids(self._connection, [id for id, _ in (*near, *matching)])
        places = {passage.number: place for place, passage in enumerate(passages)}
        vectors, terms = ([(places[id], score) for id, score in found] for found in (near, matching))
        return Rankings(vectors, terms, passages)

    @cached_property
    def graph(self) -> bool:
        """Whether there is a graph over the vectors, so that the store is large."""
        return self._connection.scalar(text("SELECT to_regclass(:graph)"), {"graph": GRAPH}) is not None

    def by_vector(self, vector: Floats, k: int) -> Ranking:
        """Return the ids of the ``k`` passages with the highest cosine; exact if there is no graph or documents are limited."""
        asked = {"vector": as_vector(vector), "k": k}
        if self.graph and not self._wanted:
            width = min(_WIDEST, max(_WIDTH, 2 * k))
            self._connection.execute(text(f"SET LOCAL hnsw.ef_search = {width}"))
            statement = _BY_GRAPH.format(dimension=len(vector))
        else:
            statement = _BY_VECTOR.format(among=self._among)
        return self._found(statement, asked)

    def by_terms(self, question: str, k: int) -> Ranking:
        """Return the ids of the ``k`` passages with the highest BM25 score; passages that share no term are left out.

        In a large store only passages that hold one of the question's rare terms are looked at, unless documents are limited.
        """
        said = [stored_term(term) for term in terms(question[: LONGEST_QUERY * 16])[:LONGEST_QUERY]]
        size = self._connection.execute(text(_NOTED_SIZE if self.graph else _SIZE)).one()
        holding = self._holding(said)
        asked = {
            "terms": [term for term in said if term in holding],
            "idfs": [idf(size.passages, holding[term]) for term in said if term in holding],
            "length": size.length,
            "k": k,
            "k1": K1,
            "b": B,
        }
        if self.graph and not self._wanted:
            return self._found(_BY_RARE_TERMS, asked | {"rare": rarest(holding, _KEPT * k), "kept": _KEPT * k})
        among = f"JOIN pincite.passages ON id = passage {self._among}" if self._wanted else ""
        return self._found(_BY_TERMS.format(among=among), asked)

    def _holding(self, asked: Collection[str]) -> dict[str, float]:
        """In how many passages each term is that is in any; in a large store this is PostgreSQL's estimate for common terms."""
        common = self._connection.execute(text(_COMMON), {"terms": list(asked)}) if self.graph else ()
        known = {term: float(holding) for term, holding in common}
        others = [term for term in asked if term not in known]
        counted = self._connection.execute(text(_COUNTED), {"terms": others}) if others else ()
        return known | {term: float(holding) for term, holding in counted}

    def _found(self, statement: str, asked: Mapping[str, object]) -> Ranking:
        rows = self._connection.execute(text(statement), {**asked, **self._wanted})
        return [(id, score) for id, score in rows]


def idf(passages: float, holding: float) -> float:
    """How much a term that is in so many passages of all tells, computed as in ``index.search.bm25_weights``."""
    return float(np.float32(np.log(1 + (passages - holding + 0.5) / (holding + 0.5))))


def rarest(holding: Mapping[str, float], least: int) -> list[str]:
    """The rarest terms: so many that ``least`` passages hold one, and more while no more than ``_ENOUGH`` do."""
    taken, total = [], 0.0
    for term in sorted(holding, key=lambda term: (holding[term], term)):
        if total >= least and total + holding[term] > _ENOUGH:
            break
        taken.append(term)
        total += holding[term]
    return taken


_BY_VECTOR = f"""
    WITH near AS (
        SELECT id, source, start_index, end_index, embedding <#> CAST(:vector AS vector) AS distance
        FROM pincite.passages {{among}}
        ORDER BY embedding <#> CAST(:vector AS vector) FETCH FIRST (:k) ROWS WITH TIES)
    SELECT id, -distance FROM near ORDER BY distance, {ORDER} LIMIT :k"""
_BY_GRAPH = """
    WITH near AS MATERIALIZED (
        SELECT id, embedding FROM pincite.passages
        ORDER BY CAST(embedding AS halfvec({dimension})) <#> CAST(CAST(:vector AS vector) AS halfvec({dimension})) LIMIT :k)
    SELECT id, -(embedding <#> CAST(:vector AS vector)) AS score FROM near ORDER BY score DESC, id"""
_SIZE = "SELECT sum(passages)::float8 AS passages, sum(terms)::float8 / sum(passages) AS length FROM pincite.documents"
_NOTED_SIZE = "SELECT passages::float8 AS passages, terms::float8 / passages AS length FROM pincite.making"
_COUNTED = "SELECT term, count(*) FROM pincite.terms WHERE term = ANY(:terms) GROUP BY term"
_COMMON = """
    SELECT term, share * reltuples
    FROM pg_class, pg_stats, unnest(CAST(CAST(most_common_vals AS text) AS text[]), most_common_freqs) AS common(term, share)
    WHERE pg_class.oid = CAST('pincite.terms' AS regclass)
        AND schemaname = 'pincite' AND tablename = 'terms' AND attname = 'term' AND term = ANY(:terms)"""
# The arithmetic of ``index.search.bm25_weights``, to get the same bits: weights computed in 64 bits, rounded to 32, and summed in
# the order of the question's terms.
_ASKED = """asked AS (
        SELECT * FROM unnest(CAST(:terms AS text[]), CAST(:idfs AS float8[])) WITH ORDINALITY AS asked(term, idf, place))"""
_WEIGHT = """(idf * (count / (CAST(:k1 AS float8) * (1 - CAST(:b AS float8) + CAST(:b AS float8) * length / CAST(:length AS float8))
            + count)))::real"""
_BEST = f"""best AS (SELECT passage, score FROM scored ORDER BY score DESC FETCH FIRST (:k) ROWS WITH TIES)
    SELECT id, score::float8 FROM best JOIN pincite.passages ON id = passage ORDER BY score DESC, {ORDER} LIMIT :k"""
_BY_TERMS = f"""
    WITH {_ASKED},
    scored AS (
        SELECT passage, sum({_WEIGHT} ORDER BY place) AS score
        FROM asked JOIN pincite.terms USING (term) {{among}} GROUP BY passage),
    {_BEST}"""
# OFFSET 0 keeps the planner from reading the whole table.
_BY_RARE_TERMS = f"""
    WITH {_ASKED},
    promising AS (
        SELECT passage FROM asked, LATERAL (
            SELECT passage, count, length FROM pincite.terms WHERE terms.term = asked.term OFFSET 0) AS found
        WHERE term = ANY(:rare) GROUP BY passage ORDER BY sum({_WEIGHT}) DESC LIMIT :kept),
    scored AS (
        SELECT passage, sum({_WEIGHT} ORDER BY place) AS score
        FROM promising, asked, LATERAL (
            SELECT count, length FROM pincite.terms
            WHERE terms.term = asked.term AND terms.passage = promising.passage OFFSET 0) AS found
        GROUP BY passage),
    {_BEST}"""
