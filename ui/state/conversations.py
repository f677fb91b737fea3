"""Conversations and how they are stored on this computer.

A turn is stored with its whole answer, citations included, so that history does not change when articles do.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from index.files import replace_file
from qa.answers import Agreement, Alternative, Answer, Citation, CitedPassage, ListedDocument, Milliseconds

TurnState = Literal["reading", "done", "stopped", "failed"]
Opinion = Literal["right", "wrong"]

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One question and its result. ``problem`` says why if ``state`` is failed."""

    id: str
    question: str
    asked: str
    state: TurnState = "reading"
    answer: Answer | None = None
    problem: str = ""
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """Turns, oldest first. The id is 128 random bits: whoever knows it can read the conversation."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    turns: tuple[ChatTurn, ...] = ()

    @property
    def title(self) -> str:
        """The first question."""
        return self.turns[0].question if self.turns else ""

    def turn(self, id: str) -> ChatTurn | None:
        """The turn with this id, or None."""
        return next((turn for turn in self.turns if turn.id == id), None)

    def asking(self, question: str) -> Chat:
        """A copy with a new unanswered turn; it replaces the last turn if the question is the same."""
        turns = self.turns[:-1] if self.turns and self.turns[-1].question == question else self.turns
        turn = ChatTurn(f"t{secrets.token_hex(4)}", question, datetime.now(UTC).isoformat(timespec="seconds"))
        return replace(self, turns=(*turns, turn))

    def changed(self, id: str, **changes: Any) -> Chat:
        """A copy with fields of one turn replaced."""
        return replace(self, turns=tuple(replace(turn, **changes) if turn.id == id else turn for turn in self.turns))

    def as_dict(self) -> dict[str, Any]:
        """The conversation as plain values for JSON."""
        turns = [{**asdict(turn), "answer": turn.answer.as_dict() if turn.answer else None} for turn in self.turns]
        return {"id": self.id, "turns": turns}


class ChatStore:
    """Conversations as JSON files in a folder, one file per conversation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, conversation: Chat) -> None:
        """Store a conversation; an empty one is not stored."""
        if not conversation.turns:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps(conversation.as_dict(), ensure_ascii=False, indent=1)
        replace_file(self._path(conversation.id), text.encode())

    def load(self, id: str) -> Chat | None:
        """The conversation with this id; None if it is not stored or its file is damaged."""
        if not _ID.fullmatch(id):
            return None
        try:
            return conversation_from_dict(json.loads(self._path(id).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget(self, id: str) -> None:
        """Delete a stored conversation, if it exists."""
        if _ID.fullmatch(id):
            self._path(id).unlink(missing_ok=True)

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}.json"


def conversation_from_dict(value: Mapping[str, Any]) -> Chat:
    """The inverse of ``Chat.as_dict``; a turn that was interrupted while being read counts as stopped."""
    turns = []
    for one in value["turns"]:
        answer = answer_from_dict(one["answer"]) if one["answer"] else None
        state: TurnState = "stopped" if one["state"] == "reading" else one["state"]
        turns.append(ChatTurn(one["id"], one["question"], one["asked"], state, answer, one["problem"], one["opinion"]))
    return Chat(value["id"], tuple(turns))


def answer_from_dict(value: Mapping[str, Any]) -> Answer:
    """The inverse of ``Answer.as_dict``."""
    return Answer(
        question=value["question"],
        text=value["answer"],
        confidence=value["confidence"],
        citations=tuple(map(_citation, value["citations"])),
        alternatives=tuple(map(_alternative, value["alternatives"])),
        milliseconds=Milliseconds(**value["milliseconds"]),
        id=value["id"],
        kind=value.get("kind", "span" if value["answer"] is not None else "none"),
        certainty=value.get("certainty", "unsure"),
        understood=value.get("understood"),
        notice=value.get("notice"),
        reason=value.get("reason"),
        agreement=_agreement(value.get("agreement", {})),
        items=tuple(map(_citation, value.get("items", ()))),
        documents=tuple(ListedDocument(**one) for one in value.get("documents", ())),
        parts=tuple(map(answer_from_dict, value.get("parts", ()))),
    )


def _agreement(value: Mapping[str, Any]) -> Agreement:
    return Agreement(value.get("for", 0), value.get("against", 0), value.get("conflict", False))


def _citation(value: Mapping[str, Any]) -> Citation:
    return Citation(**{**value, "passage": CitedPassage(**value["passage"])})


def _alternative(value: Mapping[str, Any]) -> Alternative:
    return Alternative(value["answer"], value["confidence"], tuple(map(_citation, value["citations"])))
