"""Writes one document into the tables: its row, its passages with their vectors, and its terms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pgvector.psycopg import register_vector
from sqlalchemy import Connection, text

from index.arrays import Floats
from index.builder import RECIPE
from index.chunker import OVERLAP, WORDS
from index.documents import Document
from index.files import digest
from index.folder_index import Duplicate
from index.search.bm25 import terms
from index.storage.layout import stated
from index.update.reuse import Cut

CUTTING = f"{WORDS}/{OVERLAP}/{RECIPE}"  # a document stored with another value is read again
_LONGEST_TERM = 200  # characters, at most 800 bytes: PostgreSQL's B-trees take no key beyond 2.7 kB


def put(connection: Connection, cut: Cut, vectors: Floats, replaces: Sequence[str]) -> Duplicate | None:
    """Do what ``PostgresStore.put`` does, inside a transaction."""
    document = cut.document
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": document.name})
    found = connection.execute(_FIND, {"name": document.name}).one_or_none()
    if found is not None and (found.sha256, found.cutting) == (document.sha256, CUTTING):
        return None
    connection.execute(_MAKE_ROOM, {"name": document.name, "sha256": document.sha256, "replaces": list(replaces)})
    counts = [Counter(map(stored_term, terms(text))) for text in cut.texts]
    row = {
        **{field: getattr(document, field) for field in ("name", "sha256", "title", "text")},
        "structure": document.structure.pack(),
        "record": json.dumps(_facts(document)),
        "cutting": CUTTING,
        "passages": len(counts),
        "terms": sum(count.total() for count in counts),
    }
    if connection.execute(_ADD_DOCUMENT, row).one_or_none() is None:
        same = connection.execute(_SAME_BYTES, {"sha256": document.sha256}).scalar_one()
        return Duplicate(document.name, same)
    ids = list(connection.scalars(_NEW_IDS, {"count": len(counts)}))
    _copy(connection, "passages", _PASSAGES, _passage_rows(cut, vectors, ids))
    _copy(connection, "terms", _TERMS, _term_rows(ids, counts))
    return None


def stored_term(term: str) -> str:
    """Return a term as it is stored: a term too long for a key is replaced by its digest."""
    return term if len(term) <= _LONGEST_TERM else digest(term.encode("utf-8"))


def as_vector(row: Floats) -> str:
    """Format a vector for pgvector without losing a digit."""
    return str(row.tolist())


def _copy(connection: Connection, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to a table by COPY: SQL and numbers as text would take twice as long."""
    driver: Any = connection.connection.driver_connection
    if driver.adapters.types.get("vector") is None:
        register_vector(driver)
    statement = f"COPY pincite.{table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([*columns.values()])
        for row in rows:
            copy.write_row(row)


def _passage_rows(cut: Cut, vectors: Floats, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    said, name = cut.document.text, cut.document.name
    for id, one, vector in zip(ids, cut.chunks, vectors, strict=True):
        yield (
            id,
            said[one.start : one.end],
            vector,
            name,
            one.start,
            one.end,
            one.heading,
            one.page,
            one.header,
            one.main,
        )


def _term_rows(ids: Sequence[int], counts: Sequence[Counter[str]]) -> list[tuple[str, int, int, int]]:
    """Rows sorted by term, as the key of the table is."""
    return sorted(
        (term, id, number, count.total())
        for id, count in zip(ids, counts, strict=True)
        for term, number in count.items()
    )


def _facts(document: Document) -> dict[str, Any]:
    """The fields of a document's record, and its length, which would otherwise require reading the text."""
    return {**stated(document), "characters": len(document.text), "omitted": [asdict(one) for one in document.omitted]}


_FIND = text("SELECT sha256, cutting FROM pincite.documents WHERE name = :name")
_SAME_BYTES = text("SELECT name FROM pincite.documents WHERE sha256 = :sha256")
_MAKE_ROOM = text("DELETE FROM pincite.documents WHERE name = :name OR (sha256 = :sha256 AND name = ANY(:replaces))")
_ADD_DOCUMENT = text(
    """INSERT INTO pincite.documents
    VALUES (:name, :sha256, :title, :text, :structure, CAST(:record AS jsonb), :cutting, :passages, :terms)
    ON CONFLICT (sha256) DO NOTHING RETURNING name"""
)
_NEW_IDS = text(
    "SELECT nextval(pg_get_serial_sequence('pincite.passages', 'id')) FROM generate_series(1, CAST(:count AS integer))"
)
_PASSAGES = {
    "id": "int8", "content": "text", "embedding": "vector", "source": "text", "start_index": "int4", "end_index": "int4",
    "heading": "text", "page": "int4", "header": "text", "main": "bool",
}  # fmt: skip
_TERMS = {"term": "text", "passage": "int8", "count": "int4", "length": "int4"}
