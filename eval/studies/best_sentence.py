"""How often the sentences that come first are those that answer, of a section of an article: ``python -m eval.studies.best_sentence
SELQA.jsonl [--sample N]`` prints a line of JSON for the questions in their article's words and for those that were rephrased.

Each line of the file has a ``question``, whether ``is_paraphrase``, the ``sentences`` of a section, and which of them are
``answers`` (SelQA, Jurczyk et al. 2016). The section is cut into passages as any document is, and all of them are read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from eval.datasets.own_passages import index_of
from eval.datasets.questions import sample
from index.encoder.embedder import SentenceEmbedder
from qa.answering.cascade import pair_of
from qa.answering.confidence import Confidence
from qa.answering.sentences import Sentence, ranked_sentences
from qa.reader.reader import BUNDLED, ExtractiveReader
from qa.retrieval.hybrid import Hit

FIRST = (1, 2)


@dataclass(frozen=True, slots=True)
class SectionQuestion:
    """A question with its section's ``text`` and the places [start, end) of the sentences that answer."""

    id: str
    question: str
    rephrased: bool
    text: str
    answers: tuple[range, ...]


def read_questions(path: Path) -> Iterator[SectionQuestion]:
    """The questions of a file, their sentences joined by spaces."""
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        places, end = [], 0
        for sentence in raw["sentences"]:
            places.append(range(end, end + len(sentence)))
            end += len(sentence) + 1
        answers = tuple(places[number] for number in raw["answers"])
        yield SectionQuestion(raw["id"], raw["question"], raw["is_paraphrase"], " ".join(raw["sentences"]), answers)


def answers(one: SectionQuestion, sentences: Sequence[Sentence]) -> bool:
    """Whether one of the sentences shares most of its characters with one that answers."""
    return any(
        2 * (min(found.end, place.stop) - max(found.start, place.start)) > found.end - found.start
        for found in sentences
        for place in one.answers
    )


def main(selqa: Path, size: Annotated[int, typer.Option("--sample")] = 600) -> None:
    """Read the sections, order their sentences, print how often the first one and the first two answer."""
    asked = sample([one for one in read_questions(selqa) if one.answers], size)
    reader = ExtractiveReader.open()
    confidence = Confidence.beside(BUNDLED, reader.fingerprint)
    names = {text: f"{number}.txt" for number, text in enumerate(dict.fromkeys(one.text for one in asked))}
    hits: dict[str, list[Hit]] = {name: [] for name in names.values()}
    for passage in index_of({name: text for text, name in names.items()}, SentenceEmbedder.open()).passages:
        hits[Path(passage.document).name].append(Hit(passage, 1.0, similarity=0.6, term_score=1.0))
    told: dict[bool, list[list[bool]]] = {False: [], True: []}
    for one in asked:
        passages = hits[names[one.text]]
        readings = reader.read([pair_of(one.question, hit) for hit in passages])
        ranked = ranked_sentences(one.question, passages, readings, confidence)
        told[one.rephrased].append([answers(one, ranked[:first]) for first in FIRST])
    for rephrased, rows in told.items():
        shares = {str(first): round(100 * sum(row[n] for row in rows) / len(rows), 1) for n, first in enumerate(FIRST)}
        sys.stdout.write(json.dumps({"rephrased": rephrased, "questions": len(rows), **shares}) + "\n")


if __name__ == "__main__":
    typer.run(main)
