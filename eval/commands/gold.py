"""Writing gold questions on one's own documents: a passage is shown, a question and its answer are asked for."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.datasets.questions import UnreadableDataset, question_word
from index.sentences import find_words
from qa.console import one_line

Ask = Callable[[str], str]
Say = Callable[[str], None]
STOP = "stop"


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage to ask about: the characters [start, start + len(text)) of ``document``, a path in its folder."""

    document: str
    heading: str
    start: int
    text: str


def passages_of(folder: Path, seed: int = 0) -> list[Shown]:
    """Passages of every readable document under ``folder``, in an order by ``seed``; UnreadableDataset if none."""
    from index.chunker import chunk
    from index.documents import UnreadableDocument, find_files, read_document

    found = []
    for path in find_files([folder]):
        try:
            document = read_document(path)
        except UnreadableDocument:
            continue
        name = path.resolve().relative_to(folder.resolve()).as_posix()
        cut = chunk(document)
        found += [Shown(name, piece.heading, piece.start, document.text[piece.start : piece.end]) for piece in cut]
    if not found:
        raise UnreadableDataset(f"{folder}: holds no document that can be read")
    random.Random(seed).shuffle(found)
    return found


def write_questions(passages: Iterable[Shown], out: Path, ask: Ask, say: Say, wanted: int = 10) -> int:
    """Ask until ``wanted`` questions are written to the end of ``out`` and return how many were.

    Each is written as soon as it is complete, so that stopping loses nothing. "stop" as a question ends it early.
    """
    rows = _dialogue(passages, ask, say)
    written = 0
    first = _next_number(out)
    while written < wanted and (row := next(rows, None)) is not None:
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"id": f"own-{first + written:03d}", **row}, ensure_ascii=False) + "\n")
        written += 1
        say(f"written: {written} of {wanted}")
    return written


def _next_number(out: Path) -> int:
    """One more than the questions that the file has."""
    if not out.exists():
        return 1
    numbers = re.findall(r'"id": "own-(\d+)"', out.read_text(encoding="utf-8"))
    return max(map(int, numbers), default=0) + 1


def _dialogue(passages: Iterable[Shown], ask: Ask, say: Say) -> Iterator[dict[str, Any]]:
    """The rows that the user makes of the passages, without ids."""
    for shown in passages:
        place = one_line(f"{shown.document}{': ' + shown.heading if shown.heading else ''}")
        say(f"\n{place}\n\n{shown.text}\n")
        question = ask(f"A question on this passage (empty: another passage, {STOP}: enough)").strip()
        if question == STOP:
            return
        if question:
            yield _row(shown, question, ask, say)


def _row(shown: Shown, question: str, ask: Ask, say: Say) -> dict[str, Any]:
    """One row: the answer in the passage's own words, asked for until it stands there."""
    while True:
        words = ask("The answer, in the passage's own words (empty: no document answers it)").strip()
        found = find_words(words, shown.text)
        if found is not None:
            place = {"document": shown.document, "start": shown.start + found.start()}
            return {"question": question, "answers": [found.group()], **place, "kind": question_word(question)}
        if not words:
            return {"question": question, "answers": [], "document": None, "start": None, "kind": "unanswerable"}
        say("These words do not stand in the passage: copy them as they are written there.")
