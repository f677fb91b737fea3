"""Messages as people write them, of all kinds, asked of invented articles: how many are answered as they should be.

``python -m eval.messages [dev | test]`` prints the table, and with "dev" every message of that half that went wrong. The test
half is for measuring only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from eval.corpus_run import GOLD
from eval.datasets.questions import split_of
from eval.report.markdown import table
from qa.answers import Answer
from qa.console import out

MESSAGES, ARTICLES = GOLD / "messages.jsonl", GOLD / "messages"


@dataclass(frozen=True, slots=True)
class Message:
    """Turns of a conversation and what the last is to be answered with.

    ``outcomes`` are the kinds of answer that are right; ``holds``: words that the answer has to quote; ``documents``: the names of
    the files it lists, None for any; ``says``: words of its notice.
    """

    id: str
    kind: str
    turns: tuple[str, ...]
    outcomes: tuple[str, ...]
    holds: tuple[str, ...]
    documents: tuple[str, ...] | None
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A message, its answer, whether it is right, and whether at least all that was wanted is shown somewhere."""

    message: Message
    answer: Answer
    right: bool
    usable: bool


def read_messages() -> list[Message]:
    """The messages of the bundled file; ValueError naming it if it holds something else."""
    try:
        rows = [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").split("\n") if line.strip()]
        return [
            Message(
                row["id"], row["kind"], tuple(row["turns"]), tuple(row["outcomes"]), tuple(row["holds"]),
                None if row["documents"] is None else tuple(row["documents"]), tuple(row["says"]),
            )
            for row in rows
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{MESSAGES}: not a file of messages ({type(error).__name__}: {error})") from error


def judged(message: Message, answer: Answer) -> Judged:
    """Right: of a wanted kind, with the wanted words quoted, documents listed and notice. Usable: the words are at least shown."""
    listed = sorted(PurePath(one.document).name for one in answer.documents)
    first = " ".join(_given(answer)).casefold()
    right = (
        answer.kind in message.outcomes
        and all(words.casefold() in first for words in message.holds)
        and message.documents in (None, tuple(listed))
        and all(words.casefold() in (answer.notice or "").casefold() for words in message.says)
    )
    shown = " ".join([first, *_beside(answer)]).casefold()
    wanted = bool(message.holds) and all(words.casefold() in shown for words in message.holds)
    return Judged(message, answer, right, right or wanted)


def _given(answer: Answer) -> list[str]:
    """The words that are given as the answer: of its parts, and where several sentences are given, of all."""
    several = answer.kind in ("passage", "overview")
    quotes = [one.quote for one in answer.citations] if several else []
    items = [one.quote for one in answer.items]
    return [answer.text or "", *quotes, *items, *(words for part in answer.parts for words in _given(part))]


def _beside(answer: Answer) -> list[str]:
    """The other words that are shown: citations and alternatives."""
    return [*(one.quote for one in answer.citations), *(one.answer for one in answer.alternatives), answer.notice or ""]


def ask_messages(messages: Sequence[Message]) -> list[Judged]:
    """Index the articles and hold every conversation."""
    from qa.assistant import Assistant

    assistant = Assistant.over([ARTICLES])
    told = []
    for message in messages:
        talk = assistant.conversation()
        answers = [talk.ask(turn) for turn in message.turns]
        told.append(judged(message, answers[-1]))
    return told


def message_table(told: Sequence[Judged]) -> str:
    """One row per kind, then both halves and all: how many there are, right, and right or usable, in percent."""
    kinds = dict.fromkeys(one.message.kind for one in told)
    groups = {kind: [one for one in told if one.message.kind == kind] for kind in kinds}
    halves = {f"**{half} half**": [one for one in told if split_of(one.message.id) == half] for half in ("dev", "test")}
    rows = [
        [name, str(len(some)), *_shares(some)]
        for name, some in (groups | halves | {"**all**": list(told)}).items()
        if some
    ]
    return table(("kind of message", "messages", "right, %", "right or usable, %"), rows, right=3)


def _shares(told: Sequence[Judged]) -> list[str]:
    """The shares of right and of right or usable, in percent."""
    return [f"{100 * sum(getattr(one, name) for one in told) / len(told):.0f}" for name in ("right", "usable")]


def main() -> None:
    """Ask, and print what came out."""
    half = sys.argv[1] if len(sys.argv) > 1 else None
    told = ask_messages([one for one in read_messages() if half in (None, split_of(one.id))])
    for one in told if half == "dev" else ():
        if not one.right:
            answer = one.answer
            listed = [PurePath(document.document).name for document in answer.documents]
            given = f"{answer.kind} {answer.text!r} {answer.notice!r} {listed} read as {answer.understood!r}"
            out.say(f"{one.message.id} {one.message.kind}: {one.message.turns[-1]} -> {given}")
    sys.stdout.write(f"{message_table(told)}\n")


if __name__ == "__main__":
    main()
