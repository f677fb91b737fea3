"""Passages that do not hold the answer. A reader that has only seen passages with an answer finds one in every passage."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

import bm25s

from qa.training.examples import TrainingExample

NAME = re.compile(r"(?<![.!?\"“] )(?<!^)\b[A-Z][\w’'-]+(?: (?:of |the |de )?[A-Z][\w’'-]+)*")
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
SENTENCE_END = re.compile(r"(?<=[.!?][\"”)]|.[.!?])\s+(?=[A-Z\"“(])")


def retrieved(examples: Sequence[TrainingExample], depth: int, rng: random.Random) -> list[TrainingExample]:
    """For each question one of the ``depth`` passages that BM25 ranks best and that do not hold the answer's words."""
    passages = list(dict.fromkeys(example.passage for example in examples))
    index = bm25s.BM25(method="lucene")
    index.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    queries = bm25s.tokenize([example.question for example in examples], stopwords="en", show_progress=False)
    ranked, _ = index.retrieve(queries, k=min(depth, len(passages)), show_progress=False)
    negatives = []
    for example, row in zip(examples, ranked, strict=True):
        answer = (example.answer or "").lower()
        free = [
            passages[int(i)]
            for i in row
            if passages[int(i)] != example.passage and answer not in passages[int(i)].lower()
        ]
        if answer and free:
            chosen = rng.choice(free[: max(3, depth // 3)])
            negatives.append(replace(example, id=f"{example.id}-retrieved", passage=chosen, start=None, end=None))
    return negatives


def without_answer_sentence(example: TrainingExample) -> TrainingExample | None:
    """The passage with the answering sentence taken out, or None where the answer's words stand elsewhere in it too."""
    if example.start is None or example.end is None or example.answer is None:
        return None
    borders = [0, *(found.end() for found in SENTENCE_END.finditer(example.passage)), len(example.passage)]
    left = max(border for border in borders if border <= example.start)
    right = min(border for border in borders if border >= example.end)
    rest = (example.passage[:left] + example.passage[right:]).strip()
    if len(rest.split()) < 30 or example.answer.lower() in rest.lower():
        return None
    return replace(example, id=f"{example.id}-removed", passage=rest, start=None, end=None)


def with_other_subject(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question about another name or number, one of the passage's own: on topic, and not answered there.

    The commonest kind of unanswerable question in SQuAD 2.0 (Rajpurkar et al. 2018, table 2: entity swaps).
    """
    if example.answer is None:
        return None
    for pattern in rng.sample([NAME, NUMBER], 2):
        asked = [found.group() for found in pattern.finditer(example.question)]
        others = [found.group() for found in pattern.finditer(example.passage)]
        others = [
            other
            for other in dict.fromkeys(others)
            if other.lower() not in example.question.lower()
            and other.lower() not in example.answer.lower()
            and example.answer.lower() not in other.lower()
        ]
        if asked and others:
            question = example.question.replace(rng.choice(asked), rng.choice(others), 1)
            return replace(
                example,
                id=f"{example.id}-swapped",
                group=f"{example.id}-swapped",
                question=question,
                start=None,
                end=None,
            )
    return None
