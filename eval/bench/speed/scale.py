"""How does an index of many passages open, answer and weigh? Synthetic vectors and texts, committed and opened like any other.

    python eval/bench/speed/scale.py [--passages 100000] [--queries 200] [--json scale.json]

Vectors lie in clusters, as those of sentences do, and a query lies near a passage; words follow Zipf's law, and a question
is eight words of a passage, common ones too. What is timed happens in a fresh process with one query at a time and as many
threads as whoever asks gets, which is one for each core: opening without imports, each search, and both fused by the
retriever. Recall is against the exact search over the same vectors.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.machine import status
from eval.bench.results import command_line, print_table, write_json
from index.arrays import Floats
from index.blocks import Structure
from index.chunker import Chunk
from index.documents import Document
from index.encoder.cpu import processor
from index.encoder.embedder import unit
from index.environment import set_environment
from index.folder_index import CANARIES, Index, Making, Settings, commit, draft
from index.search.dense import DenseIndex
from index.storage.generations import writer_lock
from index.storage.writer import Gathering
from qa.retrieval.hybrid import HybridRetriever

DIMENSION, CLUSTERS, WORDS_EACH, VOCABULARY, PASSAGES_EACH = 384, 2_000, 90, 60_000, 100


class Given:
    """An embedder that gives the vectors it was made with, in turn, whatever the text."""

    fingerprint = "given"
    dimension = DIMENSION

    def __init__(self, vectors: Floats) -> None:
        self._vectors = vectors
        self.at = 0

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row per text; the canaries of an index have rows of their own."""
        if tuple(texts) == CANARIES:
            return canaries()
        rows = self._vectors[self.at : self.at + len(texts)]
        self.at += len(texts)
        return rows


def main() -> None:
    """Build, measure in a fresh process, print a table, write JSON."""
    parser = command_line(__doc__, "bench-scale.json", passages=100_000, queries=200)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        sys.stdout.write(json.dumps(measured(options.measure)))
        return
    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        began = time.perf_counter()
        write(Path(folder), options.passages, options.queries)
        seconds = time.perf_counter() - began
        command = [sys.executable, __file__, "--measure", folder]
        set_environment()
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    report = {"passages": options.passages, "write, s": seconds, **json.loads(said)}
    title = f"{options.passages} passages, {processor()}, load {os.getloadavg()[0]:.1f}"
    rows = [(name, f"{value:.3f}" if isinstance(value, float) else value) for name, value in report.items()]
    print_table(title, ("figure", "value"), rows, left=("figure",))
    write_json(options.json, report)


def write(folder: Path, passages: int, queries: int) -> None:
    """Commit an index of synthetic passages, and save queries and questions beside it."""
    random = np.random.default_rng(0)
    vectors = clustered(random, passages)
    settings = Settings((), WORDS_EACH, 0, 1, Given.fingerprint, DIMENSION, "bench", "2024-01-01T00:00:00+00:00")
    (folder / "index").mkdir()
    with writer_lock(folder / "index"), draft(folder / "index") as place:
        gathering = Gathering(DIMENSION, place)
        for first in range(0, passages, PASSAGES_EACH):
            rows = vectors[first : first + PASSAGES_EACH]
            gathering.add(*document(random, first, len(rows)), [*rows])
        making = Making(settings, tuple(map(tuple, canaries().tolist())))
        commit(place, gathering.finish(), making, before=None, origins=gathering.origins)
    written = Index.open(folder / "index").passages
    near = random.choice(passages, queries, replace=False)
    asked = unit(vectors[near] + random.normal(scale=0.5 / DIMENSION**0.5, size=(queries, DIMENSION)))
    texts = [" ".join(random.choice(written[int(number)].text.split(), 8)) for number in near]
    np.save(folder / "queries.npy", asked)
    (folder / "questions.json").write_text(json.dumps(texts), encoding="utf-8")


def document(random: np.random.Generator, first: int, passages: int) -> tuple[Document, list[Chunk]]:
    """A document of so many passages of words by Zipf's law."""
    ranks = np.minimum(random.zipf(1.15, size=(passages, WORDS_EACH)), VOCABULARY)
    texts = [" ".join(f"w{rank}" for rank in row) for row in ranks.tolist()]
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)]).tolist()
    chunks = [Chunk(start, start + len(text), "t", None) for start, text in zip(starts, texts, strict=False)]
    name = f"/{first}.txt"
    return Document(name, "t", "\n".join(texts), f"{first:064}", "txt", None, 0, Structure(), (), ()), chunks


def clustered(random: np.random.Generator, passages: int) -> Floats:
    """Unit vectors around centres, half of the length of each its own."""
    centres = unit(random.normal(size=(CLUSTERS, DIMENSION)))
    vectors = np.empty((passages, DIMENSION), dtype=np.float32)
    for start in range(0, passages, 10_000):
        rows = vectors[start : start + 10_000]
        own = random.normal(scale=1 / DIMENSION**0.5, size=rows.shape)
        rows[:] = unit(centres[random.integers(CLUSTERS, size=len(rows))] + own)
    return vectors


def canaries() -> Floats:
    """What the sentences that check an embedder are given."""
    return np.eye(len(CANARIES), DIMENSION, dtype=np.float32)


def measured(folder: Path) -> dict[str, Any]:
    """The figures of an index, in this process."""
    import faiss  # imports are not what is timed

    queries, questions = np.load(folder / "queries.npy"), json.loads((folder / "questions.json").read_bytes())
    began = time.perf_counter()
    index = Index.open(folder / "index")
    report: dict[str, Any] = {"open, s": time.perf_counter() - began, "vector search": index.dense.kind}
    began = time.perf_counter()
    index.dense.search(queries[:1], 10)
    index.sparse.search(questions[:1], 10)
    report["first search, s"] = time.perf_counter() - began
    retriever = HybridRetriever(index, Given(queries))
    report["vectors, p50 ms"] = _median(lambda n: index.dense.search(queries[n : n + 1], 50), len(queries))
    report["terms, p50 ms"] = _median(lambda n: index.sparse.search(questions[n : n + 1], 50), len(queries))
    report["both and fusion, p50 ms"] = _median(lambda n: retriever.retrieve(questions[n], 5), len(queries))
    memory = status("self")
    report["resident, MB"], report["of it not shared, MB"] = memory["VmRSS"] / 1024, memory["RssAnon"] / 1024
    found = index.dense.search(queries, 10).ids
    exact = DenseIndex(index.contents.vectors).search(queries, 10).ids
    same = [len(set(a) & set(b)) / 10 for a, b in zip(found.tolist(), exact.tolist(), strict=True)]
    report["recall@10 against exact"] = statistics.fmean(same)
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    report["on disk, MB"] = sum(files.values()) / 1e6
    report["threads"] = faiss.omp_get_max_threads()
    report["version"] = f"faiss {faiss.__version__}"
    return report


def _median(run: Callable[[int], object], times: int) -> float:
    seconds = []
    for number in range(times):
        began = time.perf_counter()
        run(number)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds) * 1000


if __name__ == "__main__":
    main()
