"""The seam between an index and whoever reads it: a ``Store``, which lies in a folder or in a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from index.arrays import Floats
    from index.builder import Progress
    from index.embedder import Embedder
    from index.folder_index import DocumentRecord, Duplicate, Passage, Rankings, Settings, Unreadable
    from index.postgres.store import PostgresStore
    from index.update.report import BuildReport

_DRIVERS = ("sqlalchemy", "psycopg", "langchain_postgres", "pgvector")


class Store(Protocol):
    """An open index: documents and their passages, both searches, and how it was made."""

    @property
    def place(self) -> str:
        """Where it lies, as messages name it."""
        ...

    @property
    def generation(self) -> str | None:
        """Another one whenever something has changed; None in memory."""
        ...

    @property
    def settings(self) -> Settings:
        """What it was built from and with."""
        ...

    @property
    def vector_search(self) -> str:
        """How vectors are searched: exactly, or by which graph."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with it, if it can be read all the same."""
        ...

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that could not be indexed, and why."""
        ...

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The files that were left out because another has the same bytes."""
        ...

    @property
    def documents(self) -> Sequence[DocumentRecord]:
        """Every document without its text, by the parts of its path."""
        ...

    @property
    def passages(self) -> Sequence[Passage]:
        """Every passage, in the order of the documents."""
        ...

    def document(self, name: str) -> DocumentRecord:
        """The record of a document; raises KeyError with the name."""
        ...

    def document_text(self, name: str) -> str:
        """The whole text that the offsets of a document count in; raises KeyError with the name."""
        ...

    def sample(self, size: int) -> Iterable[Passage]:
        """About ``size`` passages from all over, or all if there are fewer."""
        ...

    def rank(self, questions: Sequence[str], vectors: Floats, depth: int) -> list[Rankings]:
        """For each question and its vector, the ``depth`` nearest passages of both searches, all in one state of the store."""
        ...

    def where(self, condition: str) -> Self:
        """This store, ranking only documents that meet a condition of ``index.filters``; ValueError if it is none."""
        ...

    def check_embedder(self, embedder: Embedder) -> None:
        """Raise IndexProblem unless the embedder makes vectors like those of the store."""
        ...


def in_database(location: str | Path) -> bool:
    """Whether a location is the URL of a database; else it is a folder."""
    return "://" in str(location)


def open_store(location: str | Path) -> Store:
    """Open the index in a folder or database; raises IndexProblem, or ValueError for a URL that cannot be used."""
    if in_database(location):
        return _postgres().open(str(location))
    from index.folder_index import Index

    return Index.open(Path(location))


def build(
    paths: Sequence[Path],
    location: str | Path,
    embedder: Embedder,
    *,
    search: str | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the index in a folder or database in step with files and folders; ``search`` is for a folder.

    Raises what the ``build`` of index.builder or index.postgres.builder raises, and as ``open_store`` does.
    """
    if in_database(location):
        store = _postgres().create(str(location), embedder)
        from index.postgres.builder import build as build_in_database

        return build_in_database(paths, store, embedder, progress=progress)
    from index.builder import build as build_in_folder

    return build_in_folder(paths, Path(location), embedder, search=search, progress=progress)


def named(location: str | Path) -> str:
    """A location as messages name it: a URL without its password."""
    if not in_database(location):
        return str(location)
    from index.postgres.database import Database

    return Database.at(str(location)).place


def _postgres() -> type[PostgresStore]:
    try:
        from index.postgres.store import PostgresStore
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _DRIVERS:
            raise
        raise ValueError("PostgreSQL is an extra; install it with: pip install 'pincite[postgres]'") from error
    return PostgresStore
