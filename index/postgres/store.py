"""What is held: documents with their passages, vectors and terms, each document written and removed as a whole."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, text

from index.builder import RECIPE
from index.chunker import OVERLAP, WORDS
from index.contents import DocumentRecord
from index.documents import Document
from index.embedder import Embedder, Floats, in_context
from index.postgres.database import GRAPH, WRITING, Database, StoreProblem
from index.reuse import Cut
from index.sparse import terms
from index.store import CANARIES, CANARY_COSINE, Duplicate, Settings, Unreadable

CUTTING = f"{WORDS}/{OVERLAP}/{RECIPE}"  # documents that were cut in another way are read again
_LONGEST_TERM = 200  # characters; PostgreSQL's B-trees take no key beyond 2.7 kB


@dataclass(frozen=True, slots=True)
class Held:
    """What the store holds of a document: enough to tell whether it has changed."""

    sha256: str
    cutting: str


@dataclass(frozen=True, slots=True)
class Run:
    """What was brought in step, by which version, and when: an ISO date and time in UTC."""

    roots: tuple[str, ...]
    version: str
    built: str


class PostgresStore:
    """The index in a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, url: str) -> PostgresStore:
        """The index that is there; raises ValueError for what is no URL, StoreProblem where it cannot be reached or is none."""
        database = Database.at(url)
        if not database.has_index():
            reason = "there is no index in this database; run `pincite index --store` to make one"
            raise StoreProblem(database.place, reason)
        return cls(database)

    @classmethod
    def create(cls, url: str, embedder: Embedder) -> PostgresStore:
        """The index of a database, made where there is none; StoreProblem where its vectors are of another embedder."""
        database = Database.at(url)
        if not database.has_index():
            database.set_up(embedder)
        store = cls(database)
        store.check_embedder(embedder)
        return store

    @property
    def place(self) -> str:
        """The database's URL without the password."""
        return self.database.place

    def check_embedder(self, embedder: Embedder) -> None:
        """Raise StoreProblem unless the embedder makes vectors like those of the store."""
        with self.database.snapshot() as connection:
            wanted, canaries = connection.execute(text("SELECT embedder, canaries FROM pincite.making")).one()
        if embedder.fingerprint != wanted:
            raise self._other_embedder(f"fingerprint {wanted[:12]}, not {embedder.fingerprint[:12]}")
        stored, made = np.array(canaries, dtype=np.float32), embedder.embed(CANARIES)
        if made.shape != stored.shape or (stored * made).sum(axis=1).min() < CANARY_COSINE:
            raise self._other_embedder(f"fingerprint {wanted[:12]} with other weights")

    def _other_embedder(self, difference: str) -> StoreProblem:
        reason = f"its vectors come from another embedding model ({difference}); use that one, or another database"
        return StoreProblem(self.place, reason)

    def held(self) -> dict[str, Held]:
        """What there is of each document, by name."""
        with self.database.snapshot() as connection:
            rows = connection.execute(text("SELECT name, sha256, cutting FROM pincite.documents"))
            return {row.name: Held(row.sha256, row.cutting) for row in rows}

    def vectors_of(self, names: Sequence[str]) -> dict[str, Floats]:
        """The vectors of these documents, by the text that was embedded."""
        with self.database.snapshot() as connection:
            rows = connection.execute(_VECTORS, {"names": list(names)})
            return {
                in_context(heading, content): np.array(json.loads(vector), dtype=np.float32)
                for heading, content, vector in rows
            }

    def put(self, cut: Cut, vectors: Floats, *, replaces: Sequence[str] = ()) -> Duplicate | None:
        """Write a document, or say which other one has the same bytes, unless that is one that it ``replaces``.

        Two writers of one document come one after the other, and the second finds it done. Raises Unstorable.
        """
        return self.database.transact(lambda connection: _put(connection, cut, vectors, replaces))

    def remove(self, names: Sequence[str]) -> None:
        """Take documents out, with all that belongs to them."""
        self.database.transact(lambda connection: connection.execute(_REMOVE, {"names": list(names)}))

    def note(self, run: Run, left_out: Sequence[Unreadable | Duplicate], before: Sequence[str]) -> None:
        """Keep when the roots were brought in step, and what was left out now, in place of what was left out ``before``."""
        roots = [{"name": root, "version": run.version, "built": run.built} for root in sorted(run.roots)]
        files = [
            {"name": file.name, "reason": getattr(file, "reason", None), "same_as": getattr(file, "same_as", None)}
            for file in sorted(left_out, key=lambda file: file.name)
        ]

        def write(connection: Connection) -> None:
            connection.execute(_KEEP_ROOT, roots)
            connection.execute(text("DELETE FROM pincite.left_out WHERE name = ANY(:names)"), {"names": sorted(before)})
            if files:
                connection.execute(_KEEP_LEFT_OUT, files)

        self.database.transact(write)

    def index_vectors(self, largest_exact: int) -> None:
        """Make the graph (HNSW, 16-bit) that is searched beyond so many passages; drop it where there are fewer again."""

        def make(connection: Connection) -> None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITING})
            passages = connection.scalar(_COUNT_PASSAGES)
            graph = connection.scalar(text("SELECT to_regclass(:graph)"), {"graph": GRAPH})
            if passages > largest_exact and not graph:
                dimension = int(connection.scalar(text("SELECT dimension FROM pincite.making")))
                connection.execute(text(_MAKE_GRAPH.format(dimension)))
            elif passages <= largest_exact and graph:
                connection.execute(text(f"DROP INDEX {GRAPH}"))
            connection.execute(text("ANALYZE pincite.documents, pincite.passages, pincite.terms"))

        self.database.transact(make)

    @property
    def settings(self) -> Settings:
        """What the store was built from and with; version and time are those of the last run."""
        with self.database.snapshot() as connection:
            embedder, dimension = connection.execute(text("SELECT embedder, dimension FROM pincite.making")).one()
            roots = connection.execute(text("SELECT * FROM pincite.roots ORDER BY built, name")).all()
        return Settings(
            roots=tuple(row.name for row in roots),
            words=WORDS,
            overlap=OVERLAP,
            recipe=RECIPE,
            embedder=embedder,
            dimension=dimension,
            version=roots[-1].version if roots else "unknown",
            built=roots[-1].built if roots else "never",
        )

    @property
    def documents(self) -> tuple[DocumentRecord, ...]:
        """Every document without its text, in the order that they have in an index of one folder."""
        with self.database.snapshot() as connection:
            rows = connection.execute(_RECORDS).all()
        passages = accumulate((row.passages for row in rows), initial=0)
        places = accumulate((row.bytes for row in rows), initial=0)
        return tuple(_record(row, passage, place) for row, passage, place in zip(rows, passages, places, strict=False))

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that could not be indexed, and why."""
        with self.database.snapshot() as connection:
            rows = connection.execute(_UNREADABLE)
            return tuple(Unreadable(row.name, row.reason) for row in rows)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The names of all files that were left out: unreadable ones and duplicates."""
        with self.database.snapshot() as connection:
            return tuple(connection.scalars(text("SELECT name FROM pincite.left_out")))

    def count_passages(self) -> int:
        """How many passages there are."""
        with self.database.snapshot() as connection:
            return int(connection.scalar(_COUNT_PASSAGES))

    @property
    def vector_search(self) -> str:
        """How vectors are searched: exact, or by the graph that pgvector made."""
        with self.database.snapshot() as connection:
            graph = connection.scalar(text("SELECT to_regclass(:graph)"), {"graph": GRAPH})
        return "HNSW,halfvec" if graph else "exact"

    def document_text(self, name: str) -> str:
        """The whole text that the offsets of a document count in; raises KeyError with the name."""
        with self.database.snapshot() as connection:
            found = connection.scalar(text("SELECT text FROM pincite.documents WHERE name = :name"), {"name": name})
        if found is None:
            raise KeyError(name)
        return str(found)


def stored_term(term: str) -> str:
    """A term as it is kept: one that is too long to be a key by its digest."""
    return term if len(term) <= _LONGEST_TERM else hashlib.sha256(term.encode("utf-8")).hexdigest()


def as_vector(row: Floats) -> str:
    """A vector as pgvector reads it; no digit is lost."""
    return str(row.tolist())


def _put(connection: Connection, cut: Cut, vectors: Floats, replaces: Sequence[str]) -> Duplicate | None:
    document = cut.document
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": document.name})
    found = connection.execute(_FIND, {"name": document.name}).one_or_none()
    if found is not None and (found.sha256, found.cutting) == (document.sha256, CUTTING):
        return None
    connection.execute(_MAKE_ROOM, {"name": document.name, "sha256": document.sha256, "replaces": list(replaces)})
    counts = [Counter(map(stored_term, terms(text))) for text in _texts(cut)]
    row = {
        **{field: getattr(document, field) for field in ("name", "sha256", "title", "text")},
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


def _texts(cut: Cut) -> list[str]:
    return [in_context(found.heading, cut.document.text[found.start : found.end]) for found in cut.chunks]


def _passage_columns(cut: Cut, vectors: Floats) -> dict[str, list[Any]]:
    return {
        "contents": [cut.document.text[found.start : found.end] for found in cut.chunks],
        "vectors": [as_vector(row) for row in vectors],
        "starts": [found.start for found in cut.chunks],
        "ends": [found.end for found in cut.chunks],
        "headings": [found.heading for found in cut.chunks],
        "pages": [found.page for found in cut.chunks],
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
    """What a document's record repeats of the document."""
    return {
        field.name: getattr(document, field.name) for field in fields(DocumentRecord) if hasattr(document, field.name)
    }


def _record(row: Row[Any], first_passage: int, first_byte: int) -> DocumentRecord:
    known: dict[str, Any] = {
        **{name: tuple(fact) if isinstance(fact, list) else fact for name, fact in row.record.items()},
        **{name: getattr(row, name) for name in ("characters", "passages", "bytes")},
    }
    return DocumentRecord(**known, first_passage=first_passage, first_byte=first_byte)


_FIND = text("SELECT sha256, cutting FROM pincite.documents WHERE name = :name")
_SAME_BYTES = text("SELECT name FROM pincite.documents WHERE sha256 = :sha256")
_REMOVE = text("DELETE FROM pincite.documents WHERE name = ANY(:names)")
_MAKE_ROOM = text("DELETE FROM pincite.documents WHERE name = :name OR (sha256 = :sha256 AND name = ANY(:replaces))")
_ADD_DOCUMENT = text(
    """INSERT INTO pincite.documents
    VALUES (:name, :sha256, :title, :text, CAST(:record AS jsonb), :cutting, :passages, :terms)
    ON CONFLICT (sha256) DO NOTHING RETURNING name"""
)
_NEW_IDS = text(
    "SELECT nextval(pg_get_serial_sequence('pincite.passages', 'id')) FROM generate_series(1, CAST(:count AS integer))"
)
_ADD_PASSAGES = text(
    """INSERT INTO pincite.passages (id, content, embedding, source, start_index, end_index, heading, page)
    SELECT id, content, CAST(embedding AS vector), :source, start_index, end_index, heading, page
    FROM unnest(CAST(:ids AS bigint[]), CAST(:contents AS text[]), CAST(:vectors AS text[]), CAST(:starts AS integer[]),
        CAST(:ends AS integer[]), CAST(:headings AS text[]), CAST(:pages AS integer[]))
    AS passage(id, content, embedding, start_index, end_index, heading, page)"""
)
_ADD_TERMS = text(
    """INSERT INTO pincite.terms SELECT * FROM unnest(CAST(:terms AS text[]), CAST(:passages AS bigint[]),
        CAST(:counts AS integer[]), CAST(:lengths AS integer[]))"""
)
_VECTORS = text("SELECT heading, content, CAST(embedding AS text) FROM pincite.passages WHERE source = ANY(:names)")
_KEEP_ROOT = text(
    """INSERT INTO pincite.roots VALUES (:name, :version, :built)
    ON CONFLICT (name) DO UPDATE SET version = excluded.version, built = excluded.built"""
)
_KEEP_LEFT_OUT = text(
    """INSERT INTO pincite.left_out VALUES (:name, :reason, :same_as)
    ON CONFLICT (name) DO UPDATE SET reason = excluded.reason, same_as = excluded.same_as"""
)
_COUNT_PASSAGES = text("SELECT coalesce(sum(passages), 0) FROM pincite.documents")
_MAKE_GRAPH = (
    "CREATE INDEX passages_graph ON pincite.passages USING hnsw ((CAST(embedding AS halfvec({}))) halfvec_ip_ops)"
)
_RECORDS = text(
    """SELECT record, length(text) AS characters, passages, octet_length(text) AS bytes
    FROM pincite.documents ORDER BY replace(name, '/', chr(1)) COLLATE "C" """
)
_UNREADABLE = text("SELECT name, reason FROM pincite.left_out WHERE reason IS NOT NULL ORDER BY name")
