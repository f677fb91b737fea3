"""How often the first passages hold the answer, by the weight of BM25 in the fusion of the two searches, and by fusing ranks.

``python -m eval.studies.fusion SQUAD.json [SQUAD.json ...] [--sample N] [--embedder MODEL] [--among DIR]``: each file's questions
over an index of its paragraphs, and of those of the file of its name in DIR, if there is one.
A passage holds the answer if an accepted answer stands in it, whole and at its place in the question's paragraph.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from eval.datasets.examples import load
from eval.datasets.gold_places import holds
from eval.datasets.own_passages import index_of
from eval.datasets.questions import UnreadableDataset, sample
from eval.metrics import Place
from index.encoder.embedder import SentenceEmbedder
from index.folder_index import Passage, Rankings
from qa.retrieval.hybrid import DEPTH, TERM_WEIGHT, fuse

WEIGHTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
FIRST = (1, 2, 4, 8)
RANK_CONSTANT = 60  # of reciprocal rank fusion (Cormack et al. 2009)
Judged = tuple[tuple[Place, ...], Rankings]
Order = Callable[[Rankings], list[Passage]]


def found_in(path: Path, size: int, embedder: SentenceEmbedder, among: Path | None = None) -> Iterator[Judged]:
    """Both rankings of every question sampled from a file, with the places of its answers."""
    dataset = load(path)
    more = among / path.name if among else path
    others = set(load(more).paragraphs.values() if more.exists() else ()) - set(dataset.paragraphs.values())
    filling = {f"other-{number:06d}.txt": text for number, text in enumerate(sorted(others))}
    index = index_of({**dataset.paragraphs, **filling}, embedder)
    indexed = {Path(passage.document).name: passage.document for passage in index.passages}
    for question in sample([question for question in dataset.questions if question.answerable], size):
        [rankings] = index.rank([question.question], embedder.embed([question.question]), DEPTH)
        name = str(question.document)
        yield question.places(indexed[name], dataset.paragraphs[name]), rankings


def recalls(found: Sequence[Judged], order: Order) -> list[float]:
    """The share of the questions, in percent, with an answering passage among the first 1, 2, 4 and 8."""
    first = [_first_answering(one, order) for one in found]
    return [round(100 * sum(place < count for place in first) / len(found), 1) for count in FIRST]


def _first_answering(found: Judged, order: Order) -> int:
    """The place, from 0, of the first passage that answers; beyond all if none does."""
    places, rankings = found
    return next(
        (n for n, passage in enumerate(order(rankings)) if any(holds(passage, place) for place in places)), DEPTH
    )


def by_score(weight: float) -> Order:
    """As Pincite orders, with this weight of BM25."""

    def order(rankings: Rankings) -> list[Passage]:
        return [hit.passage for hit in fuse(rankings, max(FIRST), term_weight=weight)]

    return order


def by_vectors(rankings: Rankings) -> list[Passage]:
    """The nearest vectors alone."""
    return [rankings.passages[number] for number, _ in rankings.vectors]


def by_rank(rankings: Rankings) -> list[Passage]:
    """Reciprocal rank fusion."""
    scores: dict[int, float] = {}
    for ranking in (rankings.vectors, rankings.terms):
        for rank, (number, _) in enumerate(ranking, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (RANK_CONSTANT + rank)
    return [rankings.passages[number] for number in sorted(scores, key=lambda number: -scores[number])[: max(FIRST)]]


def main(
    squad: list[Path],
    size: Annotated[int, typer.Option("--sample")] = 700,
    model: Annotated[str | None, typer.Option("--embedder")] = None,
    among: Path | None = None,
) -> None:
    """Search, order in every way, print one line of JSON for each file and way."""
    embedder = SentenceEmbedder.open(model)
    ways: dict[str, Order] = {"vectors alone": by_vectors, "reciprocal rank": by_rank} | {
        f"BM25 x {w}": by_score(w) for w in WEIGHTS
    }
    for path in squad:
        try:
            found = list(found_in(path, size, embedder, among))
        except UnreadableDataset as error:
            raise typer.BadParameter(str(error)) from error
        for name, order in ways.items():
            shipped = name == f"BM25 x {TERM_WEIGHT}"
            row = {"file": path.name, "questions": len(found), "fused by": name, "shipped": shipped}
            sys.stdout.write(json.dumps(row | dict(zip(map(str, FIRST), recalls(found, order), strict=True))) + "\n")


if __name__ == "__main__":
    typer.run(main)
