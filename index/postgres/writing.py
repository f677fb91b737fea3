"""Writes one document into the tables: its row, its passages with their vectors, and its terms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, text

from index.arrays import Floats
from index.builder import RECIPE
from index.chunker import OVERLAP, WORDS
from index.documents import Document
from index.files import digest
from index.folder_index import Duplicate
from index.search.bm25 import terms
from index.storage.layout import DocumentRecord
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
    connection.execute(_ADD_PASSAGES, _passage_columns(cut, vectors) | {"ids": ids, "source": document.name})
    connection.execute(_ADD_TERMS, _term_columns(ids, counts))
    return None


def stored_term(term: str) -> str:
    """Return a term as it is stored: a term too long for a key is replaced by its digest."""
    return term if len(term) <= _LONGEST_TERM else digest(term.encode("utf-8"))


def as_vector(row: Floats) -> str:
    """Format a vector for pgvector without losing a digit."""
    return str(row.tolist())


def _passage_columns(cut: Cut, vectors: Floats) -> dict[str, list[Any]]:
    return {
        "contents": [cut.document.text[found.start : found.end] for found in cut.chunks],
        "vectors": [as_vector(row) for row in vectors],
        "starts": [found.start for found in cut.chunks],
        "ends": [found.end for found in cut.chunks],
        "headings": [found.heading for found in cut.chunks],
        "pages": [found.page for found in cut.chunks],
        "headers": [found.header for found in cut.chunks],
        "mains": [found.main for found in cut.chunks],
    }


def _term_columns(ids: Sequence[int], counts: Sequence[Counter[str]]) -> dict[str, list[Any]]:
    rows = [
        (term, id, number, count.total())
        for id, count in zip(ids, counts, strict=True)
        for term, number in count.items()
    ]
    return {
        "terms": [row[0] for row in rows],
        "passages": [row[1] for row in rows],
        "counts": [row[2] for row in rows],
        "lengths": [row[3] for row in rows],
    }


def _facts(document: Document) -> dict[str, Any]:
    """The fields of a document's record, and its length, which would otherwise require reading the text."""
    known = (field.name for field in fields(DocumentRecord) if hasattr(document, field.name))
    facts = {name: getattr(document, name) for name in known}
    return {**facts, "characters": len(document.text), "omitted": [asdict(one) for one in document.omitted]}


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
_ADD_PASSAGES = text(
    """INSERT INTO pincite.passages (id, content, embedding, source, start_index, end_index, heading, page, header, main)
    SELECT id, content, CAST(embedding AS vector), :source, start_index, end_index, heading, page, header, main
    FROM unnest(CAST(:ids AS bigint[]), CAST(:contents AS text[]), CAST(:vectors AS text[]), CAST(:starts AS integer[]),
        CAST(:ends AS integer[]), CAST(:headings AS text[]), CAST(:pages AS integer[]), CAST(:headers AS text[]),
        CAST(:mains AS boolean[]))
    AS passage(id, content, embedding, start_index, end_index, heading, page, header, main)"""
)
_ADD_TERMS = text(
    """INSERT INTO pincite.terms SELECT * FROM unnest(CAST(:terms AS text[]), CAST(:passages AS bigint[]),
        CAST(:counts AS integer[]), CAST(:lengths AS integer[]))"""
)
