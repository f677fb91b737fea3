"""The passages and questions of the benchmarks, cut from the bundled articles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from eval.bench.peers.worker import Asked
from eval.corpus_run import CORPUS, QUESTIONS
from index.documents import find_files, read_document


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Characters [start, end) of an article, by file name."""

    document: str
    start: int
    end: int
    text: str


def asked(tokenizer: Tokenizer, *, questions: int = 20, passages: int = 8, tokens: int = 216) -> list[Asked]:
    """Questions spread evenly over the gold file, each with the passage of its answer and the next ones of other articles.

    The passages are ``tokens`` long at most, and most are nearly that; article ends, which are shorter, are left out
    unless they hold the answer.
    """
    pieces = [piece for path in find_files([CORPUS]) for piece in cut(path, tokenizer, tokens)]
    rows = [row for row in map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines()) if _placed(row)]
    chosen = [rows[at * len(rows) // questions] for at in range(min(questions, len(rows)))]
    return [Asked(row["question"], _around(row, pieces, passages, tokenizer, tokens)) for row in chosen]


def cut(path: Path, tokenizer: Tokenizer, tokens: int) -> list[Excerpt]:
    """An article in pieces of at most so many tokens, each ending with a word."""
    document = read_document(path)
    prose = document.text[document.body :]
    encoding = tokenizer.encode(prose, add_special_tokens=False)
    words = encoding.word_ids
    pieces, at = [], 0
    while at < len(words):
        end = min(at + tokens, len(words))
        while end < len(words) and end - 1 > at and words[end] == words[end - 1]:
            end -= 1
        start, stop = encoding.offsets[at][0], encoding.offsets[end - 1][1]
        pieces.append(Excerpt(path.name, document.body + start, document.body + stop, prose[start:stop]))
        at = end
    return pieces


def _placed(row: dict[str, Any]) -> bool:
    """Whether a question has an answer at a known place."""
    return bool(row["answers"]) and row["document"] is not None and isinstance(row["start"], int)


def _around(row: dict[str, Any], pieces: Sequence[Excerpt], count: int, tokenizer: Tokenizer, tokens: int) -> list[str]:
    """The passage that holds the answer, in a place among the others that depends on nothing but the question."""
    held = next(
        (n for n, p in enumerate(pieces) if p.document == row["document"] and p.start <= row["start"] < p.end), 0
    )
    rest = [*pieces[held + 1 :], *pieces[:held]]
    full = [p.text for p in rest if p.document != row["document"]
            and len(tokenizer.encode(p.text, add_special_tokens=False).ids) > 0.9 * tokens][: count - 1]  # fmt: skip
    place = len(row["question"]) % count
    return [*full[:place], pieces[held].text, *full[place:]]
