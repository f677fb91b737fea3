"""The database: its URL, transactions, errors and tables.

The schema is ``pincite``:
    documents   one row per file: name, digest of its bytes, title, text, structure, and the rest of its record
    passages    one row per passage with its vector; made by langchain-postgres, so that any LangChain program can open it
    terms       how often each term occurs in each passage, and the passage's length in terms: all that BM25 needs
    making      one row: format, embedder and canaries; passages and terms in all when a run last ended
    roots       one row per indexed folder or file: when it was last updated, and by which version
    left_out    one row per unreadable or duplicate file, and why
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from psycopg import DataError, Error
from psycopg.errors import DeadlockDetected
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from index.encoder.embedder import Embedder
from index.folder_index import CANARIES
from index.storage.generations import IndexProblem

FORMAT = 3
GRAPH = "pincite.passages_graph"
WRITING = 7_214_630_518_274  # advisory lock held to make tables or indexes: an arbitrary number, unlikely to be used by others
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_ATTEMPTS = (
    5  # of a transaction: the server ends one in each deadlock, so that others finish and the next attempt succeeds
)
_CONNECTING = "10"  # seconds, unless the URL says otherwise: libpq alone would wait for minutes
_UNSTORABLE = ("22", "54")  # SQLSTATE classes: invalid data, exceeded limits

_DOCUMENTS = """CREATE TABLE IF NOT EXISTS pincite.documents (
    name TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
    structure BYTEA NOT NULL, record JSONB NOT NULL, cutting TEXT NOT NULL, passages INTEGER NOT NULL, terms BIGINT NOT NULL)"""
_TABLES = (
    "CREATE INDEX IF NOT EXISTS passages_source ON pincite.passages (source)",
    """CREATE TABLE IF NOT EXISTS pincite.terms (
        term TEXT COLLATE "C" NOT NULL, passage BIGINT NOT NULL, count INTEGER NOT NULL, length INTEGER NOT NULL,
        PRIMARY KEY (term, passage) INCLUDE (count, length))""",
    "ALTER TABLE pincite.terms ALTER COLUMN term SET STATISTICS 1000",  # so many common terms are known
    "CREATE INDEX IF NOT EXISTS terms_passage ON pincite.terms (passage)",
    # A foreign key would look up the passage of every row that is written.
    """CREATE OR REPLACE FUNCTION pincite.forget_terms() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM pincite.terms USING gone WHERE passage = gone.id; RETURN NULL; END $$""",
    """CREATE OR REPLACE TRIGGER forget_terms AFTER DELETE ON pincite.passages
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION pincite.forget_terms()""",
    "CREATE TABLE IF NOT EXISTS pincite.roots (name TEXT PRIMARY KEY, version TEXT NOT NULL, built TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS pincite.left_out (name TEXT PRIMARY KEY, reason TEXT, same_as TEXT)",
    """CREATE TABLE IF NOT EXISTS pincite.making (
        single BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (single), format INTEGER NOT NULL,
        embedder TEXT NOT NULL, dimension INTEGER NOT NULL, canaries JSONB NOT NULL,
        passages BIGINT NOT NULL DEFAULT 0, terms BIGINT NOT NULL DEFAULT 0)""",
)

_OTHER_FORMAT = "its index has format {found} and this version reads {known}; drop the schema pincite, then index again"

T = TypeVar("T")


class StoreProblem(IndexProblem):
    """A database that cannot be used; the message names it without the password."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


class Unstorable(StoreProblem):
    """A document that PostgreSQL cannot hold, and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.reason = reason


class Database:
    """A database, connected at its first use; ``place`` is its URL without the password."""

    def __init__(self, url: URL) -> None:
        self.url, self.place = url, _masked(url)
        self._engine: Engine = create_engine(url, pool_pre_ping=True)

    @classmethod
    def at(cls, url: str) -> Database:
        """Return the database at a URL such as ``postgresql://user@host/name``; raises ValueError for any other URL."""
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):
            parsed = None
        if parsed is None or parsed.drivername not in _SCHEMES:
            raise ValueError("the store's URL cannot be read; one reads postgresql://user@host/database")
        waiting = {} if "connect_timeout" in parsed.query else {"connect_timeout": _CONNECTING}
        return cls(parsed.set(drivername="postgresql+psycopg").update_query_dict(waiting))

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a read-only connection that sees one state of the database, whatever is written meanwhile."""
        with self._problems(), self._engine.connect() as connection:
            reading = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with reading.begin():
                yield reading

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction and return its result; runs it again after a deadlock."""
        with self._problems():
            for _ in range(_ATTEMPTS - 1):
                try:
                    return self._transact_once(work)
                except (DBAPIError, DeadlockDetected) as error:
                    if not isinstance(getattr(error, "orig", error), DeadlockDetected):
                        raise
            return self._transact_once(work)

    def vacuum(self, table: str) -> None:
        """Let PostgreSQL drop what is dead in a table and look at the rest, so that an index alone can answer."""
        with self._problems(), self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(f"VACUUM (ANALYZE) {table}"))

    @contextmanager
    def claims(self) -> Iterator[Claims]:
        """Claims of a run on documents, which end with it, however it ends."""
        with self._problems(), self._engine.connect() as connection:
            yield Claims(connection.execution_options(isolation_level="AUTOCOMMIT"))

    def has_index(self) -> bool:
        """Whether Pincite's tables exist; raises StoreProblem if they have another format."""
        with self.snapshot() as connection:
            if not connection.scalar(text("SELECT to_regclass('pincite.making')")):
                return False
            found = connection.scalar(text("SELECT format FROM pincite.making"))
        if found != FORMAT:
            raise StoreProblem(self.place, _OTHER_FORMAT.format(found=found, known=FORMAT))
        return True

    def set_up(self, embedder: Embedder) -> None:
        """Create the tables for vectors of this embedder, or complete what an interrupted set-up left."""
        canaries = embedder.embed(CANARIES)
        row = {"format": FORMAT, "embedder": embedder.fingerprint, "dimension": canaries.shape[1]}
        with self._problems(), self._engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": WRITING})
            try:
                self._make_tables(connection, canaries.shape[1])
                connection.execute(_ADD_MAKING, {**row, "canaries": json.dumps(canaries.tolist())})
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": WRITING})

    def _make_tables(self, connection: Connection, dimension: int) -> None:
        if not connection.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")):
            raise StoreProblem(self.place, "the server has no pgvector; it has to be installed there first")
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS pincite"))
        connection.execute(text(_DOCUMENTS))
        there = connection.scalar(text("SELECT to_regclass('pincite.passages')"))
        connection.commit()
        if not there:
            self._make_passages(dimension)
        for statement in _TABLES:
            connection.execute(text(statement))

    def _make_passages(self, dimension: int) -> None:
        """Create the table of a LangChain vector store, and with it the extension."""
        from langchain_postgres import Column, PGEngine

        PGEngine.from_connection_string(self.url).init_vectorstore_table(
            "passages",
            dimension,
            schema_name="pincite",
            id_column=Column("id", "BIGINT GENERATED BY DEFAULT AS IDENTITY", nullable=False),
            metadata_columns=[
                Column("source", "TEXT REFERENCES pincite.documents(name) ON DELETE CASCADE", nullable=False),
                Column("start_index", "INTEGER", nullable=False),
                Column("end_index", "INTEGER", nullable=False),
                Column("heading", "TEXT", nullable=False),
                Column("page", "INTEGER"),
                Column("header", "TEXT", nullable=False),
                Column("main", "BOOLEAN", nullable=False),
            ],
            store_metadata=False,
        )

    def _transact_once(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    @contextmanager
    def _problems(self) -> Iterator[None]:
        """Turn errors of the database into StoreProblem or Unstorable, with a reason of one line."""
        try:
            yield
        except (SQLAlchemyError, Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            reason = str(cause).strip().partition("\n")[0] or type(error).__name__
            unstorable = isinstance(cause, DataError) or str(getattr(cause, "sqlstate", ""))[:2] in _UNSTORABLE
            raise (Unstorable if unstorable else StoreProblem)(self.place, reason) from error


class Claims:
    """What one run is working on: locks of one connection, so that the server releases them if the run dies."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def of(self, name: str, *, wait: bool) -> Iterator[bool]:
        """Claim a document for the block; False if another run has it, unless this one is to ``wait``."""
        lock = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
        key = {"name": name}
        mine = self._connection.scalar(text(f"SELECT {lock}(hashtextextended(:name, 1))"), key) is not False
        try:
            yield mine
        finally:
            if mine:
                self._connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 1))"), key)


_ADD_MAKING = text(
    """INSERT INTO pincite.making VALUES (TRUE, :format, :embedder, :dimension, CAST(:canaries AS jsonb))
    ON CONFLICT DO NOTHING"""
)


def _masked(url: URL) -> str:
    secret = {name: "hidden" for name in url.query if "password" in name}
    shown = url.set(drivername="postgresql").update_query_dict(secret).difference_update_query(["connect_timeout"])
    return shown.render_as_string(hide_password=True)
