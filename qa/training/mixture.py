"""Which examples a reader is trained on, and in what proportion."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from qa.training.examples import Loaded, TrainingExample, read_qamr, read_squad
from qa.training.negatives import retrieved, with_other_subject, without_answer_sentence

MAX_PASSAGE_WORDS = 300
DEV_PERCENT = 1


@dataclass(frozen=True, slots=True)
class Proportions:
    """Positive questions taken of each source, and the share of questions that get each kind of negative."""

    sources: dict[str, int] = field(default_factory=dict)
    retrieved: float = 0.28
    removed: float = 0.08
    swapped: float = 0.14
    unmarked: float = 0.3


BUNDLED = Proportions({"new_wiki": 8_000, "reddit": 4_500, "amazon": 4_000, "fairytale": 2_500, "qamr": 9_000})


@dataclass(frozen=True, slots=True)
class Mixture:
    """Examples to train on, a hundredth of the questions held back, and what was skipped."""

    train: list[TrainingExample]
    dev: list[TrainingExample]
    skipped: list[str]

    def write(self, path: Path) -> None:
        """Write to one JSON file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
        fresh.replace(path)

    @classmethod
    def read(cls, path: Path) -> Mixture:
        """Read what ``write`` wrote; ValueError where it is damaged."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            train, dev = ([TrainingExample(**row) for row in raw[part]] for part in ("train", "dev"))
            return cls(train, dev, raw["skipped"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: damaged; remove it to prepare the examples again") from error


def bundled_sources(folder: Path) -> dict[str, Loaded]:
    """The files that the bundled reader was trained on, by short name."""
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
    """Sample each source, hold a hundredth back, add negatives, and take the question mark off some questions."""
    rng = random.Random(seed)
    train: list[TrainingExample] = []
    dev: list[TrainingExample] = []
    for name, loaded in sources.items():
        usable = [example for example in loaded.examples if len(example.passage.split()) <= MAX_PASSAGE_WORDS]
        rng.shuffle(usable)
        taken = usable[: proportions.sources.get(name, len(usable))]
        held = max(1, len(taken) * DEV_PERCENT // 100)
        for part, chosen in ((dev, taken[:held]), (train, taken[held:])):
            answered = [example for example in chosen if example.start is not None]
            part.extend([*chosen, *_negatives(answered, proportions, rng)])
    return Mixture(
        [_unmark(e, proportions.unmarked, rng) for e in train],
        dev,
        [s for loaded in sources.values() for s in loaded.skipped],
    )


def _negatives(
    examples: Sequence[TrainingExample], proportions: Proportions, rng: random.Random
) -> list[TrainingExample]:
    """Retrieved, sentence-removed and subject-swapped negatives of a sample of the examples."""
    hard = {e.group: e for e in retrieved(examples, 12, rng)} if len(examples) > 20 else {}

    def some(share: float) -> list[TrainingExample]:
        return rng.sample(list(examples), int(share * len(examples)))

    found = [hard.get(example.group) for example in some(proportions.retrieved)]
    found += [without_answer_sentence(example) for example in some(proportions.removed)]
    found += [with_other_subject(example, rng) for example in some(proportions.swapped)]
    return [example for example in found if example is not None]


def _unmark(example: TrainingExample, share: float, rng: random.Random) -> TrainingExample:
    """People who type into a search box leave the question mark out."""
    if rng.random() >= share:
        return example
    question = example.question.rstrip("? ")
    return TrainingExample(example.id, example.group, question, example.passage, example.start, example.end)
