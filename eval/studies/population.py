"""Questions of several kinds with the passages found for them: what the probabilities are fitted and measured on.

``python -m eval.studies.population DATA OUT.jsonl [--held FOLDER] [--most N]`` asks each set of ``SETS`` twice: of an index of all
its articles, and of an index of the other half of them, where the article that answers is missing. DATA holds the sets in SQuAD's
form, FOLDER the same files with the questions that nothing was trained on (default: DATA). The gold questions are asked of the
bundled articles, those on tables of their files. Some of SQuAD's are asked again among passages that repeat them around a wrong
answer.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path, PurePath
from typing import Literal

import typer

from eval.corpus_run import CORPUS, QUESTIONS, TABLE_QUESTIONS, TABLES
from eval.datasets.examples import load as load_gold
from eval.datasets.own_passages import index_of
from eval.datasets.qed import convert
from eval.datasets.questions import GoldQuestion, split_of
from eval.studies.stuffing import stuffed
from index.arrays import Floats
from index.builder import index_in_memory
from index.encoder.embedder import Embedder, SentenceEmbedder
from index.files import replace_file
from index.folder_index import Passage
from index.store import Store
from qa.answering.cascade import pair_of
from qa.answers import PASSAGES_READ
from qa.console import err
from qa.question.spelling import Speller
from qa.reader.reader import BUNDLED
from qa.reader.windows import Pair, PairEncoder
from qa.retrieval.hybrid import Hit, HybridRetriever
from qa.squad import SquadQuestion, read_questions

SETS = {
    "squad2": "squad2_dev_subset.json",
    "nq": "nq_search_questions.json",
    "timeqa": "timeqa_human.json",
    "quoref": "quoref_dev_and_contrast.json",
    "quac": "quac_first_turns.json",
}
QED = "qed_dev.jsonl"
MOST = 400  # questions of each kind: with so many a share is known to 5 points
TOGETHER = 64  # questions searched for at once

Knows = Callable[[str], bool]  # whether the reader's vocabulary holds a word

Absence = Literal["", "article", "topical", "adversarial"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question asked of one index, and the passages found.

    ``kind`` is the set it is from, ``fold`` 0 or 1: fitted on, or left for measuring. ``answers`` are the right ones wherever they
    stand, ``holder`` is the document that holds them. ``absence`` says why this index does not answer: its article is not
    there, the articles do not say, or it was written to look answerable; empty if it does.
    """

    kind: str
    id: str
    fold: int
    question: str
    answers: tuple[str, ...]
    holder: str
    absence: Absence
    hits: tuple[Hit, ...]

    def pairs(self) -> list[Pair]:
        """The question with each of its passages, as a reader is given them."""
        return [pair_of(self.question, hit) for hit in self.hits]


class Remembering:
    """An embedder that embeds each text once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder, self._known = embedder, dict[str, Floats]()
        self.dimension, self.fingerprint = embedder.dimension, embedder.fingerprint

    def embed(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts, as the embedder makes them."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else self._embedder.embed(texts)


def squad_kind(kind: str, everything: Path, held: Path, embedder: Embedder, knows: Knows, most: int) -> list[Asked]:
    """The held questions of a SQuAD-format set, asked of all its articles and of those without their own."""
    names, documents = _documents(read_questions(everything))
    chosen = [one for one in read_questions(held) if one.passage in names and (one.answers or not one.answerable)]
    if len(chosen) > most:
        chosen = random.Random(0).sample(chosen, most)
    halves = [[name for name in documents if int(name[:5]) % 2 == half] for half in (0, 1)]
    whole = index_of(documents, embedder)
    others = [index_of({name: documents[name] for name in halves[1 - half]}, embedder) for half in (0, 1)]
    err.say(f"{kind}: {len(chosen)} questions over {len(documents)} articles, {len(whole.passages)} passages")
    present = _asked(kind, chosen, names, whole, embedder, knows)
    answerable = [one for one in chosen if one.answers]
    gone = [
        replace(asked, absence="article")
        for half in (0, 1)
        for asked in _asked(
            kind,
            [one for one in answerable if int(names[one.passage][:5]) % 2 == half],
            names,
            others[half],
            embedder,
            knows,
        )
    ]
    return [*present, *gone]


def _documents(every: Sequence[SquadQuestion]) -> tuple[dict[str, str], dict[str, str]]:
    """The file name of each passage, and the text of each file: an article's passages."""
    names = {one.passage: f"{one.article:05}.txt" for one in every}
    texts: dict[str, list[str]] = {}
    for passage, name in names.items():
        texts.setdefault(name, []).append(passage)
    return names, {name: "\n\n".join(some) for name, some in texts.items()}


def stuffed_kind(file: Path, embedder: Embedder, knows: Knows, count: int) -> list[Asked]:
    """Questions of a SQuAD-format set, asked of all its articles and of passages that repeat them around wrong answers."""
    every = read_questions(file)
    names, documents = _documents(every)
    chosen = stuffed(every, count)
    traps = {f"stuffed-{number:03}.txt": passage for number, (_, passage) in enumerate(chosen)}
    index = index_of(documents | traps, embedder)
    return _asked("stuffed", [one for one, _ in chosen], names, index, embedder, knows)


def _asked(
    kind: str,
    questions: Sequence[SquadQuestion],
    names: Mapping[str, str],
    index: Store,
    embedder: Embedder,
    knows: Knows,
) -> list[Asked]:
    """Questions with what an index finds for them; the fold is every other article."""
    found = _found(index, embedder, knows, [one.question for one in questions])
    return [
        Asked(
            kind,
            one.id,
            int(names[one.passage][:5]) % 2,
            got.question,
            tuple(dict.fromkeys(answer.text for answer in one.answers)),
            names[one.passage],
            "" if one.answers else "adversarial",
            got.hits,
        )
        for one, got in zip(questions, found, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """A question as the assistant understands it, and the passages that it would read at most."""

    question: str
    hits: tuple[Hit, ...]


def _found(index: Store, embedder: Embedder, knows: Knows, questions: Sequence[str]) -> Iterator[Found]:
    """Every question with its passages, without the folders of their documents."""
    retriever, speller = HybridRetriever(index, embedder), Speller(index.sample, knows)
    for at in range(0, len(questions), TOGETHER):
        meant = [speller.corrected(question) for question in questions[at : at + TOGETHER]]
        for question, hits in zip(meant, retriever.retrieve_many(meant, PASSAGES_READ), strict=True):
            bare = (replace(hit.passage, document=_file(hit.passage.document)) for hit in hits)
            yield Found(question, tuple(replace(hit, passage=passage) for hit, passage in zip(hits, bare, strict=True)))


def gold_kind(kind: str, questions: Path, folder: Path, embedder: Embedder, knows: Knows) -> list[Asked]:
    """The single questions of a gold file, asked of its folder and of the folder without the one file that answers."""
    asked = load_gold(questions).questions
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    err.say(f"{kind}: {len(asked)} questions over {len(files)} files")
    made = _gold(kind, asked, index_in_memory(files, embedder), embedder, knows)
    for file in files:
        gone = [one for one in asked if one.answers and [*map(_file, one.holders)] == [file.name]]
        if gone:
            index = index_in_memory([other for other in files if other != file], embedder)
            made += [replace(one, absence="article") for one in _gold(kind, gone, index, embedder, knows)]
    return made


def _gold(kind: str, questions: Sequence[GoldQuestion], index: Store, embedder: Embedder, knows: Knows) -> list[Asked]:
    """Gold questions with what an index finds for them; the fold is their half."""
    found = _found(index, embedder, knows, [one.question for one in questions])
    return [
        Asked(
            kind,
            one.id,
            int(split_of(one.id) == "test"),
            got.question,
            one.accepted,
            _file(one.document or ""),
            "" if one.answerable else "topical",
            got.hits,
        )
        for one, got in zip(questions, found, strict=True)
    ]


def _file(document: str) -> str:
    return PurePath(document).name


def write_population(path: Path, population: Iterable[Asked]) -> None:
    """Write a population; each passage once."""
    numbers: dict[Passage, int] = {}
    lines = []
    for asked in population:
        hits = []
        for hit in asked.hits:
            if hit.passage not in numbers:
                numbers[hit.passage] = len(numbers)
                lines.append({"passage": asdict(hit.passage)})
            found = {field.name: getattr(hit, field.name) for field in fields(hit)}
            hits.append(found | {"passage": numbers[hit.passage]})
        lines.append({"asked": {field.name: getattr(asked, field.name) for field in fields(asked)} | {"hits": hits}})
    replace_file(path, "".join(json.dumps(line, default=float) + "\n" for line in lines).encode())


def read_population(path: Path) -> list[Asked]:
    """Read a population; ValueError naming the file if it is none."""
    passages: list[Passage] = []
    population = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "passage" in row:
                passages.append(Passage(**row["passage"]))
                continue
            one = row["asked"]
            hits = tuple(Hit(**hit | {"passage": passages[hit["passage"]]}) for hit in one["hits"])
            population.append(Asked(**one | {"answers": tuple(one["answers"]), "hits": hits}))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{path}: not a population ({type(error).__name__}: {error})") from error
    return population


def main(data: Path, out: Path, held: Path | None = None, most: int = MOST) -> None:
    """Search for every question, and write what was found."""
    embedder, knows = Remembering(SentenceEmbedder.open()), PairEncoder.open(BUNDLED).holds
    population = gold_kind("gold", QUESTIONS, CORPUS, embedder, knows)
    population += gold_kind("tables", TABLE_QUESTIONS, TABLES, embedder, knows)
    with tempfile.TemporaryDirectory(prefix="pincite-") as scratch:
        qed = Path(scratch, "qed.json")
        convert(data / QED, qed)
        population += squad_kind("qed", qed, qed, embedder, knows, most)
    population += stuffed_kind(data / SETS["squad2"], embedder, knows, most // 2)
    for kind, name in SETS.items():
        kept = held / name if held and (held / name).exists() else data / name
        population += squad_kind(kind, data / name, kept, embedder, knows, most)
    random.Random(0).shuffle(population)  # so that a reader which stops early has read some of each kind
    write_population(out, population)
    err.say(f"{len(population)} questions written to {out}")


if __name__ == "__main__":
    typer.run(main)
