"""What the page does with an assistant: ask, open citations, mark answers as right or wrong.

The desk keeps no state of a page: every action names its conversation, which is stored on disk.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Protocol, runtime_checkable

from index.storage.generations import IndexMissing, IndexProblem
from qa.answerer import Answerer
from qa.answers import Answer, Citation
from qa.conversation import TURNS_KEPT, Conversation, Turn
from ui.html.conversation import note
from ui.html.document import Look, Source, Steps, cited, drawable
from ui.html.markup import Html
from ui.jobs.lazy_assistant import opened
from ui.jobs.queue import Line, Stopped
from ui.state.conversations import Chat, ChatStore, ChatTurn, Opinion
from ui.state.source_files import Originals, link

LONGEST_QUESTION = 1000  # characters; the reader uses at most 64 tokens of a question
PATIENCE = 600.0  # seconds that a reloaded page waits for a question being read

NO_ARTICLES = "There are no articles to ask yet. Add some, or wait until they have been read, and ask again."

_TURN = re.compile(r"t[0-9a-f]{8}")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CitationKey:
    """A citation's place in a conversation: part 0 is the whole answer, candidate 0 the answer, 1 and up alternatives."""

    turn: str
    part: int = 0
    candidate: int = 0
    citation: int = 0

    @property
    def name(self) -> str:
        """The name of the button that opens it."""
        return f"open:{self.turn}:{self.part}:{self.candidate}:{self.citation}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A question that is being read: its conversation, its turn, and events that stop it and that say that it is done."""

    chat: str
    turn: ChatTurn
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)


@runtime_checkable
class Narrowable(Protocol):
    """An assistant that can be limited to some documents."""

    def where(self, condition: str) -> Answerer:
        """The assistant over the documents that meet a condition of ``index.filters``."""


class Desk:
    """The page's actions over one assistant and one store of conversations."""

    def __init__(self, assistant: Answerer, store: ChatStore, line: Line | None = None) -> None:
        self.assistant, self.store, self.line = assistant, store, line or Line()
        self.originals = Originals(lambda: self.assistant.index)
        self._reading: dict[str, Reading] = {}

    def chat(self, id: str, owner: str = "") -> Chat:
        """A stored conversation with the question that is being read; an empty one if none is stored under the id."""
        chat = self.store.load(id) or Chat(id, owner=owner)
        for one in [*self._reading.values()]:
            chat = chat.with_turn(one.turn) if one.chat == id else chat
        return chat

    def ask(self, chat: Chat, turn: ChatTurn, *, literally: bool = False) -> ChatTurn:
        """Answer a question and store its turn, in the place of the turn with its id if there is one.

        A follow-up is completed from the turns before it, unless ``literally`` is true. A question that cannot be
        answered is a turn that says why. Raises ValueError for a bad id.
        """
        if not _TURN.fullmatch(turn.id):
            raise ValueError("This question has no proper id. Load the page again.")
        reading = self._reading[turn.id] = Reading(chat.id, turn)
        try:
            done = self._settled(chat, reading, literally=literally)
            self.store.add(chat, done)
        finally:
            del self._reading[turn.id]
            reading.done.set()
        return done

    def stop(self, turn: str) -> None:
        """Stop a question that is being read."""
        if (reading := self._reading.get(turn)) is not None:
            reading.stop.set()

    def wait(self, turn: str) -> None:
        """Wait until a question is no longer being read."""
        if (reading := self._reading.get(turn)) is not None:
            reading.done.wait(PATIENCE)

    def judge(self, chat: Chat, turn: ChatTurn, opinion: Opinion) -> ChatTurn:
        """Mark a turn as right or wrong; the same mark again removes it."""
        judged = replace(turn, opinion=None if turn.opinion == opinion else opinion)
        self.store.add(chat, judged)
        return judged

    def panel(self, chat: Chat, key: CitationKey, look: Look | None = None) -> Html | None:
        """A citation in its document, with steps to its neighbours; None if there is no such citation.

        An index that cannot be read is said in its place.
        """
        citations = citations_at(chat, key)
        if not 0 <= key.citation < len(citations):
            return None
        count = len(citations)
        back, on = (replace(key, citation=(key.citation + by) % count).name for by in (-1, 1))
        citation = citations[key.citation]
        try:
            source = self.source(citation)
        except IndexProblem as error:
            return note(as_sentence(error))
        return cited(citation, source, Steps(key.citation + 1, count, back, key.name, on), look)

    def source(self, citation: Citation) -> Source:
        """A cited document as it is now. Raises IndexProblem if the index cannot be read."""
        index, name = self.assistant.index, citation.document
        try:
            words = index.document_text(name)
            structure = index.structure(name)
            record = index.document(name)  # after the text: damage may change the record
        except KeyError:
            return Source(None, None, "gone", None)
        state, pages = self.originals.state(name, record.sha256), drawable(record, structure)
        return Source(words, record.sha256, state, link(name), structure, pages)

    def _settled(self, chat: Chat, reading: Reading, *, literally: bool) -> ChatTurn:
        """The turn with its answer, or with the reason why it has none."""
        turn = reading.turn
        before = takewhile(lambda one: one.id != turn.id, chat.turns)
        try:
            talk = Conversation(self._within(turn.within))
            talk.turns = [] if literally else understood([*before])
            with self.line.turn(reading.stop):
                answer = talk.correct(turn.question) if literally else talk.ask(turn.question)
        except Stopped:
            return replace(turn, state="stopped")
        except IndexMissing:
            return replace(turn, state="failed", problem=NO_ARTICLES)
        except (ValueError, OSError, IndexProblem) as error:
            return replace(turn, state="failed", problem=as_sentence(error))
        except Exception:
            log.exception("the question could not be answered")
            return replace(turn, state="failed", problem="Something failed; the server's log says what. Ask again.")
        return replace(turn, state="done", answer=answer)

    def _within(self, condition: str) -> Answerer:
        """The assistant over the documents that meet a condition; "" stands for all."""
        assistant = opened(self.assistant)
        if not condition:
            return assistant
        if not isinstance(assistant, Narrowable):
            raise ValueError("These articles cannot be asked in parts. Ask all of them.")
        return assistant.where(condition)


def understood(turns: Sequence[ChatTurn]) -> list[Turn]:
    """Answered turns in the form that a conversation remembers: the completed question and the answer."""
    answers = [turn.answer for turn in turns if turn.answer is not None]
    return [Turn.of(answer.understood or answer.question, answer) for answer in answers[-TURNS_KEPT:]]


def citations_at(chat: Chat, key: CitationKey) -> Sequence[Citation]:
    """All citations of the candidate that a key names."""
    turn = chat.turn(key.turn)
    answer = turn.answer if turn is not None else None
    if answer is not None and key.part:
        answer = answer.parts[key.part - 1] if key.part <= len(answer.parts) else None
    if answer is None:
        return ()
    candidates = [answer.citations, *(one.citations for one in answer.alternatives)]
    return candidates[key.candidate] if 0 <= key.candidate < len(candidates) else ()


def first_citation(turn: ChatTurn) -> CitationKey | None:
    """The citation that opens with an answer; None if it has none or nothing comes near."""
    answers: list[Answer] = [turn.answer, *turn.answer.parts] if turn.answer is not None else []
    near = (number for number, answer in enumerate(answers) if answer.citations and not answer.nothing_near)
    part = next(near, None)
    return CitationKey(turn.id, part) if part is not None else None


def clean_question(question: str) -> str:
    """The question without surplus white space. Raises ValueError if it is empty or too long."""
    words = " ".join(question.split())
    if not words:
        raise ValueError("Type a question first.")
    if len(words) > LONGEST_QUESTION:
        raise ValueError(
            f"The question has {len(words):,} characters; at most {LONGEST_QUESTION:,} can be read. Shorten it."
        )
    return words


def as_sentence(error: Exception) -> str:
    """An error's message as a sentence."""
    said = str(error).strip() or type(error).__name__
    return f"{said[0].upper()}{said[1:]}{'' if said.endswith(('.', '!', '?')) else '.'}"
