"""Which examples a reader is trained on, and in what proportions."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from index.files import replace_file
from qa.training.contrasts import contradicted, turned, with_opposite, with_synonym
from qa.training.examples import Loaded, TrainingExample
from qa.training.messages import messages
from qa.training.negatives import (
    retrieved,
    with_condition,
    with_other_passage_name,
    with_other_subject,
    with_roles_exchanged,
    without_answer_sentence,
)
from qa.training.noise import as_typed, misspelt, ordered, tokenised
from qa.training.passages import beside, by_document, shortened
from qa.training.tables import table_examples

DEV_PERCENT = 1  # held back; enough to watch a run, and hardly missed in training


@dataclass(frozen=True, slots=True)
class Proportions:
    """Questions per source (all of each source that is not named), and shares of what is made from them.

    A source with fewer questions than requested is used repeatedly, with other negatives each time. ``beside`` is the number
    of other passages of the same document for each question of a source. From sources in ``exact`` nothing is made by editing:
    with another year the answer may still hold, and without a sentence a list keeps its other parts. ``messages`` is the
    share of messages that are no question, ``tables`` that of questions on tables.
    """

    sources: dict[str, int] = field(default_factory=dict)
    beside: dict[str, float] = field(default_factory=dict)
    exact: frozenset[str] = frozenset()
    messages: float = 0.0
    tables: float = 0.0
    retrieved: float = 0.25
    removed: float = 0.10
    swapped: float = 0.12
    opposite: float = 0.08
    condition: float = 0.04
    renamed: float = 0.08
    contradicted: float = 0.08
    exchanged: float = 0.08
    turned: float = 0.15
    synonym: float = 0.10
    typed: float = 0.35
    misspelt: float = 0.08
    ordered: float = 0.04
    tokenised: float = 0.12


# More of the sets whose questions most passages of the right document leave open.
BESIDE = {
    "new_wiki": 0.15,
    "fairytale": 0.15,
    "nq": 0.3,
    "quoref": 1.0,
    "timeqa": 1.5,
    "quac": 1.0,
    "multispanqa": 0.5,
}
# NQ's are the only questions of searches, TimeQA's and Quoref's those that the reader answered worst: they come several times.
BUNDLED = Proportions(
    {
        "new_wiki": 7_938,
        "reddit": 9_800,
        "amazon": 6_000,
        "fairytale": 4_400,
        "qamr": 12_000,
        "nq": 5_600,
        "quoref": 4_400,
        "timeqa": 4_600,
        "qasrl": 3_600,
    },
    beside=BESIDE,
    exact=frozenset({"timeqa", "multispanqa"}),
    messages=0.01,
    tables=0.06,
    retrieved=0.15,
    removed=0.08,
    swapped=0.18,
    opposite=0.25,
    condition=0.05,
    renamed=0.12,
    contradicted=0.25,
    exchanged=0.25,
    turned=0.50,
    synonym=0.25,
)


# For the small reader, which only separates the passages that a search finds: hardly any edited questions.
SCREEN = Proportions(
    {"new_wiki": 7_938, "reddit": 4_500, "amazon": 4_500, "fairytale": 1_500, "qamr": 6_000, "qasrl": 3_600},
    beside=BESIDE,
    retrieved=1.0,
    removed=0.1,
    swapped=0.1,
    opposite=0.0,
    condition=0.0,
    renamed=0.0,
    contradicted=0.0,
    exchanged=0.0,
    turned=0.0,
    synonym=0.1,
    ordered=0.0,
)


@dataclass(frozen=True, slots=True)
class Mixture:
    """Training examples, examples of the questions held back, and reports of skipped questions."""

    train: list[TrainingExample]
    dev: list[TrainingExample]
    skipped: list[str]

    def write(self, path: Path) -> None:
        """Write to one JSON file, completely or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(asdict(self), ensure_ascii=False).encode())

    @classmethod
    def read(cls, path: Path) -> Mixture:
        """Read what ``write`` wrote. Raises ValueError if it is damaged."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            train, dev = (
                [TrainingExample(**row | {"votes": tuple(map(tuple, row["votes"]))}) for row in raw[part]]
                for part in ("train", "dev")
            )
            return cls(train, dev, raw["skipped"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: damaged; remove it to prepare the examples again") from error


def mix(
    sources: dict[str, Loaded],
    proportions: Proportions,
    seed: int,
    *,
    dev: Sequence[TrainingExample] | None = None,
) -> Mixture:
    """Sample each source, hold back 1 % of it, add negatives, and add noise to the training examples.

    With ``dev``, the caller has held those back and nothing more is. Long passages are cut as an index cuts articles. Another
    seed gives other samples, pieces, negatives and noise.
    """
    rng = random.Random(seed)
    train: list[TrainingExample] = []
    held_back = list(dev or ())
    for name, loaded in sources.items():
        made = _Maker(name, loaded.examples, proportions, rng)
        usable = rng.sample(loaded.examples, len(loaded.examples))
        asked = min(len(usable), proportions.sources.get(name, len(usable)))
        held = 0 if dev is not None else max(1, asked * DEV_PERCENT // 100)
        wanted = proportions.sources.get(name, len(usable)) - held
        held_back.extend(made.of(usable[:held]))
        for number, at in enumerate(range(0, wanted, max(1, len(usable) - held))):
            chosen = usable[held:][: wanted - at]
            again = (
                [replace(e, id=f"{e.id}-{number}", group=f"{e.group}-{number}") for e in chosen] if number else chosen
            )
            train.extend(made.of(again))
    answers = sorted({example.answer for example in train if example.answer and len(example.answer) < 30})
    tables = table_examples(train, int(proportions.tables * len(train)), rng)
    passages = [example.passage for example in train]
    said = messages(passages, int(proportions.messages * len(train)), rng)
    disturbed = [_disturbed(e, answers, proportions, rng) for e in train]  # a tokenised table would lose its rows
    return Mixture(
        [_typed(e, proportions, rng) for e in (*disturbed, *tables, *said)],
        held_back,
        [s for loaded in sources.values() for s in loaded.skipped],
    )


class _Maker:
    """Makes the examples of one source: pieces of long passages, other passages of the document, edited questions."""

    def __init__(
        self, name: str, examples: Sequence[TrainingExample], proportions: Proportions, rng: random.Random
    ) -> None:
        self.proportions, self.rng = proportions, rng
        self.beside = proportions.beside.get(name, 0.0)
        self.edited = name not in proportions.exact
        self.documents = by_document(examples, rng) if self.beside else {}

    def of(self, examples: Sequence[TrainingExample]) -> list[TrainingExample]:
        """The examples with all that is made from them."""
        short = [piece for example in examples if (piece := shortened(example, self.rng)) is not None]
        return [*short, *self._beside(short), *_negatives(short, self.proportions, self.rng, edited=self.edited)]

    def _beside(self, examples: Sequence[TrainingExample]) -> list[TrainingExample]:
        made: list[TrainingExample] = []
        for example in examples if self.beside else ():
            count = int(self.beside + self.rng.random())  # its mean is ``beside``
            made.extend(beside(example, self.documents[example.document], count, self.rng))
        return made


def _negatives(
    examples: Sequence[TrainingExample], proportions: Proportions, rng: random.Random, *, edited: bool
) -> list[TrainingExample]:
    """Retrieved negatives and, if ``edited``, contrasts of every kind, made from samples of the answerable examples."""
    answered = [example for example in examples if example.start is not None]

    def some(share: float) -> list[TrainingExample]:
        return rng.sample(answered, int(share * len(answered)))

    enough = len(answered) > 20  # of fewer, hardly a passage is near the question
    found = retrieved(some(proportions.retrieved), (e.passage for e in answered), 12, rng) if enough else []
    if not edited:
        return found
    made = [without_answer_sentence(example) for example in some(proportions.removed)]
    made += [with_roles_exchanged(example) for example in some(proportions.exchanged)]
    for share, change in (
        (proportions.swapped, with_other_subject),
        (proportions.opposite, with_opposite),
        (proportions.condition, with_condition),
        (proportions.renamed, with_other_passage_name),
        (proportions.contradicted, contradicted),
        (proportions.turned, turned),
        (proportions.synonym, with_synonym),
    ):
        made += [change(example, rng) for example in some(share)]
    return [*found, *(example for example in made if example is not None)]


def _disturbed(
    example: TrainingExample, answers: Sequence[str], proportions: Proportions, rng: random.Random
) -> TrainingExample:
    """The example with noise in its passage: orders, or tokens with spaces between them."""
    if answers and rng.random() < proportions.ordered:
        example = ordered(example, rng.choice(answers), rng)
    return tokenised(example) if rng.random() < proportions.tokenised else example


def _typed(example: TrainingExample, proportions: Proportions, rng: random.Random) -> TrainingExample:
    """The example with its question as people type and misspell it."""
    if rng.random() < proportions.typed:
        example = replace(example, question=as_typed(example.question, rng))
    if rng.random() < proportions.misspelt:
        example = replace(example, question=misspelt(example.question, rng))
    return example
