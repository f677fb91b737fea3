"""The data sets that the bundled reader learns from: how each file is read, and what is left out or held back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.files import replace_file
from qa.training.examples import (
    PRONOUNS,
    Loaded,
    TrainingExample,
    around,
    read_qamr,
    read_spans,
    read_squad,
    with_votes,
)
from qa.training.held_back import PERCENT, article, held_back, opening

LONGEST_ANSWER = 30  # words; the reader gives no longer spans
MOST_ANSWERS = 4  # more to one question of QA-SRL are the annotators' disagreement
WORD = re.compile(r"\w+")
ANYTHING = re.compile(r"\binteresting\b", re.I)
DEED = re.compile(r"^What (?:did|does|do|has|have|had|will|would|can|could|might|should) .+ (?:do|done)\?$")
# "What is the reason can't he ...?", "In what manner are shelters across the region are expected ...?"
UNGRAMMATICAL = re.compile(
    r"^What is the reason (?:can|could|do|does|did|is|are|was|were|has|have|had|will|would|should)(?:n't)?\b"
    r"|^(?:In|After|Before|Since|While|Until|Despite|Instead of) what (?:\w+ )?(is|are|was|were|has|have|had)\b.* \1\b"
)


def read_parts(path: Path) -> Loaded:
    """Read a SQuAD-format file whose answers are alternatives if they overlap, and else parts or other mentions."""
    return read_spans(path, with_parts)


def with_parts(example: TrainingExample, spans: Sequence[tuple[int, int]]) -> TrainingExample:
    """The example with one vote for each run of overlapping spans, its longest; with one run, as annotators' votes.

    "Dr John Smith" and "John Smith" at one place are one answer, written in two ways; "John Smith" and "Ann Lee" are two.
    """
    runs: list[list[tuple[int, int]]] = []
    for span in sorted(set(spans)):
        if runs and span[0] < max(end for _, end in runs[-1]):
            runs[-1].append(span)
        else:
            runs.append([span])
    if len(runs) == 1:
        return with_votes(example, spans)
    longest = tuple(max(run, key=lambda span: span[1] - span[0]) for run in runs)
    return replace(example, start=longest[0][0], end=longest[0][1], votes=longest)


def read_passage_answers(path: Path) -> Loaded:
    """Read QuAC (Choi et al. 2018), whose answers are long: of what annotators marked, the shortest counts most.

    Leaves out "Are there any other interesting aspects?", to which any sentence was marked as the answer.
    """

    def answered(example: TrainingExample, spans: Sequence[tuple[int, int]]) -> TrainingExample | None:
        short = [span for span in spans if len(example.passage[slice(*span)].split()) <= LONGEST_ANSWER]
        return with_votes(example, short, fullest=0) if short and not ANYTHING.search(example.question) else None

    return read_spans(path, answered)


def read_sentences(path: Path) -> Loaded:
    """Read questions on single sentences, each with up to four others of its document; leaves out those not ``sensible``."""

    def answered(example: TrainingExample, spans: Sequence[tuple[int, int]]) -> TrainingExample | None:
        made = with_parts(example, spans)
        return made if len(set(spans)) <= MOST_ANSWERS and sensible(made) else None

    read = read_spans(path, answered)
    examples = list({(e.passage, e.question.lower()): e for e in read.examples}.values())
    documents: dict[str, dict[str, None]] = {}
    for example in examples:
        documents.setdefault(article(example.document), {})[example.passage] = None
    placed = (
        _among(example, list(documents[article(example.document)]), number % 5)
        for number, example in enumerate(examples)
    )
    return Loaded(list(placed), read.skipped)


def sensible(example: TrainingExample) -> bool:
    """Whether a question written by a template or in haste is a sentence, and its answer says something new."""
    answer, question = example.answer or "", example.question
    told = {word.lower() for word in WORD.findall(answer)}
    return (
        question.endswith("?")
        and len(question.split()) >= 3
        and not UNGRAMMATICAL.search(question)
        and 1 <= len(answer.split()) <= LONGEST_ANSWER
        and answer.lower() not in PRONOUNS
        and not told <= {word.lower() for word in WORD.findall(question)}
    )


def _among(example: TrainingExample, sentences: list[str], neighbours: int) -> TrainingExample:
    """The example with its sentence among others of its document."""
    near = around(sentences, example.passage, neighbours)
    return example.inside(" ".join(near), sum(len(other) + 1 for other in near[: near.index(example.passage)]))


def read_deeds(path: Path) -> Loaded:
    """The questions of ``read_sentences`` that ask what someone did."""
    read = read_sentences(path)
    return replace(read, examples=[example for example in read.examples if DEED.search(example.question)])


def read_roles(path: Path) -> Loaded:
    """The other questions of ``read_sentences``."""
    read = read_sentences(path)
    return Loaded([example for example in read.examples if not DEED.search(example.question)])


def read_qamr_halves(path: Path) -> Loaded:
    """Read both files of QAMR beside the file of its sentences."""
    halves = [read_qamr(path.with_name(f"qamr_{half}.tsv"), path) for half in ("dev", "test")]
    return Loaded([e for half in halves for e in half.examples], [s for half in halves for s in half.skipped])


@dataclass(frozen=True, slots=True)
class Source:
    """A file, how it is read, and the percentage of its articles held back.

    A file without titles is split ``by_passage``.
    """

    file: str
    read: Callable[[Path], Loaded]
    held_back: int = PERCENT
    by_passage: bool = False

    def document(self, title: str, passage: str) -> str:
        """What a passage is held back by."""
        return opening(passage) if self.by_passage else title

    def load(self, folder: Path) -> Loaded:
        """All examples, each with its document."""
        read = self.read(folder / self.file)
        examples = [replace(e, document=self.document(e.document, e.passage)) for e in read.examples]
        return Loaded(examples, read.skipped)


SOURCES = {
    "new_wiki": Source("squadshifts_new_wiki.json", read_squad, held_back=0),
    "reddit": Source("squadshifts_reddit.json", read_squad, held_back=0),
    "amazon": Source("squadshifts_amazon_reviews.json", read_squad, held_back=0),
    "fairytale": Source("fairytaleqa_spans.json", read_squad, held_back=0),
    "qamr": Source("qamr_sentences.tsv", read_qamr_halves),  # on the documents of QA-SRL and QADiscourse
    "nq": Source("nq_search_questions.json", read_parts),
    "quoref": Source("quoref_dev_and_contrast.json", read_squad),
    "timeqa": Source("timeqa_human.json", read_parts),
    "qadiscourse": Source("qadiscourse.json", read_sentences),
    "qasrl": Source("qasrl_filled.json", read_roles),
    "qasrl_deeds": Source("qasrl_filled.json", read_deeds),
    "quac": Source("quac_first_turns.json", read_passage_answers),
    "multispanqa": Source("multispanqa_valid.json", read_parts, held_back=50, by_passage=True),
}


def bundled_sources(folder: Path) -> dict[str, Loaded]:
    """The data that the bundled reader is trained on, by short name, without the articles held back."""
    loaded = {name: source.load(folder) for name, source in SOURCES.items()}
    unseen = {
        opening(example.passage)
        for name, one in loaded.items()
        for example in one.examples
        if held_back(example.document, SOURCES[name].held_back)
    }

    def seen(name: str, examples: Iterable[TrainingExample]) -> list[TrainingExample]:
        percent = SOURCES[name].held_back
        return [e for e in examples if not held_back(e.document, percent) and opening(e.passage) not in unseen]

    return {name: replace(one, examples=seen(name, one.examples)) for name, one in loaded.items()}


def write_held_back(folder: Path, out: Path) -> dict[str, int]:
    """Write what is held back of each SQuAD-format file in ``folder`` to a file of its name in ``out``.

    Returns the number of questions by file name.
    """
    counts: dict[str, int] = {}
    out.mkdir(parents=True, exist_ok=True)
    for source in SOURCES.values():
        if source.held_back and source.file.endswith(".json") and source.file not in counts:
            whole = json.loads((folder / source.file).read_text(encoding="utf-8"))
            whole["data"] = [kept for one in whole["data"] if (kept := _unseen(one, source))["paragraphs"]]
            replace_file(out / source.file, json.dumps(whole, ensure_ascii=False).encode())
            counts[source.file] = sum(len(p["qas"]) for one in whole["data"] for p in one["paragraphs"])
    return counts


def _unseen(one: dict[str, Any], source: Source) -> dict[str, Any]:
    """An article with its paragraphs that are held back."""
    paragraphs = [
        paragraph
        for paragraph in one["paragraphs"]
        if held_back(source.document(one["title"], paragraph["context"]), source.held_back)
    ]
    return one | {"paragraphs": paragraphs}
