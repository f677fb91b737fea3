"""How soon after the start of ``pincite index`` does another process answer, and what is found before the vectors are there?

    python eval/bench/speed/first_answer.py SQUAD.json ... [--passages 20000] [--asked 300] [--json first-answer.json]

The paragraphs of SQuAD files, six a file, are indexed by one process; where they do not suffice, more are made of their sentences
in random order. As soon as there is an index others ask questions to these files, one process a question; the first right answer
ends the time. When all vectors are there, recall@8 is the share of questions of which a place of an answer is in the eight best
passages: without any vector of the index, and with all.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, repeat
from pathlib import Path

import numpy as np

from eval.bench.filling import shuffled
from eval.bench.machine import machine
from eval.bench.results import command_line, print_table, write_json
from eval.bench.served import PINCITE, environment
from eval.datasets.examples import load
from eval.datasets.gold_places import holds
from eval.datasets.questions import Dataset, GoldQuestion, UnreadableDataset, sample
from eval.datasets.squad import in_indexed_documents
from index.chunker import chunk
from index.documents import read_document
from index.encoder.cpu import cores
from index.encoder.embedder import SentenceEmbedder
from index.folder_index import Index
from index.storage.generations import finished
from qa.retrieval.hybrid import HybridRetriever
from qa.squad_scores import exact_match

EACH, DEPTH = 6, 8  # paragraphs of an article, about ten passages; passages that are looked at


@dataclass(frozen=True, slots=True)
class RecallFigures:
    """Recall@8 of one file's questions, in 0..1."""

    file: str
    questions: int
    without_vectors: float
    with_all: float


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = command_line(__doc__, "bench-first-answer.json", passages=20_000, asked=300)
    parser.add_argument("squad", nargs="+", type=Path)
    options = parser.parse_args()
    where = machine(cores())
    try:
        sets = [load(path) for path in options.squad]
    except UnreadableDataset as error:
        raise SystemExit(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="pincite-") as place:
        folder = Path(place)
        write_articles(sets, folder / "articles", options.passages)
        seconds = times(folder, answerable(sets[0], options.asked), environment(place, ""))
        index = Index.open(folder / "index")
        texts = {record.name: index.document_text(record.name) for record in index.documents}
        rows = [recalls(index, in_indexed_documents(one, texts), options.asked, texts) for one in sets[:2]]
    title = f"{len(index.passages):,} passages in {len(texts):,} files, load {where['load']}"
    cells = [(what, f"{taken:.1f}") for what, taken in seconds.items()]
    print_table(title, ("after the start of pincite index", "s"), cells, left=("after the start of pincite index",))
    shares = [(row.file, row.questions, f"{row.without_vectors:.1%}", f"{row.with_all:.1%}") for row in rows]
    print_table(f"recall@{DEPTH}", ("file", "questions", "without vectors", "with all"), shares, left=("file",))
    report = {"machine": where, "files": len(texts), "passages": len(index.passages)}
    write_json(options.json, report | {"seconds": seconds, "recall": rows})


def write_articles(sets: Sequence[Dataset], folder: Path, passages: int) -> None:
    """Write articles of six paragraphs until they are cut into so many passages."""
    folder.mkdir()
    real = list(dict.fromkeys(chain.from_iterable(one.paragraphs.values() for one in sets)))
    texts, number = chain(real, shuffled(real)), 0
    while passages > 0:
        some, number = list(islice(texts, EACH)), number + 1
        path = folder / f"{number:05}.txt"
        path.write_text("\n\n".join(some) + "\n", encoding="utf-8")
        passages -= len(chunk(read_document(path)))


def answerable(dataset: Dataset, size: int) -> Sequence[GoldQuestion]:
    """A sample of the questions that have an answer."""
    return sample([question for question in dataset.questions if question.answerable], size)


def times(folder: Path, asked: Sequence[GoldQuestion], environ: Mapping[str, str]) -> dict[str, float]:
    """Seconds from the start of a first ``pincite index`` until there is an index, a right answer, and the process ends."""
    began, index = time.perf_counter(), ("--index", str(folder / "index"))
    with subprocess.Popen([PINCITE, "index", str(folder / "articles"), *index], env=environ) as indexing:
        while not finished(folder / "index"):
            if indexing.poll():
                raise SystemExit("pincite index failed")
            time.sleep(0.05)
        seconds = {"it can be asked": time.perf_counter() - began}
        next(right for right in map(_right, asked, repeat(index), repeat(environ)) if right)
        seconds["the first right answer"] = time.perf_counter() - began
        indexing.wait()
    return seconds | {"all vectors are there": time.perf_counter() - began}


def _right(asked: GoldQuestion, index: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether a process of its own answers a question rightly."""
    command = [PINCITE, "ask", asked.question, "--json", *index]
    said = json.loads(subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout)
    return bool(exact_match(said["answer"] or "", asked.answers))


def recalls(index: Index, dataset: Dataset, size: int, texts: Mapping[str, str]) -> RecallFigures:
    """Look for the answers to a sample of a file's questions, of those that stand in an indexed document."""
    held = replace(dataset, questions=tuple(one for one in dataset.questions if one.document in texts))
    asked, embedder = answerable(held, size), SentenceEmbedder.open()
    places = [one.places(str(one.document), texts[str(one.document)]) for one in asked]
    every = np.arange(len(index.passages), dtype=np.int32)
    found = []
    for one in (Index(replace(index.contents, missing=every), index.making), index):
        hits = HybridRetriever(one, embedder).retrieve_many([question.question for question in asked], DEPTH)
        found.append(
            statistics.fmean(
                any(holds(hit.passage, place) for hit in some for place in right)
                for some, right in zip(hits, places, strict=True)
            )
        )
    return RecallFigures(dataset.name, len(asked), *found)


if __name__ == "__main__":
    main()
