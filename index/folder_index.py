"""The index that is searched: opened from a folder, or held in memory; never changed once it is open."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index import filters
from index.arrays import Floats
from index.embedder import Embedder
from index.files import naming
from index.search.ann import GRAPH, StoredGraph
from index.search.bm25 import SparseIndex
from index.search.dense import BY_SIZE, EXACT, SEARCHES, DenseIndex, search_for, write_graph
from index.storage import generations
from index.storage.generations import (
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexProblem,
    IndexTooNew,
    IndexTooOld,
    OtherEmbedder,
    verify,
)
from index.storage.layout import Contents, DocumentRecord, Passage, Passages
from index.storage.writer import Gathering

__all__ = [
    "DocumentRecord",
    "Duplicate",
    "Index",
    "IndexDamaged",
    "IndexLocked",
    "IndexMissing",
    "IndexProblem",
    "IndexTooNew",
    "IndexTooOld",
    "Making",
    "OtherEmbedder",
    "Passage",
    "Ranking",
    "Rankings",
    "Settings",
    "Unreadable",
    "verify",
]

# Embedded when an index is built and again when an embedder is checked: the same name with other weights is found out.
CANARIES = (
    "The president signed the agreement on Tuesday.",
    "How long is the border between the two countries?",
    "Uranium, gas and wheat crossed the steppe by rail.",
)
# Reduced precision moves a vector by less than this; other weights move it far more.
CANARY_COSINE = 0.999
_NO_LONGER_SEARCHED = (
    "{folder}: compressed vectors ({search}) are no longer searched, so each question is compared with all vectors; "
    "run `pincite index` to build it again"
)

Ranking = Sequence[tuple[int, float]]  # places in a sequence of passages with their scores, best first


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be indexed, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A file with the same bytes as another, which was indexed in its place."""

    name: str
    same_as: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What an index was built from and with; ``embedder`` is a fingerprint, ``built`` an ISO date and time in UTC.

    ``without`` names the files in ``roots`` that were taken out and stay out; ``search`` is the one asked for.
    """

    roots: tuple[str, ...]
    words: int
    overlap: int
    recipe: int
    embedder: str
    dimension: int
    version: str
    built: str
    without: tuple[str, ...] = ()
    search: str = BY_SIZE


@dataclass(frozen=True, slots=True)
class Rankings:
    """The passages nearest to one question, by vectors and by terms, as places in ``passages``."""

    vectors: Ranking
    terms: Ranking
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class Making:
    """How an index was made, as its manifest tells: settings, vectors of CANARIES, and what was left out and why."""

    settings: Settings
    canaries: tuple[tuple[float, ...], ...]
    unreadable: tuple[Unreadable, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Making:
        """The part of a manifest that ``as_manifest`` gave; raises KeyError or TypeError on another shape."""
        settings = dict(manifest["settings"])
        settings |= {name: tuple(settings.get(name, ())) for name in ("roots", "without")}
        if settings.get("search") not in SEARCHES:  # older indexes have none, or one that there no longer is
            settings["search"] = BY_SIZE
        return cls(
            settings=Settings(**settings),
            canaries=tuple(map(tuple, manifest["canaries"])),
            unreadable=tuple(Unreadable(**fields) for fields in manifest["unreadable"]),
            duplicates=tuple(Duplicate(**fields) for fields in manifest["duplicates"]),
        )

    def as_manifest(self, contents: Contents, search: str = EXACT) -> dict[str, Any]:
        """The manifest of an index of these contents whose vectors are searched in this way, but for its files."""
        counts = {"documents": len(contents.documents), "passages": len(contents.table)}
        return {**counts, "search": search, **asdict(self)}


class Index:
    """Documents and passages with both of their searches. ``warnings`` tell if it is not served as it should be."""

    def __init__(
        self,
        contents: Contents,
        making: Making,
        *,
        folder: Path | None = None,
        generation: str | None = None,
        stored: StoredGraph | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.contents = contents
        self.making = making
        self.folder = folder
        self.generation = generation
        self.warnings = warnings
        self.passages: Sequence[Passage] = Passages(contents)
        self.documents: Sequence[DocumentRecord] = contents.documents
        self.dense = DenseIndex(contents.vectors, stored)
        self.sparse: SparseIndex = contents.sparse

    @classmethod
    def open(cls, folder: Path) -> Index:
        """The current generation in a folder, or the one before it with a warning where the current one is damaged.

        Raises IndexMissing, IndexDamaged, IndexTooNew or IndexTooOld. Sizes are always compared, every byte where the
        index is small; ``verify`` compares every byte.
        """
        while True:
            pointed = generations.current(folder)
            try:
                opened = cls._open_newest(folder, pointed)
            except IndexProblem:
                if generations.current(folder) == pointed:  # else a writer has moved on while this was reading
                    raise
                continue
            if not opened.warnings or generations.current(folder) == pointed:
                return opened

    @classmethod
    def _open_newest(cls, folder: Path, pointed: str | None) -> Index:
        names = generations.finished(folder)
        if not names:
            raise IndexMissing(folder)
        problems = [] if pointed else [IndexDamaged(folder, generations.POINTER)]
        for name in reversed(names):
            try:
                return cls.open_generation(folder, name, problems)
            except IndexDamaged as error:
                problems.append(error)
        raise problems[0]

    @classmethod
    def open_generation(cls, folder: Path, name: str, problems: Sequence[IndexDamaged] = ()) -> Index:
        """One generation, warning of the problems for which it is served."""
        manifest = generations.read_manifest(folder, name)
        try:
            making = Making.from_manifest(manifest)
            contents = Contents.open(folder / name, making.settings.dimension)
            digests = {file: expected["sha256"] for file, expected in manifest["files"].items()}
            search = manifest["search"]
            stored = StoredGraph(folder / name, digests) if search == GRAPH else None
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            damaged = generations.damaged_files(folder, name, manifest)
            raise IndexDamaged(folder, next(damaged, f"{name}/{generations.MANIFEST}")) from None
        warnings = tuple(f"{problem} (serving {name} meanwhile)" for problem in problems)
        if search not in (EXACT, GRAPH):
            warnings += (_NO_LONGER_SEARCHED.format(folder=folder, search=search),)
        return cls(contents, making, folder=folder, generation=name, stored=stored, warnings=warnings)

    @property
    def settings(self) -> Settings:
        """What the index was built from and with."""
        return self.making.settings

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that could not be indexed, and why."""
        return self.making.unreadable

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The files that were left out because another has the same bytes."""
        return self.making.duplicates

    @property
    def place(self) -> str:
        """The folder, as messages name it."""
        return "index in memory" if self.folder is None else str(self.folder)

    @property
    def vector_search(self) -> str:
        """How vectors are searched: exactly, or by the graph that faiss names so."""
        return self.dense.kind

    def document(self, name: str) -> DocumentRecord:
        """The record of a document; raises KeyError with the name."""
        return self.contents.documents[self._places[name]]

    def document_text(self, name: str) -> str:
        """The whole text that the offsets of a document count in; raises KeyError with the name."""
        return self.contents.document_text(self.document(name))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {document.name: place for place, document in enumerate(self.contents.documents)}

    def sample(self, size: int) -> Iterator[Passage]:
        """About ``size`` passages from all over the index, or all if there are fewer."""
        step = max(1, len(self.passages) // size)
        return (self.passages[number] for number in range(0, len(self.passages), step))

    def rank(self, questions: Sequence[str], vectors: Floats, depth: int) -> list[Rankings]:
        """For each question and its vector, the ``depth`` nearest passages of both searches."""
        dense, sparse = self.dense.search(vectors, depth), self.sparse.search(questions, depth)
        rows = range(len(questions))
        return [Rankings(dense.ranking(row), sparse.ranking(row), self.passages) for row in rows]

    def where(self, condition: str) -> Index:
        """This index, searched only in the documents for which a condition of ``index.filters`` holds.

        Passages keep their numbers, and as many are found as there are. Raises ValueError where it is no condition.
        """
        wanted = filters.parse(condition)
        documents = np.array([wanted.holds(document) for document in self.documents], dtype=bool)
        passages = documents[self.contents.table[:, 0]]
        narrowed = copy.copy(self)
        narrowed.dense, narrowed.sparse = self.dense.among(passages), self.sparse.among(passages)
        return narrowed

    def check_embedder(self, embedder: Embedder) -> None:
        """Raise OtherEmbedder unless the embedder makes vectors like those of the index."""
        if differing := difference(embedder, self.settings.embedder, self.making.canaries):
            raise OtherEmbedder(self.place, differing)


def difference(embedder: Embedder, fingerprint: str, canaries: Sequence[Sequence[float]]) -> str:
    """How an embedder differs from the one with this fingerprint and these vectors of CANARIES; "" if it does not."""
    if embedder.fingerprint != fingerprint:
        return f"fingerprint {fingerprint[:12]}, not {embedder.fingerprint[:12]}"
    stored, made = np.array(canaries, dtype=np.float32), embedder.embed(CANARIES)
    if made.shape != stored.shape or (stored * made).sum(axis=1).min() < CANARY_COSINE:
        return f"fingerprint {fingerprint[:12]} with other weights"
    return ""


@contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """A place for the next generation, dropped unless ``commit`` makes it current; the caller holds the writer's lock.

    It is made when something is written there. What a writer that was killed has left is dropped first.
    """
    generations.begin(folder)
    place = folder / generations.next_generation(folder)
    generations.drop(folder, keep=set(generations.finished(folder)))
    try:
        yield place
    finally:
        if generations.current(folder) != place.name:
            generations.drop(folder, keep=set(generations.generations(folder)) - {place.name})


def commit(place: Path, gathering: Gathering, making: Making, *, before: Index | None) -> None:
    """Finish what was gathered in a draft's place, make it current, and keep the generation before."""
    with naming(place):
        contents = gathering.finish()
        search = search_for(making.settings.search, len(contents.vectors))
        if search == GRAPH:
            stored = before.dense.stored if before else None
            write_graph(contents.vectors, place, stored, gathering.origins)
    kept = before.generation if before else None
    generations.commit(place.parent, place.name, making.as_manifest(contents, search), keep=kept)
