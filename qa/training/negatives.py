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
            negatives.append(
                replace(example, id=f"{example.id}-retrieved", passage=chosen, start=None, end=None, votes=())
            )
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
    return replace(example, id=f"{example.id}-removed", passage=rest, start=None, end=None, votes=())


OPPOSITES = {
    word: opposite
    for pair in (
        "first/last earliest/latest early/late largest/smallest larger/smaller large/small biggest/smallest bigger/smaller "
        "big/small highest/lowest higher/lower high/low most/least more/fewer best/worst better/worse good/bad "
        "oldest/newest older/younger old/new longest/shortest longer/shorter long/short before/after begin/end began/ended "
        "start/finish started/finished open/close opened/closed win/lose won/lost rise/fall rose/fell increase/decrease "
        "increased/decreased grow/shrink grew/shrank gain/lose accept/reject accepted/rejected allow/forbid allowed/banned "
        "support/oppose supported/opposed agree/refuse agreed/refused join/leave joined/left arrive/depart arrived/departed "
        "buy/sell bought/sold import/export imported/exported build/demolish built/demolished create/destroy "
        "created/destroyed north/south northern/southern east/west eastern/western inside/outside above/below over/under "
        "always/never often/rarely all/none many/few major/minor rich/poor strong/weak stronger/weaker hot/cold "
        "warm/cool success/failure succeed/fail public/private male/female men/women father/mother son/daughter "
        "brother/sister husband/wife king/queen friend/enemy ancient/modern positive/negative like/dislike liked/disliked "
        "love/hate loved/hated easy/difficult fast/slow faster/slower near/far same/different permanent/temporary "
        "maximum/minimum original/final attack/defend attacked/defended born/buried married/divorced hired/dismissed"
    ).split()
    for word, opposite in (pair.split("/"), pair.split("/")[::-1])
}
AUXILIARY = re.compile(
    r"^((?:wh\w+|how)(?: \w+){0,3}? (?:did|does|do|is|was|were|are|has|have|had|could|would|should))(?= )", re.I
)


def with_opposite(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question with one word turned into its opposite, or else negated (Rajpurkar et al. 2018: antonyms, negation).

    None where the question holds neither, or where the opposite stands in the passage, which may then answer it.
    """
    words = [found for found in re.finditer(r"[a-z]+", example.question) if found.group() in OPPOSITES]
    passage = example.passage.lower()
    words = [found for found in words if not re.search(rf"\b{OPPOSITES[found.group()]}\b", passage)]
    if words:
        word = rng.choice(words)
        opposite = OPPOSITES[word.group()]
        question = example.question[: word.start()] + opposite + example.question[word.end() :]
        return _unanswerable(example, "opposite", question=question)
    question, negated = AUXILIARY.subn(r"\1n't", example.question)
    return _unanswerable(example, "negated", question=question) if negated and rng.random() < 0.5 else None


def with_condition(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question about a year that the passage does not name; None where the question holds a number."""
    if example.answer is None or NUMBER.search(example.question) or example.question.lower().startswith("when"):
        return None
    year = str(rng.randrange(1700, 2030))
    if year in example.passage:
        return None
    words = rng.choice(["in", "before", "after", "until"])
    question = f"{example.question.rstrip('? ')} {words} {year}{'?' * example.question.endswith('?')}"
    return _unanswerable(example, "condition", question=question)


def with_other_passage_name(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The passage with a name or number that the question asks about turned into another of its own.

    The mirror of ``with_other_subject``: every word but that one still matches, so that it has to be read.
    """
    if example.answer is None:
        return None
    for pattern in rng.sample([NAME, NUMBER], 2):
        asked = [
            found.group()
            for found in pattern.finditer(example.question)
            if found.group() in example.passage and found.group() not in example.answer
        ]
        others = [found.group() for found in pattern.finditer(example.passage)]
        others = [o for o in dict.fromkeys(others) if o not in example.question and o not in example.answer]
        if asked and others:
            passage = example.passage.replace(rng.choice(asked), rng.choice(others))
            return _unanswerable(example, "renamed", passage=passage)
    return None


def _unanswerable(example: TrainingExample, kind: str, **changed: str) -> TrainingExample:
    """The example without its answer, as a question of its own."""
    name = f"{example.id}-{kind}"
    return replace(example, id=name, group=name, start=None, end=None, votes=(), **changed)


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
            return _unanswerable(example, "swapped", question=question)
    return None
