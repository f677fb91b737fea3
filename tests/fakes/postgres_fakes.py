"""What the tests of the store in PostgreSQL share: small files, the project's articles, and an assistant over a store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from embedder_fakes import FakeEmbedder
from reader_fakes import FakeReader

from index.arrays import Floats
from qa.answering.confidence import unfitted
from qa.assistant import Assistant
from qa.retrieval.hybrid import HybridRetriever

if TYPE_CHECKING:
    from index.postgres.store import PostgresStore

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
GOLD = ROOT / "eval" / "gold"
MAKE, SLEEP = "What do bees make?", "Who sleeps?"


class Untied(FakeEmbedder):
    """The fake embedder with a little of each text's own, so that no two cosines differ by rounding alone."""

    def embed(self, texts: Sequence[str]) -> Floats:
        own = [np.random.default_rng(list(said.encode())).normal(size=self.dimension) for said in texts]
        vectors = super().embed(texts) + 0.02 * np.array(own, dtype=np.float32).reshape(-1, self.dimension)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def folder_of(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, said in files.items():
        (folder / name).write_text(said)
    return folder


def names(paths: tuple[str, ...]) -> list[str]:
    return [Path(path).name for path in paths]


def texts(store: PostgresStore) -> list[str]:
    return [passage.text for passage in store.sample(1000)]


def questions(count: int) -> list[str]:
    """Every so many of the gold questions on the articles."""
    lines = [json.loads(line) for file in sorted(GOLD.glob("*.jsonl")) for line in file.read_text().splitlines()]
    asked = [line["question"] for line in lines if "question" in line]
    return asked[:: max(1, len(asked) // count)][:count]


def assistant_over(store: PostgresStore) -> Assistant:
    """An assistant whose reader knows two answers."""
    reader = FakeReader({MAKE: {"honey": 9.0}, SLEEP: {"Cats": 9.0}})
    return Assistant(HybridRetriever(store, FakeEmbedder()), reader, unfitted("fake"), index=store)
