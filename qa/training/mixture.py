"""Which examples a reader is trained on, and in what proportions."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from index.files import replace_file
from qa.training.contrasts import contradicted, turned, with_opposite, with_synonym
from qa.training.examples import Loaded, TrainingExample, read_qamr, read_squad
from qa.training.negatives import (
    retrieved,
    with_condition,
    with_other_passage_name,
    with_other_subject,
    with_roles_exchanged,
    without_answer_sentence,
)
from qa.training.noise import as_typed, misspelt, ordered, tokenised

MAX_PASSAGE_WORDS = 300  # longer ones need many windows, of which one holds the answer
DEV_PERCENT = 1  # held back; enough to watch a run, and hardly missed in training


@dataclass(frozen=True, slots=True)
class Proportions:
    """Questions per source (all of each source that is not named), and shares of what is made from them.

    A source with fewer questions than requested is used repeatedly, with other negatives each time.
    """

    sources: dict[str, int] = field(default_factory=dict)
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


BUNDLED = Proportions(
    {"new_wiki": 7_938, "reddit": 2_500, "amazon": 2_000, "fairytale": 1_000, "qamr": 5_000},
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
    {"new_wiki": 7_938, "reddit": 4_500, "amazon": 4_500, "fairytale": 1_500, "qamr": 6_000},
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
    """Training examples, examples of the 1 % of questions held back, and reports of skipped questions."""

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


def bundled_sources(folder: Path) -> dict[str, Loaded]:
    """The data that the bundled reader was trained on, by short name."""
    sentences = folder / "qamr_sentences.tsv"
    qamr = [read_qamr(folder / f"qamr_{part}.tsv", sentences) for part in ("dev", "test")]
    return {
        "new_wiki": read_squad(folder / "squadshifts_new_wiki.json"),
        "reddit": read_squad(folder / "squadshifts_reddit.json"),
        "amazon": read_squad(folder / "squadshifts_amazon_reviews.json"),
        "fairytale": read_squad(folder / "fairytaleqa_spans.json"),
        "qamr": Loaded([e for part in qamr for e in part.examples], [s for part in qamr for s in part.skipped]),
    }


def mix(sources: dict[str, Loaded], proportions: Proportions, seed: int) -> Mixture:
    """Sample each source, hold back 1 % of it, add negatives, and add noise to the training examples."""
    rng = random.Random(seed)
    train: list[TrainingExample] = []
    dev: list[TrainingExample] = []
    for name, loaded in sources.items():
        usable = [example for example in loaded.examples if len(example.passage.split()) <= MAX_PASSAGE_WORDS]
        rng.shuffle(usable)
        held = max(1, min(len(usable), proportions.sources.get(name, len(usable))) * DEV_PERCENT // 100)
        wanted = proportions.sources.get(name, len(usable)) - held
        dev.extend(_with_negatives(usable[:held], proportions, rng))
        for number, at in enumerate(range(0, wanted, max(1, len(usable) - held))):
            chosen = usable[held:][: wanted - at]
            again = (
                [replace(e, id=f"{e.id}-{number}", group=f"{e.group}-{number}") for e in chosen] if number else chosen
            )
            train.extend(_with_negatives(again, proportions, rng))
    answers = sorted({example.answer for example in train if example.answer and len(example.answer) < 30})
    return Mixture(
        [_disturbed(e, answers, proportions, rng) for e in train],
        dev,
        [s for loaded in sources.values() for s in loaded.skipped],
    )


def _with_negatives(
    examples: Sequence[TrainingExample], proportions: Proportions, rng: random.Random
) -> list[TrainingExample]:
    """The examples plus negatives and contrasts of every kind, made from samples of the answerable ones."""
    answered = [example for example in examples if example.start is not None]
    hard = {e.group: e for e in retrieved(answered, 12, rng)} if len(answered) > 20 else {}

    def some(share: float) -> list[TrainingExample]:
        return rng.sample(answered, int(share * len(answered)))

    made = [hard.get(example.group) for example in some(proportions.retrieved)]
    made += [without_answer_sentence(example) for example in some(proportions.removed)]
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
    return [*examples, *(example for example in made if example is not None)]


def _disturbed(
    example: TrainingExample, answers: Sequence[str], proportions: Proportions, rng: random.Random
) -> TrainingExample:
    """The example with noise: orders in the passage, typed or misspelt question, tokenised passage."""
    if answers and rng.random() < proportions.ordered:
        example = ordered(example, rng.choice(answers), rng)
    if rng.random() < proportions.typed:
        example = replace(example, question=as_typed(example.question, rng))
    if rng.random() < proportions.misspelt:
        example = replace(example, question=misspelt(example.question, rng))
    return tokenised(example) if rng.random() < proportions.tokenised else example
