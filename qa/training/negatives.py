"""Passages that do not hold the answer. A reader that has only seen passages with an answer finds one in every passage."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from index.search.bm25 import SparseIndex
from index.sentences import sentence_at
from qa.english import FIGURE, NAME
from qa.training.examples import TrainingExample

# Not at the start of a sentence, where any word looks like a name, and not "I" or a variable.
NAMES = re.compile(rf"(?<![.!?\"“] )(?<!^)\b(?!\w\b){NAME}")
NUMBER = re.compile(rf"\b{FIGURE.pattern}\b")


def retrieved(examples: Sequence[TrainingExample], depth: int, rng: random.Random) -> list[TrainingExample]:
    """For each question one of the ``depth`` passages that BM25 ranks best and that do not hold the answer's words."""
    passages = list(dict.fromkeys(example.passage for example in examples))
    ranked = SparseIndex.build(passages).search([example.question for example in examples], depth).ids.tolist()
    negatives = []
    for example, row in zip(examples, ranked, strict=True):
        answer = (example.answer or "").lower()
        near = (passages[number] for number in row if number >= 0)
        free = [passage for passage in near if passage != example.passage and answer not in passage.lower()]
        if answer and free:
            chosen = rng.choice(free[: max(3, depth // 3)])
            negatives.append(
                replace(example, id=f"{example.id}-retrieved", passage=chosen, start=None, end=None, votes=())
            )
    return negatives


def without_answer_sentence(example: TrainingExample) -> TrainingExample | None:
    """The passage with the answering sentence taken out, or None where the answer's words stand elsewhere in it too."""
    if example.start is None or example.end is None or example.answer is None:
        return None
    sentence = sentence_at(example.passage, example.start, example.end)
    rest = (example.passage[: sentence.start] + example.passage[sentence.end :].lstrip()).strip()
    if len(rest.split()) < 30 or example.answer.lower() in rest.lower():
        return None
    return replace(example, id=f"{example.id}-removed", passage=rest, start=None, end=None, votes=())


def with_condition(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question about a year that the passage does not name; None where the question holds a number."""
    if example.answer is None or NUMBER.search(example.question) or example.question.lower().startswith("when"):
        return None
    year = str(rng.randrange(1700, 2030))
    if year in example.passage:
        return None
    words = rng.choice(["in", "before", "after", "until"])
    question = f"{example.question.rstrip('? ')} {words} {year}{'?' * example.question.endswith('?')}"
    return unanswerable(example, "condition", question=question)


def with_other_passage_name(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The passage with a name or number that the question asks about turned into another of its own.

    The mirror of ``with_other_subject``: every word but that one still matches, so that it has to be read.
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
    """The question with two of its names exchanged (who paid whom, from where to where); None where they are a pair.

    The passage holds both, so that who did what to whom has to be read.
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
    return changed(example, kind, start=None, end=None, votes=(), **fields)


def with_other_subject(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question about another name or number, one of the passage's own: on topic, and not answered there.

    The commonest kind of unanswerable question in SQuAD 2.0 (Rajpurkar et al. 2018, table 2: entity swaps).
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
