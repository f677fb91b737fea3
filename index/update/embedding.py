"""Makes the vectors that an index lacks: before it is published if they are few, else afterwards, in copies of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.arrays import Floats
from index.encoder.embedder import Embedder
from index.files import naming
from index.folder_index import Index, commit, draft
from index.search.ann import GRAPH_FILE, ROWS_FILE
from index.storage import generations
from index.storage.array_file import mapped
from index.storage.layout import MISSING, VECTORS, Contents
from index.storage.page_sums import SUMS
from index.update.vector_log import Journal, key

AT_ONCE = 256  # passages: eight of the embedder's batches, enough to fill each with texts of similar length
# Passages. A copy is published whenever the number of vectors has doubled, so that copying never takes long beside embedding:
# the first after half a minute on two cores, and one before the vectors held in memory take more than 100 MB of 384 dimensions.
FIRST_COPY, LARGEST_STEP = 2_048, 65_536

Embedding = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """The vectors [n, d] of n passages, by number."""

    passages: Sequence[int]
    vectors: Floats


def embed_rest(folder: Path, embedder: Embedder, *, embedding: Embedding | None = None) -> None:
    """Make the vectors that the index in a folder lacks, and publish copies of it that hold more and more of them.

    Every batch is logged as it is made, so whoever is interrupted goes on there at the next call.

    embedding: called after each batch with the number of passages that have a vector, and of all.

    Raises IndexLocked, OtherEmbedder, IndexDamaged, or OSError naming the file that cannot be written; what was published
    before stays.
    """
    with generations.writer_lock(folder):
        index, journal = Index.open(folder), Journal(folder, embedder.fingerprint)
        if len(index.contents.missing):
            index.check_embedder(embedder)
        while len(index.contents.missing) and not index.warnings:  # the next ``begin`` replaces what is damaged
            index = _copy(index, [*_step(index.contents, embedder, journal, embedding)])
            journal.drop()


def _step(contents: Contents, embedder: Embedder, journal: Journal, embedding: Embedding | None) -> Iterator[Made]:
    """Make the vectors up to the next copy."""
    passages = len(contents.table)
    there = passages - len(contents.missing)
    until = there + min(max(there, FIRST_COPY), LARGEST_STEP)
    for made in make(contents, embedder, journal):
        yield made
        there += len(made.passages)
        if embedding is not None:
            embedding(there, passages)
        if there >= until:
            return


def make(contents: Contents, embedder: Embedder, journal: Journal | None = None) -> Iterator[Made]:
    """Yield the missing vectors of these contents, those first that an interrupted run has logged; log the others.

    Raises ValueError if a vector is not finite.
    """
    missing = contents.missing.tolist()
    if journal is not None and not journal.empty:
        logged = {number: journal.vector(key(contents.passage(number).in_context)) for number in missing}
        known = {number: vector for number, vector in logged.items() if vector is not None}
        if known:
            yield Made([*known], np.array([*known.values()]))
        missing = [number for number in missing if number not in known]
    for at in range(0, len(missing), AT_ONCE):
        numbers = missing[at : at + AT_ONCE]
        texts = [contents.passage(number).in_context for number in numbers]
        vectors = embedded(texts, embedder)
        if journal is not None:
            journal.add([*map(key, texts)], vectors)
        yield Made(numbers, vectors)


def filled(contents: Contents, made: Iterable[Made], place: Path | None = None) -> Contents:
    """Return these contents with more vectors: written into the file of the draft at ``place``, or in memory if it is None."""
    missing = contents.missing
    vectors = np.array(contents.vectors) if place is None else contents.vectors
    for one in made:
        missing = np.setdiff1d(missing, one.passages)
        if place is None:
            vectors[one.passages] = one.vectors
        else:
            _write(place / VECTORS, one)
    if place is not None:
        vectors = mapped(place / VECTORS, "<f4").reshape(vectors.shape)
    return replace(contents, vectors=vectors, missing=missing.astype(np.int32))


def _write(path: Path, made: Made) -> None:
    with naming(path), path.open("r+b") as file:
        for number, row in zip(made.passages, made.vectors, strict=True):
            file.seek(number * row.nbytes)
            file.write(row.astype("<f4").tobytes())


def _copy(index: Index, made: Sequence[Made]) -> Index:
    """Publish a copy of an index with more vectors, and return it."""
    assert index.folder is not None and index.generation is not None
    with draft(index.folder) as place:
        generations.copy(index.folder, index.generation, place, {SUMS, MISSING, GRAPH_FILE, ROWS_FILE})
        contents = filled(index.contents, made, place)
        commit(place, contents, index.making, before=index, origins=np.arange(len(contents.table), dtype=np.int32))
    return Index.open_generation(index.folder, place.name)


def embedded(texts: Sequence[str], embedder: Embedder) -> Floats:
    """Embed texts; raises ValueError if a vector is not finite."""
    made = embedder.embed(texts)
    if not np.isfinite(made).all():
        raise ValueError("the embedder made vectors that are not finite")
    return made
