"""The ``Store`` in PostgreSQL. Each document, with its passages, vectors and terms, is written and removed as a whole."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, TextClause, text

from index import filters
from index.arrays import Floats
from index.blocks import Structure
from index.builder import RECIPE
from index.chunker import OVERLAP, WORDS
from index.encoder.embedder import Embedder, in_context
from index.folder_index import Duplicate, Rankings, Settings, Unreadable, difference
from index.postgres.database import GRAPH, Database, StoreProblem
from index.postgres.passages import BY_PATH, StoredPassages, sampled
from index.postgres.search import Searching
from index.postgres.settling import settle
from index.postgres.writing import put
from index.storage.layout import DocumentRecord, Passage, record_of
from index.update.reuse import Cut


@dataclass(frozen=True, slots=True)
class Held:
    """What tells whether a stored document has changed."""

    sha256: str
    cutting: str


@dataclass(frozen=True, slots=True)
class LastRun:
    """The roots of a run, the version that ran, and the ISO date and time in UTC."""

    roots: tuple[str, ...]
    version: str
    built: str


class PostgresStore:
    """A ``Store`` in a database, which several programs may write; every call reads its current state."""

    warnings: tuple[str, ...] = ()  # there are no older generations to fall back to

    def __init__(self, database: Database) -> None:
        self.database = database
        self._wanted: frozenset[str] | None = None  # the documents that are searched; None for all

    @classmethod
    def open(cls, url: str) -> PostgresStore:
        """Open an existing index; raises ValueError for a bad URL, or StoreProblem if it cannot be reached or has no index."""
        database = Database.at(url)
        if not database.has_index():
            reason = "there is no index in this database; run `pincite index --store` to make one"
            raise StoreProblem(database.place, reason)
        return cls(database)

    @classmethod
    def create(cls, url: str, embedder: Embedder) -> PostgresStore:
        """Open the index of a database, or create it; raises StoreProblem if its vectors come from another embedder."""
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

    @property
    def foreign(self) -> bool:
        """Always, as whoever may write to the database names the files."""
        return True

    def check_embedder(self, embedder: Embedder) -> None:
        """Raise StoreProblem unless the embedder is the one that made the vectors of the store."""
        with self.database.snapshot() as connection:
            made_with = connection.execute(text("SELECT embedder, canaries FROM pincite.making")).one()
        if differing := difference(embedder, *made_with):
            reason = f"its vectors come from another embedding model ({differing}); use that one, or another database"
            raise StoreProblem(self.place, reason)

    def held(self) -> dict[str, Held]:
        """Return the digest and the cutting of each document, by name."""
        with self.database.snapshot() as connection:
            rows = connection.execute(text("SELECT name, sha256, cutting FROM pincite.documents"))
            return {row.name: Held(row.sha256, row.cutting) for row in rows}

    def holds(self, name: str, one: Held) -> bool:
        """Whether a document with this name, digest and cutting is there."""
        with self.database.snapshot() as connection:
            return connection.scalar(_HOLDS, {"name": name, "sha256": one.sha256, "cutting": one.cutting}) is not None

    def vectors_of(self, names: Sequence[str]) -> dict[str, Floats]:
        """Return the vectors of these documents by the text that was embedded."""
        with self.database.snapshot() as connection:
            rows = connection.execute(_VECTORS, {"names": list(names)})
            return {
                in_context(heading, header, content): np.array(json.loads(vector), dtype=np.float32)
                for heading, header, content, vector in rows
            }

    def put(self, cut: Cut, vectors: Floats, *, replaces: Sequence[str] = ()) -> Duplicate | None:
        """Write a document, or return the Duplicate if one that it does not replace has the same bytes.

        If two writers put the same document, the second waits and finds it done. Raises Unstorable.
        """
        return self.database.transact(lambda connection: put(connection, cut, vectors, replaces))

    def remove(self, names: Sequence[str]) -> None:
        """Remove documents with their passages, vectors and terms."""
        self.database.transact(lambda connection: connection.execute(_REMOVE, {"names": list(names)}))

    def note(self, run: LastRun, left_out: Sequence[Unreadable | Duplicate], before: Sequence[str]) -> None:
        """Record a run and the files that it left out; the records of files left out ``before`` are deleted."""
        roots = [{"name": root, "version": run.version, "built": run.built} for root in sorted(run.roots)]
        files = [
            {"name": file.name, "reason": getattr(file, "reason", None), "same_as": getattr(file, "same_as", None)}
            for file in sorted(left_out, key=lambda file: file.name)
        ]

        def write(connection: Connection) -> None:
            if roots:
                connection.execute(_KEEP_ROOT, roots)
            connection.execute(text("DELETE FROM pincite.left_out WHERE name = ANY(:names)"), {"names": sorted(before)})
            if files:
                connection.execute(_KEEP_LEFT_OUT, files)

        self.database.transact(write)

    def settle(self, largest_exact: int) -> None:
        """After a run: see to what searches need. With more passages than ``largest_exact`` that is a graph."""
        self.database.transact(lambda connection: settle(connection, largest_exact))
        self.database.vacuum("pincite.terms")

    @property
    def settings(self) -> Settings:
        """How the store was built; version and time are those of the last run."""
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
        """Every document without its text, in the order of an index in a folder."""
        with self.database.snapshot() as connection:
            return tuple(map(_record, connection.execute(_RECORDS)))

    @property
    def passages(self) -> StoredPassages:
        """Every passage, in the order of the documents."""
        return StoredPassages(self.database)

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that could not be indexed, and why."""
        with self.database.snapshot() as connection:
            rows = connection.execute(_UNREADABLE)
            return tuple(Unreadable(row.name, row.reason) for row in rows)

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The files left out because another has the same bytes."""
        with self.database.snapshot() as connection:
            rows = connection.execute(_DUPLICATES)
            return tuple(Duplicate(row.name, row.same_as) for row in rows)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The names of all files left out: unreadable ones and duplicates."""
        with self.database.snapshot() as connection:
            return tuple(connection.scalars(text("SELECT name FROM pincite.left_out")))

    @property
    def generation(self) -> str:
        """When each root was last updated: this changes with every run."""
        with self.database.snapshot() as connection:
            return str(connection.scalar(_GENERATION))

    @property
    def without_vector(self) -> int:
        """None: a document is stored with its vectors."""
        return 0

    @property
    def vector_search(self) -> str:
        """How vectors are searched: "exact", or the kind of pgvector's graph."""
        with self.database.snapshot() as connection:
            graph = connection.scalar(text("SELECT to_regclass(:graph)"), {"graph": GRAPH})
        return "HNSW,halfvec" if graph else "exact"

    def document(self, name: str) -> DocumentRecord:
        """Return the record of a document; raises KeyError for an unknown name."""
        return _record(self._found(_ONE_RECORD, name))

    def document_text(self, name: str) -> str:
        """Return the full text of a document, to which all offsets refer; raises KeyError for an unknown name."""
        return str(self._found(_TEXT, name).text)

    def structure(self, name: str) -> Structure:
        """Return the blocks, inline marks and boxes of a document; raises KeyError for an unknown name."""
        return Structure.unpack(bytes(self._found(_STRUCTURE, name).structure))

    def _found(self, statement: TextClause, name: str) -> Row[Any]:
        """The row of a document; raises KeyError for an unknown name."""
        with self.database.snapshot() as connection:
            found = connection.execute(statement, {"name": name}).one_or_none()
        if found is None:
            raise KeyError(name)
        return found

    def sample(self, size: int) -> Sequence[Passage]:
        """Return about ``size`` passages spread evenly over the store, or all if there are fewer."""
        with self.database.snapshot() as connection:
            return sampled(connection, size)

    def rank(self, questions: Sequence[str], vectors: Floats, depth: int) -> list[Rankings]:
        """Return the best ``depth`` passages of both searches for each question and its vector, from one state of the store."""
        with self.database.snapshot() as connection:
            searching = Searching(connection, self._wanted)
            return [searching.rank(*asked, depth) for asked in zip(questions, vectors, strict=True)]

    def check_bytes(self, *, again: bool = False) -> None:
        """Nothing to compare: PostgreSQL keeps checksums of its own."""

    def fall_back(self) -> None:
        """Nothing to fall back to: a database has one state."""

    def where(self, condition: str) -> PostgresStore:
        """Return this store limited to the current documents that meet a condition of ``index.filters``.

        Raises ValueError if the condition cannot be read.
        """
        wanted, narrowed = filters.parse(condition), copy.copy(self)
        found = frozenset(record.name for record in self.documents if wanted.holds(record))
        narrowed._wanted = found if self._wanted is None else found & self._wanted
        return narrowed


def _record(row: Row[Any]) -> DocumentRecord:
    return record_of({**row.record, **{field: number for field, number in row._mapping.items() if field != "record"}})


_HOLDS = text("SELECT 1 FROM pincite.documents WHERE name = :name AND sha256 = :sha256 AND cutting = :cutting")
_TEXT = text("SELECT text FROM pincite.documents WHERE name = :name")
_STRUCTURE = text("SELECT structure FROM pincite.documents WHERE name = :name")
_REMOVE = text("DELETE FROM pincite.documents WHERE name = ANY(:names)")
_VECTORS = text(
    "SELECT heading, header, content, CAST(embedding AS text) FROM pincite.passages WHERE source = ANY(:names)"
)
_KEEP_ROOT = text(
    """INSERT INTO pincite.roots VALUES (:name, :version, :built)
    ON CONFLICT (name) DO UPDATE SET version = excluded.version, built = excluded.built"""
)
_KEEP_LEFT_OUT = text(
    """INSERT INTO pincite.left_out VALUES (:name, :reason, :same_as)
    ON CONFLICT (name) DO UPDATE SET reason = excluded.reason, same_as = excluded.same_as"""
)
_COUNTS = "record, passages, octet_length(text) AS bytes, octet_length(structure) / 4 AS numbers"
_RECORDS = text(
    f"""SELECT {_COUNTS}, sum(passages) OVER path - passages AS first_passage,
        sum(octet_length(text)) OVER path - octet_length(text) AS first_byte,
        sum(octet_length(structure) / 4) OVER path - octet_length(structure) / 4 AS first_number
    FROM pincite.documents WINDOW path AS (ORDER BY {BY_PATH.format("name")}) ORDER BY {BY_PATH.format("name")}"""
)
_ONE_RECORD = text(
    f"""SELECT {_COUNTS}, first_passage, first_byte, first_number FROM pincite.documents, (
        SELECT coalesce(sum(passages), 0) AS first_passage, coalesce(sum(octet_length(text)), 0) AS first_byte,
            coalesce(sum(octet_length(structure) / 4), 0) AS first_number
        FROM pincite.documents WHERE {BY_PATH.format("name")} < {BY_PATH.format(":name")}) AS before
    WHERE name = :name"""
)
_UNREADABLE = text("SELECT name, reason FROM pincite.left_out WHERE reason IS NOT NULL ORDER BY name")
_DUPLICATES = text("SELECT name, same_as FROM pincite.left_out WHERE same_as IS NOT NULL ORDER BY name")
_GENERATION = text("SELECT string_agg(concat(name, ' ', built), ', ' ORDER BY name) FROM pincite.roots")
