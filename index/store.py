"""``Store``, what every reader of an index depends on, and ``open_store`` and ``begin`` for a folder or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from index.arrays import Floats
    from index.blocks import Structure
    from index.builder import Progress
    from index.encoder.embedder import Embedder
    from index.folder_index import DocumentRecord, Duplicate, Passage, Rankings, Settings, Unreadable
    from index.postgres.store import PostgresStore
    from index.update.report import BuildReport

_DRIVERS = ("sqlalchemy", "psycopg", "langchain_postgres", "pgvector")


class Store(Protocol):
    """An open index: documents, passages, both searches, and how it was built."""

    @property
    def place(self) -> str:
        """The folder or URL (without a password), for messages."""

    @property
    def generation(self) -> str | None:
        """A name that changes whenever the contents do; None for an index in memory."""

    @property
    def foreign(self) -> bool:
        """Whether others may have made it, so that neither the names nor the roots in it are those of this computer."""

    @property
    def settings(self) -> Settings:
        """How it was built."""

    @property
    def vector_search(self) -> str:
        """How vectors are searched: "exact", or the kind of graph."""

    @property
    def without_vector(self) -> int:
        """How many passages have no vector yet, as the index is still being made."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Damage that was found but does not prevent reading."""

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that could not be indexed, and why."""

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The files left out because another has the same bytes."""

    @property
    def documents(self) -> Sequence[DocumentRecord]:
        """Every document without its text, sorted by path."""

    @property
    def passages(self) -> Sequence[Passage]:
        """Every passage, in the order of the documents."""

    def document(self, name: str) -> DocumentRecord:
        """Return the record of a document; raises KeyError for an unknown name."""

    def document_text(self, name: str) -> str:
        """Return the full text of a document, to which all offsets refer; raises KeyError for an unknown name."""

    def structure(self, name: str) -> Structure:
        """Return the blocks, inline marks and boxes of a document; raises KeyError for an unknown name."""

    def sample(self, size: int) -> Iterable[Passage]:
        """Yield about ``size`` passages spread evenly over the store, or all if there are fewer."""

    def rank(self, questions: Sequence[str], vectors: Floats, depth: int) -> list[Rankings]:
        """Return the best ``depth`` passages of both searches for each question and its vector, from one state of the store."""

    def where(self, condition: str) -> Self:
        """Return this store limited to documents that meet a condition (``index.filters``); raises ValueError for a bad one."""

    def check_bytes(self, *, again: bool = False) -> None:
        """Compare every stored byte with its checksum where there are any, and fall back if one differs.

        again: also the bytes that were compared before.
        """

    def fall_back(self) -> None:
        """After IndexDamaged was met: serve an older, sound state from now on; raises IndexDamaged if there is none."""

    def check_embedder(self, embedder: Embedder) -> None:
        """Raise IndexProblem unless the embedder is the one that made the vectors of the store."""


def vectors_there(opened: Store) -> str:
    """Say how many passages have a vector, if not all have one yet; else ""."""
    passages = len(opened.passages)
    return f"vectors for {passages - opened.without_vector:,} of {passages:,} passages" if opened.without_vector else ""


def in_database(location: str | Path) -> bool:
    """Whether a location is the URL of a database and not a folder."""
    return "://" in str(location)


def open_store(location: str | Path, *, thorough: bool = False) -> Store:
    """Open the index in a folder, with every byte checked if ``thorough``, or in a database.

    Raises IndexProblem, or ValueError for a URL that cannot be used.
    """
    if in_database(location):
        return _postgres().open(str(location))
    from index.folder_index import Index

    return Index.open(Path(location), thorough=thorough)


def begin(
    paths: Sequence[Path],
    location: str | Path,
    embedder: Embedder,
    *,
    search: str | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Update the index in a folder or database from files and folders; ``search`` applies to a folder only.

    If many vectors have to be made, the index in a folder is published without them: ``embed_rest`` in index.update.embedding
    makes them. Raises what ``open_store``, ``begin`` in index.builder and ``build`` in index.postgres.builder raise.
    """
    if in_database(location):
        store = _postgres().create(str(location), embedder)
        from index.postgres.builder import build as build_in_database

        return build_in_database(paths, store, embedder, progress=progress)
    from index.builder import begin as begin_in_folder

    return begin_in_folder(paths, Path(location), embedder, search=search, progress=progress)


def named(location: str | Path) -> str:
    """Return a location for messages: a URL loses its password."""
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
