"""What is done once at the end of a run, so that searches are fast: sizes, statistics, and the graph over the vectors."""

from __future__ import annotations

from psycopg.errors import DiskFull, OutOfMemory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from index.postgres.database import GRAPH, WRITING


def settle(connection: Connection, largest_exact: int) -> None:
    """Note the size of the store, and create the graph if it has more passages than this, or drop it if it has not."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITING})
    passages, dimension = connection.execute(_NOTE_SIZE).one()
    graph = connection.scalar(text("SELECT to_regclass(:graph)"), {"graph": GRAPH})
    if passages > largest_exact and not graph:
        _make_graph(connection, passages, dimension)
    elif passages <= largest_exact and graph:
        connection.execute(text(f"DROP INDEX {GRAPH}"))
    connection.execute(text("ANALYZE pincite.documents, pincite.passages"))


def _make_graph(connection: Connection, passages: int, dimension: int) -> None:
    """Build the graph (HNSW, 16 bits) in memory: by several processes, or by one if they cannot share so much."""
    connection.execute(_GIVE_MEMORY, {"kilobytes": passages * (dimension + _LINKS) // 500})
    making = text(_MAKE_GRAPH.format(dimension))
    try:
        with connection.begin_nested():
            connection.execute(making)
    except DBAPIError as error:
        if not isinstance(error.orig, DiskFull | OutOfMemory):  # as in a container with 64 MB of shared memory
            raise
        connection.execute(text("SET LOCAL max_parallel_maintenance_workers = 0"))
        connection.execute(making)


_NOTE_SIZE = text(
    """UPDATE pincite.making SET (passages, terms) = (
        SELECT coalesce(sum(passages), 0), coalesce(sum(terms), 0) FROM pincite.documents) RETURNING passages, dimension"""
)
# A graph that does not fit into memory takes many times as long. What the server says that it can keep there is the limit.
_GIVE_MEMORY = text(
    """SELECT set_config('maintenance_work_mem', greatest(pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, least(
        :kilobytes, pg_size_bytes(current_setting('effective_cache_size')) / 1024))::text, TRUE)"""
)
_LINKS = 500  # 2 bytes each: what a passage takes in the graph besides its vector
_MAKE_GRAPH = (
    "CREATE INDEX passages_graph ON pincite.passages USING hnsw ((CAST(embedding AS halfvec({}))) halfvec_ip_ops)"
)
