"""An open index, mapped from a folder or held in memory.

It stays as it is, as a build makes a new generation beside it, unless it turns out to be damaged: then an older one is served.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index import filters
from index.arrays import Floats, Numbers
from index.blocks import Structure
from index.encoder.embedder import Embedder
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
from index.storage.layout import MISSING, TERMS, Contents, DocumentRecord, Passage, Passages
from index.storage.origin import origin_of

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

# Embedded when an index is built and again when it is opened with an embedder, to notice other weights under the same name.
CANARIES = (
    "The president signed the agreement on Tuesday.",
    "How long is the border between the two countries?",
    "Uranium, gas and wheat crossed the steppe by rail.",
)
# Computing in bf16 instead of fp32 keeps the cosine above this; other weights push it far below.
CANARY_COSINE = 0.999
_UNFIT = (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError)  # from files that make no index
_NO_LONGER_SEARCHED = (
    "{folder}: compressed vectors ({search}) are no longer searched, so each question is compared with all vectors; "
    "run `pincite index` to build it again"
)

# faiss trusts what it reads, so a graph that others wrote could do more than mislead the search.
_UNTRUSTED = (
    "{folder}: this index was made elsewhere, so its graph is not used, and each question is compared with all vectors; "
    "run `pincite index` to build it again"
)

Ranking = Sequence[tuple[int, float]]  # (position in a sequence of passages, score), best first


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be indexed, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A file that was not indexed because ``same_as`` has the same bytes."""

    name: str
    same_as: str


@dataclass(frozen=True, slots=True)
class Settings:
    """How an index was built: ``embedder`` is a fingerprint, ``built`` an ISO date and time in UTC.

    ``without`` names files below ``roots`` that the user excluded. ``search`` is the setting, one of SEARCHES.
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
    """The best passages for one question by vectors and by terms, as positions in ``passages``.

    ``late`` are those of the best by terms whose vectors are still to be made, so that the search by vectors missed them.
    """

    vectors: Ranking
    terms: Ranking
    passages: Sequence[Passage]
    late: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Making:
    """How an index was made, as stored in its manifest: settings, vectors of CANARIES, and the files left out."""

    settings: Settings
    canaries: tuple[tuple[float, ...], ...]
    unreadable: tuple[Unreadable, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Making:
        """Read back what ``as_manifest`` wrote; raises KeyError or TypeError if the manifest has another shape."""
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
        """Return the manifest for these contents, without the list of files; ``search`` is how vectors are searched."""
        counts = {"documents": len(contents.documents), "passages": len(contents.table)}
        return {**counts, "search": search, **asdict(self)}


class Index:
    """Documents, passages and both searches. ``warnings`` say why an older generation is served, if one is."""

    def __init__(
        self,
        contents: Contents,
        making: Making,
        *,
        folder: Path | None = None,
        generation: str | None = None,
        stored: StoredGraph | None = None,
        warnings: tuple[str, ...] = (),
        foreign: bool = False,
    ) -> None:
        self.contents = contents
        self.making = making
        self.folder = folder
        self.generation = generation
        self.warnings = warnings
        self.foreign = foreign
        self.passages: Sequence[Passage] = Passages(contents)
        self.documents: Sequence[DocumentRecord] = contents.documents
        self.dense = DenseIndex(contents.vectors, stored, contents.missing)
        self.sparse: SparseIndex = contents.sparse
        self._within: tuple[Index, str] | None = None  # the index and the condition that this one is limited to

    @classmethod
    def open(cls, folder: Path, *, thorough: bool = False) -> Index:
        """Open the current generation or, if it is damaged, the newest sound one before it with a warning.

        Checks the sizes of files, and every byte if they are few or if ``thorough``. What a question reads of a larger index
        is checked as it is read. Raises IndexMissing, IndexDamaged, IndexTooNew or IndexTooOld.
        """
        while True:
            pointed = generations.current(folder)
            try:
                opened = cls._open_newest(folder, pointed, thorough)
            except IndexProblem:
                if generations.current(folder) == pointed:  # otherwise a writer replaced it meanwhile: try again
                    raise
                continue
            if not opened.warnings or generations.current(folder) == pointed:
                return opened

    @classmethod
    def _open_newest(cls, folder: Path, pointed: str | None, thorough: bool) -> Index:
        names = generations.finished(folder)
        if not names:
            raise IndexMissing(folder)
        problems = [] if pointed else [IndexDamaged(folder, generations.POINTER)]
        for name in reversed(names):
            try:
                return cls.open_generation(folder, name, problems, thorough=thorough)
            except IndexDamaged as error:
                problems.append(error)
        raise problems[0]

    @classmethod
    def open_generation(
        cls, folder: Path, name: str, problems: Sequence[IndexDamaged] = (), *, thorough: bool = False
    ) -> Index:
        """Open one generation; ``problems`` are the reasons why no newer one is served, and become warnings."""
        manifest = generations.read_manifest(folder, name)
        sums = generations.page_sums(folder, name, manifest, thorough=thorough)
        try:
            making = Making.from_manifest(manifest)
            contents = Contents.open(folder / name, making.settings.dimension, sums)
            digests = {file: expected["sha256"] for file, expected in manifest["files"].items()}
            search, foreign = manifest["search"], manifest["origin"] != origin_of(folder)
            stored = StoredGraph(folder / name, digests) if search == GRAPH and not foreign else None
        except _UNFIT:
            damaged = generations.damaged_files(folder, name, manifest)
            raise IndexDamaged(folder, next(damaged, f"{name}/{generations.MANIFEST}")) from None
        warnings = tuple(f"{problem} (serving {name} meanwhile)" for problem in problems)
        if search not in (EXACT, GRAPH):
            warnings += (_NO_LONGER_SEARCHED.format(folder=folder, search=search),)
        if search == GRAPH and foreign:
            warnings += (_UNTRUSTED.format(folder=folder),)
        return cls(contents, making, folder=folder, generation=name, stored=stored, warnings=warnings, foreign=foreign)

    @property
    def settings(self) -> Settings:
        """How the index was built."""
        return self.making.settings

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that could not be indexed, and why."""
        return self.making.unreadable

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The files left out because another has the same bytes."""
        return self.making.duplicates

    @property
    def place(self) -> str:
        """The folder, for messages."""
        return "index in memory" if self.folder is None else str(self.folder)

    @property
    def without_vector(self) -> int:
        """How many passages have no vector yet."""
        return len(self.contents.missing)

    @property
    def vector_search(self) -> str:
        """How vectors are searched: exactly, or by the graph that faiss names so."""
        return self.dense.kind

    def document(self, name: str) -> DocumentRecord:
        """Return the record of a document; raises KeyError for an unknown name."""
        return self.contents.documents[self._places[name]]

    def document_text(self, name: str) -> str:
        """Return the full text of a document, to which all offsets refer; raises KeyError for an unknown name."""
        try:
            return self.contents.document_text(self.document(name))
        except IndexDamaged:
            self.fall_back()
            return self.contents.document_text(self.document(name))

    def structure(self, name: str) -> Structure:
        """Return the blocks, inline marks and boxes of a document; raises KeyError for an unknown name."""
        return self.contents.structure(self.document(name))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {document.name: place for place, document in enumerate(self.contents.documents)}

    def sample(self, size: int) -> Iterator[Passage]:
        """Yield about ``size`` passages spread evenly over the index, or all if there are fewer; damaged ones are left out."""
        passages = self.passages
        for number in range(0, len(passages), max(1, len(passages) // size)):
            with suppress(IndexDamaged):
                yield passages[number]

    def rank(self, questions: Sequence[str], vectors: Floats, depth: int) -> list[Rankings]:
        """Return the best ``depth`` passages of both searches for each question; ``vectors`` has one row per question."""
        here = copy.copy(self)  # one state, whatever ``fall_back`` does meanwhile
        try:
            dense, sparse = here.dense.search(vectors, depth), here.sparse.search(questions, depth)
        except (IndexError, TypeError):
            if here.folder is None or here.generation is None:
                raise
            raise IndexDamaged(here.folder, f"{here.generation}/{TERMS}") from None
        found = [(dense.ranking(row), sparse.ranking(row)) for row in range(len(questions))]
        late = [here.contents.without_vector([number for number, _ in terms]) for _, terms in found]
        return [Rankings(*both, here.passages, left) for both, left in zip(found, late, strict=True)]

    def check_bytes(self, *, again: bool = False) -> None:
        """Compare every byte with its checksum, and fall back if any differs; raises IndexDamaged if nothing sound is left.

        again: also the bytes that were compared before.
        """
        sums, folder = self.contents.sums, self.folder
        changed = again and folder is not None and self.generation not in generations.sound(folder)
        if changed or (sums is not None and any(sums.damaged())):
            self.fall_back()

    def fall_back(self) -> None:
        """After damage was met: serve the newest generation of which every byte is sound, and warn; IndexDamaged if none is."""
        if self._within is not None:
            whole, condition = self._within
            whole.fall_back()
            sound = whole.where(condition)
        elif self.folder is not None:
            sound = Index.open(self.folder, thorough=True)
        else:
            return
        if sound.settings.embedder != self.settings.embedder:
            raise OtherEmbedder(self.place, f"of {sound.generation}, as what is newer is damaged")
        self.__dict__ = sound.__dict__  # all at once, for those who read meanwhile

    def where(self, condition: str) -> Index:
        """Return this index with its searches limited to documents that meet a condition (see ``index.filters``).

        Passages keep their numbers. The limit applies before ranking, so it never costs results. Raises ValueError if
        the condition cannot be read.
        """
        wanted = filters.parse(condition)
        try:
            places = self.contents.places()
        except IndexDamaged:
            self.fall_back()
            return self.where(condition)
        documents = np.array([wanted.holds(document) for document in self.documents], dtype=bool)
        passages = documents[places]
        narrowed = copy.copy(self)
        narrowed.dense, narrowed.sparse = self.dense.among(passages), self.sparse.among(passages)
        narrowed._within = (self, condition)
        return narrowed

    def check_embedder(self, embedder: Embedder) -> None:
        """Raise OtherEmbedder unless the embedder is the one that made the vectors of the index."""
        if differing := difference(embedder, self.settings.embedder, self.making.canaries):
            raise OtherEmbedder(self.place, differing)


def difference(embedder: Embedder, fingerprint: str, canaries: Sequence[Sequence[float]]) -> str:
    """Say how an embedder differs from one with this fingerprint and these vectors of CANARIES; "" if it does not."""
    if embedder.fingerprint != fingerprint:
        return f"fingerprint {fingerprint[:12]}, not {embedder.fingerprint[:12]}"
    stored, made = np.array(canaries, dtype=np.float32), embedder.embed(CANARIES)
    if made.shape != stored.shape or (stored * made).sum(axis=1).min() < CANARY_COSINE:
        return f"fingerprint {fingerprint[:12]} with other weights"
    return ""


@contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """Yield the folder for the next generation; on exit, remove it unless ``commit`` has made it current.

    The caller holds the writer's lock. First removes what a killed writer left. The folder appears at the first write.
    """
    generations.begin(folder)
    place = folder / generations.next_generation(folder)
    generations.drop(folder, keep=set(generations.finished(folder)))
    try:
        yield place
    finally:
        if generations.current(folder) != place.name:
            generations.drop(folder, keep=set(generations.generations(folder)) - {place.name})


def commit(place: Path, contents: Contents, making: Making, *, before: Index | None, origins: Numbers) -> None:
    """Finish a draft that holds these contents and make it the current generation. Only ``before`` is kept beside it.

    ``origins`` holds the number of each passage in ``before``, or -1. A graph is not made until all vectors are there, but one
    that there is grows with every update.
    """
    stored = before.dense.stored if before else None
    complete = not len(contents.missing)
    search = search_for(making.settings.search, len(contents.vectors)) if complete or stored else EXACT
    with naming(place):
        if search == GRAPH:
            write_graph(contents.vectors, place, stored, origins, contents.missing)
        if not complete:
            (place / MISSING).write_bytes(contents.missing.astype("<i4").tobytes())
    kept = before.generation if before else None
    manifest = {"origin": origin_of(place.parent), **making.as_manifest(contents, search)}
    generations.commit(place.parent, place.name, manifest, keep=kept, complete=complete)
