"""Conversations and how they are stored on this computer.

A conversation is a file of JSON lines that only grows: one line a turn, written at once and under a lock, so that two
open pages and a crash lose nothing. A later line of the same turn replaces the earlier one. A turn is stored with its
whole answer, citations included, so that history does not change when articles do.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from index.files import flush
from qa.answers import Agreement, Alternative, Answer, Citation, CitedPassage, ListedDocument, Milliseconds

TurnState = Literal["reading", "done", "stopped", "failed"]
Opinion = Literal["right", "wrong"]

UNDO = 60.0  # seconds, far more than a page offers to bring a conversation back

_ID = re.compile(r"[0-9a-f]{32}")


def now() -> str:
    """The time in UTC, as it is stored."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One question and its result. ``problem`` says why if ``state`` is failed; ``within`` is the condition it was
    asked under ("" for all documents).
    """

    question: str
    id: str = field(default_factory=lambda: f"t{secrets.token_hex(4)}")
    asked: str = field(default_factory=now)
    state: TurnState = "reading"
    answer: Answer | None = None
    problem: str = ""
    opinion: Opinion | None = None
    within: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """Turns, oldest first. The id is 128 random bits. ``unread`` counts lines of the file that could not be read."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    turns: tuple[ChatTurn, ...] = ()
    name: str = ""
    owner: str = ""
    unread: int = 0

    @property
    def title(self) -> str:
        """The name that the user gave, or the first question."""
        return self.name or (self.turns[0].question if self.turns else "")

    def turn(self, id: str) -> ChatTurn | None:
        """The turn with this id, or None."""
        return next((turn for turn in self.turns if turn.id == id), None)

    def with_turn(self, turn: ChatTurn) -> Chat:
        """A copy with one more turn; it replaces the one with its id."""
        if self.turn(turn.id) is None:
            return replace(self, turns=(*self.turns, turn))
        return replace(self, turns=tuple(turn if one.id == turn.id else one for one in self.turns))

    def as_dict(self) -> dict[str, Any]:
        """The conversation as plain values for JSON."""
        return {"id": self.id, "name": self.name, "turns": [_turn_as_dict(turn) for turn in self.turns]}


@dataclass(frozen=True, slots=True)
class Heading:
    """A stored conversation as the list shows it; ``asked`` is the time of its last question,
    ``questions`` the text that a search looks through.
    """

    id: str
    title: str
    owner: str
    asked: str
    questions: str
    unread: int


class ChatStore:
    """Conversations in a folder, one file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, tuple[tuple[int, int], Heading | None]] = {}

    def add(self, chat: Chat, turn: ChatTurn) -> None:
        """Store a turn of a conversation. Raises OSError if it cannot be written."""
        self._append(chat, {"turn": _turn_as_dict(turn)})

    def rename(self, id: str, name: str) -> None:
        """Store a name for a conversation, if it exists."""
        if (chat := self.load(id)) is not None:
            self._append(chat, {"name": " ".join(name.split())[:200]})

    def load(self, id: str) -> Chat | None:
        """The conversation with this id; None if it is not stored. Damaged lines are counted and left out."""
        if not _ID.fullmatch(id):
            return None
        try:
            return _read(id, self._path(id).read_bytes())
        except OSError:
            return None

    def forget(self, ids: Iterable[str]) -> None:
        """Take conversations out of the list; ``restore`` brings them back until ``sweep`` deletes them."""
        self.sweep()
        for id in filter(_ID.fullmatch, ids):
            with suppress(FileNotFoundError):
                os.utime(self._path(id))  # from now on
                os.replace(self._path(id), self._path(id).with_suffix(".gone"))

    def restore(self, ids: Iterable[str]) -> None:
        """Bring back conversations that were just forgotten."""
        for id in filter(_ID.fullmatch, ids):
            with suppress(FileNotFoundError):
                if not self._path(id).exists():
                    os.replace(self._path(id).with_suffix(".gone"), self._path(id))

    def sweep(self) -> None:
        """Delete for good what was forgotten UNDO seconds ago: until then another page may still bring it back."""
        for path in self.folder.glob("*.gone"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > UNDO:
                    path.unlink()

    def listed(self, owner: str = "") -> list[Heading]:
        """The stored conversations of an owner, the latest question first."""
        found = [self._heading(path) for path in self._files()]
        mine = [one for one in found if one is not None and one.owner == owner]
        return sorted(mine, key=lambda one: one.asked, reverse=True)

    def _files(self) -> Iterator[Path]:
        """The files of all conversations; those of older versions, whole JSON files, are rewritten first."""
        if not self.folder.is_dir():
            return
        for path in self.folder.glob("*.json"):
            self._adopt(path)
        yield from self.folder.glob("*.jsonl")

    def _adopt(self, path: Path) -> None:
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            chat = Chat(value["id"], tuple(map(_turn, value["turns"])))
            for turn in chat.turns:
                self.add(chat, turn)
            path.unlink()
        except (OSError, ValueError, KeyError, TypeError):
            path.rename(path.with_suffix(".damaged"))

    def _heading(self, path: Path) -> Heading | None:
        """What the list shows of a file, read again only if it has changed."""
        try:
            status = path.stat()
        except OSError:
            return None
        stamp, known = (status.st_mtime_ns, status.st_size), self._known.get(path.stem)
        if known is None or known[0] != stamp:
            chat = self.load(path.stem)
            known = self._known[path.stem] = (stamp, _heading(chat) if chat is not None else None)
        return known[1]

    def _append(self, chat: Chat, value: dict[str, Any]) -> None:
        """Add one line; a line that a crash has cut off is ended first."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.restore([chat.id])  # who goes on with a forgotten conversation, on another page, wants all of it
        with self._path(chat.id).open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = file.seek(0, os.SEEK_END)
            lines = [] if size else [{"owner": chat.owner}]
            before = b"\n" if size and os.pread(file.fileno(), 1, size - 1) != b"\n" else b""
            file.write(before + b"".join(_line(one) for one in (*lines, value)))
            file.flush()
            os.fsync(file.fileno())
        if not size:
            flush(self.folder)

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}.jsonl"


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _read(id: str, data: bytes) -> Chat:
    """The conversation that a file's lines tell."""
    chat = Chat(id)
    for line in data.splitlines():
        try:
            value = json.loads(line)
            chat = chat.with_turn(_turn(value["turn"])) if "turn" in value else replace(chat, **value)
        except (ValueError, KeyError, TypeError, AttributeError):
            chat = replace(chat, unread=chat.unread + 1)
    return chat


def _heading(chat: Chat) -> Heading:
    asked = chat.turns[-1].asked if chat.turns else ""
    questions = " ".join(turn.question for turn in chat.turns).casefold()
    return Heading(chat.id, chat.title or "Unreadable conversation", chat.owner, asked, questions, chat.unread)


def _turn_as_dict(turn: ChatTurn) -> dict[str, Any]:
    return {**asdict(turn), "answer": turn.answer.as_dict() if turn.answer else None}


def _turn(value: Mapping[str, Any]) -> ChatTurn:
    """The inverse of ``_turn_as_dict``; a turn that was interrupted while being read counts as stopped."""
    answer = answer_from_dict(value["answer"]) if value["answer"] else None
    state: TurnState = "stopped" if value["state"] == "reading" else value["state"]
    return ChatTurn(**{**value, "answer": answer, "state": state})


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
        kind=value.get("kind", "span") if value["answer"] is not None or "notice" in value else "none",
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
