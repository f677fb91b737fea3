"""Long passages cut as an index cuts articles, and other passages of the same document, which lack the answer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from index.chunker import WORDS, Chunk, chunk
from index.documents import Document
from index.loaders.paragraphs import paragraphs
from qa.training.examples import TrainingExample

LONGEST = 200  # words; about what a training window holds beside the question
SIZES = (WORDS, 150, 180)  # words; an index's passages, and longer ones, so that no length stands for an answer
NAME_WORDS = 5  # longer answers are phrases, which other passages repeat in part without answering
WORD = re.compile(r"\w{4,}|\d+")


@cache
def pieces(passage: str, size: int) -> tuple[Chunk, ...]:
    """The passage cut into passages of about ``size`` words; whole if it has at most ``LONGEST``."""
    if len(passage.split()) <= LONGEST:
        return (Chunk(0, len(passage), "", None),)
    return tuple(chunk(Document("", "", passage, "", "txt", None, 0, paragraphs(passage), (), ()), words=size))


def shortened(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The example with one piece of its passage; None if no piece holds its answer whole.

    Of the pieces with most of the answers (a list has several), the one that shares most words with the question, whether
    the annotator marked the answer there or elsewhere: from the others the question often cannot be answered. Without an
    answer, the piece that shares most words with the question.
    """
    asked = words(example.question)
    best: tuple[tuple[int, int], TrainingExample] | None = None
    for piece in pieces(example.passage, rng.choice(SIZES)):
        text = example.passage[piece.start : piece.end]
        spans = _spans_in(example, piece.start, text)
        if not spans and example.start is not None:
            continue
        held = (len(set(spans)), len(asked & words(text)))
        if best is None or held > best[0]:
            best = held, _with_spans(replace(example, passage=text), spans)
    return None if best is None else best[1]


def _spans_in(example: TrainingExample, offset: int, text: str) -> list[tuple[int, int]]:
    """The example's spans inside a piece at ``offset``; if there are none, the first place where the answer stands."""
    inside = [
        (start - offset, end - offset) for start, end in example.spans if start >= offset and end <= offset + len(text)
    ]
    if inside or example.answer is None or len(example.answer.split()) > NAME_WORDS:
        return inside
    found = re.search(rf"(?<!\w){re.escape(example.answer)}(?!\w)", text)
    return [found.span()] if found else []


def _with_spans(example: TrainingExample, spans: Sequence[tuple[int, int]]) -> TrainingExample:
    """The example with these votes: the answer is the most frequent one, the first of several."""
    if not spans:
        return example.without_answer()
    start, end = max(spans, key=spans.count)
    return replace(example, start=start, end=end, votes=tuple(spans) if len(set(spans)) > 1 else ())


def by_document(examples: Iterable[TrainingExample], rng: random.Random) -> dict[str, list[str]]:
    """The passages of each document in pieces, in the order in which the examples name them."""
    found: dict[str, dict[str, None]] = {}
    for document, passage in dict.fromkeys((example.document, example.passage) for example in examples):
        texts = (passage[piece.start : piece.end] for piece in pieces(passage, rng.choice(SIZES)))
        found.setdefault(document, {}).update(dict.fromkeys(texts))
    return {document: list(texts) for document, texts in found.items()}


def beside(example: TrainingExample, passages: Sequence[str], count: int, rng: random.Random) -> list[TrainingExample]:
    """The question with up to ``count`` other passages of its document that do not hold any of the answers' words.

    They are among the ``count + 2`` that share most words with the question: the right person, but another time or deed.
    """
    asked = words(example.question)
    free = [text for text in passages if text not in example.passage and not _mentions(example, text)]
    nearest = sorted(free, key=lambda text: -len(asked & words(text)))[: count + 2]
    return [
        example.without_answer(id=f"{example.id}-beside{number}", passage=text)
        for number, text in enumerate(rng.sample(nearest, min(count, len(nearest))))
    ]


def _mentions(example: TrainingExample, text: str) -> bool:
    """Whether a passage holds an answer, a longer word of a short answer, or the beginning or end of a long one."""
    if example.answered_in(text):
        return True
    for start, end in example.spans:
        answer = example.passage[start:end]
        parts = answer.split()
        if len(parts) <= NAME_WORDS:
            if words(answer) & words(text):
                return True
        elif " ".join(parts[:3]) in text or " ".join(parts[-3:]) in text:
            return True
    return False


@lru_cache(maxsize=200_000)
def words(text: str) -> frozenset[str]:
    """The longer words and numbers of a text, in lower case."""
    return frozenset(WORD.findall(text.lower()))
