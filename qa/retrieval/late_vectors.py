"""Vectors that a question needs before the index has them: made when it is asked, and kept for later questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from index.arrays import Floats
from index.encoder.embedder import Embedder
from index.files import digest
from index.folder_index import Rankings

KEPT = 20_000  # vectors: 30 MB of 384 dimensions


def with_late(found: Sequence[Rankings], questions: Floats, embedder: Embedder, depth: int) -> list[Rankings]:
    """Return the rankings, those by vectors with the best by terms that had no vector yet, and up to ``depth`` long."""
    texts = {number: one.passages[number].in_context for one in found for number in one.late}
    if not texts:
        return [*found]
    vectors = dict(zip(texts, _vectors([*texts.values()], embedder), strict=True))
    return [
        replace(one, vectors=_merged(one, {number: float(vectors[number] @ question) for number in one.late}, depth))
        for one, question in zip(found, questions, strict=True)
    ]


def _merged(found: Rankings, late: dict[int, float], depth: int) -> list[tuple[int, float]]:
    return sorted([*found.vectors, *late.items()], key=lambda one: (-one[1], one[0]))[:depth]


def _vectors(texts: Sequence[str], embedder: Embedder) -> list[Floats]:
    """The vector of each text, made unless it is kept."""
    kept, keys = _kept(embedder.fingerprint), [digest(text.encode("utf-8")) for text in texts]
    found = [kept.get(key) for key in keys]
    new = [place for place, vector in enumerate(found) if vector is None]
    made = dict(zip(new, embedder.embed([texts[place] for place in new]), strict=True))
    kept |= {keys[place]: vector for place, vector in made.items()}
    for key in [*islice(kept, max(0, len(kept) - KEPT))]:
        kept.pop(key, None)
    return [made[place] if vector is None else vector for place, vector in enumerate(found)]


@lru_cache(maxsize=1)
def _kept(fingerprint: str) -> dict[str, Floats]:
    """What is kept of this embedder's vectors by the digests of their texts, whichever generation of an index is open."""
    return {}
