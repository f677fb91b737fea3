"""Passages without the answer: a reader trained only on answerable pairs finds an answer in every passage."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from index.search.bm25 import SparseIndex
from index.sentences import sentence_at
from qa.english import FIGURE, NAME
from qa.training.examples import TrainingExample

# Not at the start of a sentence, because any word looks like a name there, and not "I" or a variable.
NAMES = re.compile(rf"(?<![.!?\"“] )(?<!^)\b(?!\w\b){NAME}")
NUMBER = re.compile(rf"\b{FIGURE.pattern}\b")


def retrieved(
    examples: Sequence[TrainingExample], passages: Iterable[str], depth: int, rng: random.Random
) -> list[TrainingExample]:
    """Per question, one of its best BM25 passages without the answers' words; looks at the ``depth`` best of ``passages``."""
    distinct = list(dict.fromkeys(passages))
    ranked = SparseIndex.build(distinct).search([example.question for example in examples], depth).ids.tolist()
    negatives = []
    for example, row in zip(examples, ranked, strict=True):
        near = (distinct[number] for number in row if number >= 0)
        free = [passage for passage in near if passage != example.passage and not example.answered_in(passage)]
        if example.answer and free:
            chosen = rng.choice(free[: max(3, depth // 3)])
            negatives.append(example.without_answer(id=f"{example.id}-retrieved", passage=chosen))
    return negatives


def without_answer_sentence(example: TrainingExample) -> TrainingExample | None:
    """The passage without its answering sentence; None if the answer's words also stand elsewhere in it."""
    if example.start is None or example.end is None or example.answer is None:
        return None
    sentence = sentence_at(example.passage, example.start, example.end)
    rest = (example.passage[: sentence.start] + example.passage[sentence.end :].lstrip()).strip()
    if len(rest.split()) < 30 or example.answered_in(rest):
        return None
    return example.without_answer(id=f"{example.id}-removed", passage=rest)


def with_condition(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question with a year that the passage does not name; None if it already asks for a time or holds a number."""
    if example.answer is None or NUMBER.search(example.question) or example.question.lower().startswith("when"):
        return None
    year = str(rng.randrange(1700, 2030))
    if year in example.passage:
        return None
    words = rng.choice(["in", "before", "after", "until"])
    question = f"{example.question.rstrip('? ')} {words} {year}{'?' * example.question.endswith('?')}"
    return unanswerable(example, "condition", question=question)


def with_other_passage_name(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The passage with one name or number of the question replaced by another from the passage.

    The mirror image of ``with_other_subject``: every other word still matches. None if there is no such pair.
    """
    if example.answer is None:
        return None
    for pattern in rng.sample([NAMES, NUMBER], 2):
        asked = [
            one for one in pattern.findall(example.question) if one in example.passage and one not in example.answer
        ]
        found = dict.fromkeys(pattern.findall(example.passage))
        others = [one for one in found if one not in example.question and one not in example.answer]
        if asked and others:
            passage = example.passage.replace(rng.choice(asked), rng.choice(others))
            return unanswerable(example, "renamed", passage=passage)
    return None


JOINED = re.compile(r"^\W*(?:(?:and|or|versus|vs)\W*)?$", re.I)


def with_roles_exchanged(example: TrainingExample) -> TrainingExample | None:
    """The question with its two names exchanged (who paid whom); None if they form a pair ("A and B").

    The passage contains both names, so the reader has to find out who did what to whom.
    """
    names = [found for found in NAMES.finditer(example.question) if found.group() in example.passage]
    if example.answer is None or len(names) != 2 or "between" in example.question.lower():
        return None
    (first, second), question = names, example.question
    if first.group() == second.group() or JOINED.match(question[first.end() : second.start()]):
        return None
    exchanged = question[: first.start()] + second.group() + question[first.end() : second.start()] + first.group()
    return unanswerable(example, "exchanged", question=exchanged + question[second.end() :])


def changed(example: TrainingExample, kind: str, **fields: Any) -> TrainingExample:
    """The example with other fields, as a question of its own."""
    name = f"{example.id}-{kind}"
    return replace(example, id=name, group=name, **fields)


def unanswerable(example: TrainingExample, kind: str, **fields: str) -> TrainingExample:
    """The example without its answer and with other fields, as a question of its own."""
    return changed(example.without_answer(), kind, **fields)


def with_other_subject(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question with a name or number replaced by another from the passage: on topic, but not answered there.

    The most frequent kind of unanswerable question in SQuAD 2.0 (Rajpurkar et al. 2018, table 2: entity swaps).
    """
    if example.answer is None:
        return None
    for pattern in rng.sample([NAMES, NUMBER], 2):
        asked, answer = pattern.findall(example.question), example.answer.lower()
        others = [
            other
            for other in dict.fromkeys(pattern.findall(example.passage))
            if other.lower() not in example.question.lower()
            and other.lower() not in answer
            and answer not in other.lower()
        ]
        if asked and others:
            question = example.question.replace(rng.choice(asked), rng.choice(others), 1)
            return unanswerable(example, "swapped", question=question)
    return None
