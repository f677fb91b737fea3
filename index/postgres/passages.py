"""Reads passages: all in order, some by id, or an even sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from sqlalchemy import Connection, text

from index.postgres.database import Database
from index.storage.layout import Passage

# Sorts documents as an index in a folder does, by the parts of their paths, so that their passages have the same order.
BY_PATH = """replace({}, '/', chr(1)) COLLATE "C" """
ORDER = f"{BY_PATH.format('source')}, start_index, end_index"


class StoredPassages(Sequence[Passage]):
    """All passages in the order of an index in a folder, read anew at each access."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __len__(self) -> int:
        with self._database.snapshot() as connection:
            return int(connection.scalar(_COUNT))

    def __iter__(self) -> Iterator[Passage]:
        return iter(self[:])

    @overload
    def __getitem__(self, place: int) -> Passage: ...
    @overload
    def __getitem__(self, place: slice) -> list[Passage]: ...
    def __getitem__(self, place: int | slice) -> Passage | list[Passage]:
        places = range(len(self))[place]
        return self._read(range(places, places + 1))[0] if isinstance(places, int) else self._read(places)

    def _read(self, places: range) -> list[Passage]:
        ends = {"first": min(places, default=0), "last": max(places, default=-1) + 1}
        with self._database.snapshot() as connection:
            found = [Passage(*row) for row in connection.execute(_SLICE, ends)]
        return found[:: places.step]


def sampled(connection: Connection, size: int) -> list[Passage]:
    """Return about ``size`` passages spread evenly over the store, or all if there are fewer."""
    return [Passage(*row) for row in connection.execute(_SAMPLE, {"size": size})]


def of_ids(connection: Connection, ids: Sequence[int]) -> list[Passage]:
    """Return the passages with these ids, in the order of an index in a folder."""
    return [Passage(*row) for row in connection.execute(_OF_IDS, {"ids": list(ids)})]


_COLUMNS = "passages.id, source, title, sha256, start_index, end_index, content, heading, page, header, main"
_ALL = f"SELECT {_COLUMNS} FROM pincite.passages JOIN pincite.documents ON documents.name = source"
_COUNT = text("SELECT coalesce(sum(passages), 0) FROM pincite.documents")
_OF_IDS = text(f"{_ALL} WHERE passages.id = ANY(:ids) ORDER BY {ORDER}")
_SAMPLE = text(
    f"""{_ALL} WHERE passages.id % greatest(1,
        (SELECT sum(passages) FROM pincite.documents) / :size) = 0 ORDER BY {ORDER}"""
)
# Finds the documents that hold the wanted positions first: they are far fewer than passages.
_SLICE = text(
    f"""WITH placed AS (
        SELECT name, passages AS held, sum(passages) OVER (ORDER BY {BY_PATH.format("name")}) - passages AS before
        FROM pincite.documents),
    among AS (SELECT * FROM placed WHERE before < :last AND before + held > :first)
    {_ALL} WHERE source = ANY(ARRAY(SELECT name FROM among))
    ORDER BY {ORDER} OFFSET :first - (SELECT min(before) FROM among) LIMIT :last - :first"""
)
