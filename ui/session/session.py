"""What the page does with an assistant: ask, open and step through citations, mark answers as right or wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from index.storage.generations import IndexProblem
from qa.answerer import Answerer
from qa.answers import Citation
from qa.conversation import TURNS_KEPT, Conversation, Turn
from ui.html.conversation import note
from ui.html.document import Source, cited, empty
from ui.html.markup import Html
from ui.session.queue import Line, Stopped
from ui.state.conversations import Chat, ChatStore, ChatTurn
from ui.state.source_files import Originals, link

LONGEST_QUESTION = 1000  # characters; the reader uses at most 64 tokens of a question
EARLIER_SHOWN = 5  # previous conversations; more would push the suggested questions off the screen

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CitationKey:
    """A citation's place in a conversation: candidate 0 is the answer, 1 and up its alternatives."""

    turn: str
    candidate: int = 0
    citation: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """What one open page shows.

    ``open`` is the citation in the panel; ``kept``: whether conversations are stored; ``earlier``: ids of this
    browser's previous conversations; ``stop`` stops the latest question.
    """

    conversation: Chat
    open: CitationKey | None = None
    kept: bool = True
    earlier: tuple[str, ...] = ()
    stop: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)


class Desk:
    """The page's actions over one assistant and one store of conversations. Each returns a changed session."""

    def __init__(
        self, assistant: Answerer, store: ChatStore, line: Line | None = None, *, shared: bool = False
    ) -> None:
        self.assistant, self.store, self.line = assistant, store, line or Line()
        self.originals = Originals(lambda: self.assistant.index.documents, shared=shared)

    def reading(self, session: Session, question: str) -> Session:
        """Add a question that is not yet answered."""
        return replace(session, conversation=session.conversation.asking(question), open=None, stop=threading.Event())

    def answered(self, session: Session, *, literally: bool = False) -> Session:
        """Answer the last question, open its first citation, and store the conversation.

        A follow-up is completed from the previous turns, unless ``literally`` is true. A stopped question is not
        stored.
        """
        last = session.conversation.turns[-1]
        talk = Conversation(self.assistant)
        talk.turns = [] if literally else understood(session.conversation.turns[:-1])
        try:
            with self.line.turn(session.stop):
                answer = talk.correct(last.question) if literally else talk.ask(last.question)
        except Stopped:
            return replace(session, conversation=session.conversation.changed(last.id, state="stopped"))
        except (ValueError, OSError, IndexProblem) as error:
            return self.settled(session, state="failed", problem=_sentence(error))
        except Exception:
            log.exception("the question could not be answered")
            return self.settled(
                session, state="failed", problem="Something failed; the server's log says what. Ask again."
            )
        done = self.settled(session, state="done", answer=answer)
        return replace(done, open=CitationKey(last.id)) if answer.citations else done

    def stopped(self, session: Session) -> Session:
        """Stop the last question if it is still being read."""
        last = last_turn(session)
        if last is None or last.state != "reading":
            return session
        session.stop.set()
        return self.settled(session, state="stopped")

    def settled(self, session: Session, **changes: Any) -> Session:
        """Replace fields of the last turn, and store the conversation."""
        last = session.conversation.turns[-1]
        return self._keep(replace(session, conversation=session.conversation.changed(last.id, **changes)))

    def judged(self, session: Session, turn: str, opinion: str) -> Session:
        """Mark a turn as right or wrong; the same mark again removes it."""
        one = session.conversation.turn(turn)
        if one is None or opinion not in ("right", "wrong"):
            return session
        said = None if one.opinion == opinion else opinion
        return self._keep(replace(session, conversation=session.conversation.changed(turn, opinion=said)))

    def keeping(self, session: Session, kept: bool) -> Session:
        """Store conversations from now on, or stop and delete the current one."""
        if not kept:
            self.store.forget(session.conversation.id)
        return self._keep(replace(session, kept=kept))

    def resumed(self, session: Session, id: str) -> Session:
        """Continue an earlier conversation, if it is still stored."""
        known = self.store.load(id)
        if known is None:
            return session
        last = known.turns[-1]
        place = CitationKey(last.id) if last.answer is not None and last.answer.citations else None
        return replace(session, conversation=known, open=place)

    def earlier(self, session: Session) -> list[Chat]:
        """This browser's latest other conversations that are still stored, newest first."""
        others = [id for id in reversed(session.earlier) if id != session.conversation.id]
        found = [self.store.load(id) for id in others[:EARLIER_SHOWN]] if session.kept else []
        return [one for one in found if one is not None and one.turns]

    def opened(self, session: Session, place: CitationKey) -> Session:
        """Open another citation; one that does not exist changes nothing."""
        return replace(session, open=place) if citation_at(session.conversation, place) else session

    def stepped(self, session: Session, by: int) -> Session:
        """Open the next (1) or previous (-1) citation of the same candidate, wrapping around."""
        count = len(citations_at(session.conversation, session.open)) if session.open else 0
        if session.open is None or not count:
            return session
        return replace(session, open=replace(session.open, citation=(session.open.citation + by) % count))

    def panel(self, session: Session) -> Html:
        """The open citation in its document."""
        citation = citation_at(session.conversation, session.open) if session.open else None
        if session.open is None or citation is None:
            return empty()
        count = len(citations_at(session.conversation, session.open))
        try:
            source = self.source(citation)
        except IndexProblem as error:
            return note(_sentence(error))
        return cited(citation, source, number=session.open.citation + 1, count=count)

    def source(self, citation: Citation) -> Source:
        """A cited document as it is now."""
        index, name = self.assistant.index, citation.document
        try:
            words, record = (
                index.document_text(name),
                index.document(name),
            )  # in this order: damage may change the record
        except KeyError:
            return Source(None, None, "gone", None)
        return Source(words, record.sha256, self.originals.state(name, record.sha256), link(name))

    def _keep(self, session: Session) -> Session:
        """Store the conversation if the user wants that."""
        if session.kept:
            try:
                self.store.save(session.conversation)
            except OSError as error:
                log.warning("the conversation could not be kept: %s", error)
        return session


def understood(turns: Sequence[ChatTurn]) -> list[Turn]:
    """Answered turns in the form that a conversation remembers: the completed question and the answer."""
    answers = [turn.answer for turn in turns if turn.answer is not None]
    return [Turn.of(answer.understood or answer.question, answer) for answer in answers[-TURNS_KEPT:]]


def citations_at(conversation: Chat, place: CitationKey) -> Sequence[Citation]:
    """All citations of the candidate at a place."""
    turn = conversation.turn(place.turn)
    if turn is None or turn.answer is None:
        return ()
    candidates = [turn.answer.citations, *(one.citations for one in turn.answer.alternatives)]
    return candidates[place.candidate] if 0 <= place.candidate < len(candidates) else ()


def citation_at(conversation: Chat, place: CitationKey) -> Citation | None:
    """The citation at a place, or None."""
    citations = citations_at(conversation, place)
    return citations[place.citation] if 0 <= place.citation < len(citations) else None


@dataclass(frozen=True, slots=True)
class Action:
    """What a button asks for: a verb and its arguments."""

    verb: str
    turn: str = ""
    candidate: int = 0
    citation: int = 0


def read_action(name: str) -> Action | None:
    """Parse ``verb[:turn[:candidate:citation]]#nonce``; None for anything else."""
    parts = name.partition("#")[0].split(":")
    try:
        verb, turn = parts[0], parts[1] if len(parts) > 1 else ""
        candidate, citation = (int(parts[2]), int(parts[3])) if len(parts) == 4 else (0, 0)
    except ValueError:
        return None
    valid = verb and len(parts) <= 4 and min(candidate, citation) >= 0
    return Action(verb, turn, candidate, citation) if valid else None


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


def last_turn(session: Session) -> ChatTurn | None:
    """The latest turn, or None."""
    return session.conversation.turns[-1] if session.conversation.turns else None


def _sentence(error: Exception) -> str:
    """An error's message as a sentence."""
    said = str(error).strip() or "the question could not be answered"
    return f"{said[0].upper()}{said[1:]}{'' if said.endswith(('.', '!', '?')) else '.'}"
