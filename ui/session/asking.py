"""The verbs of asking: questions, citations, opinions and corrections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ui.html.conversation import conversation, correction, opinions, turn
from ui.html.markup import EMPTY, Html
from ui.html.status import toast
from ui.session.actions import Act, look_of, number
from ui.session.desk import CitationKey, Desk, clean_question, first_citation
from ui.session.history import History
from ui.session.reply import Reply, Sent
from ui.state.conversations import Chat, ChatTurn, Opinion
from ui.state.corrections import Corrections


class Asking:
    """Questions and what becomes of them. ``start`` returns the page before the first question."""

    def __init__(self, desk: Desk, history: History, corrections: Corrections, start: Callable[[], Html]) -> None:
        self.desk, self.history, self.corrections, self.start = desk, history, corrections, start

    @property
    def verbs(self) -> dict[str, Act]:
        """What each verb does."""
        return {
            "chat": self.chat,
            "ask": self.ask,
            "literal": self.literal,
            "stop": self.stop,
            "wait": self.wait,
            "open": self.open,
            "right": self.right,
            "wrong": self.wrong,
            "correct": self.correct,
            "absent": self.absent,
            "close-form": self.close_form,
        }

    def chat(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Show a conversation, or the start of a new one."""
        chat = self._chat(replace(sent, chat=arguments[0] if arguments else ""))
        sent = replace(sent, chat=chat.id if chat.turns else "")
        shown = conversation(chat) if chat.turns or chat.unread else self.start()
        parts = {"turns": shown, "chats": self.history.list(sent), "form": EMPTY}
        return Reply(parts=parts, page={"chat": sent.chat}, panel=False, then=_wait(chat))

    def ask(self, sent: Sent, arguments: Sequence[str], *, literally: bool = False) -> Reply:
        """Answer a question and open its first citation. A turn that exists is asked again in its place."""
        question = clean_question(sent.value)
        chat, asked = self._chat(sent), ChatTurn(question, sent.turn, within=sent.within)
        return self._answered(self.desk.ask(chat, asked, literally=literally), sent, chat)

    def literal(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask a question again as the user wrote it, without the turns before."""
        chat, one = self._turn(sent, arguments)
        return self.ask(replace(sent, chat=chat.id, turn=one.id, value=one.question), (), literally=True)

    def stop(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Stop the questions of a conversation that are being read; their own requests then end."""
        for one in self._chat(sent).turns:
            self.desk.stop(one.id)
        return Reply()

    def wait(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Wait for a question that was being read when the page was loaded."""
        self.desk.wait(arguments[0])
        chat, one = self._turn(sent, arguments)
        return replace(self._answered(one, sent, chat), then=_wait(chat))

    def open(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Open a citation in its document."""
        turn_id, part, candidate, citation, *look = arguments
        key = CitationKey(turn_id, number(part), number(candidate), number(citation))
        panel = self.desk.panel(self._chat(sent), key, look_of(look))
        if panel is None:
            raise ValueError("This source is no longer part of the conversation. Load the page again.")
        return Reply(parts={"panel": panel}, panel=True)

    def right(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Mark an answer as right, or take that back."""
        return self._judged(sent, arguments, "right")

    def wrong(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Mark an answer as wrong and ask for the right words, or take that back."""
        return self._judged(sent, arguments, "wrong")

    def correct(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Store the right words for an answer."""
        return self._corrected(sent, arguments, sent.value)

    def absent(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Store that the articles do not answer a question."""
        return self._corrected(sent, arguments, None)

    def close_form(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Close the form for the right words."""
        return Reply(parts={"form": EMPTY}, focus="question")

    def _chat(self, sent: Sent) -> Chat:
        return self.desk.chat(sent.chat, self.history.owner(sent))

    def _turn(self, sent: Sent, arguments: Sequence[str]) -> tuple[Chat, ChatTurn]:
        """The conversation with its turn that a button names. Raises ValueError if it is not there."""
        chat = self._chat(sent)
        one = chat.turn(arguments[0]) if arguments else None
        if one is None:
            raise ValueError("This question is no longer part of the conversation. Load the page again.")
        return chat, one

    def _answered(self, done: ChatTurn, sent: Sent, chat: Chat) -> Reply:
        """A turn that has been read, and its first citation, open."""
        parts = {} if chat.turns else {"chats": self.history.list(replace(sent, chat=chat.id))}
        key = first_citation(done)
        panel = self.desk.panel(chat.with_turn(done), key) if key is not None else None
        if panel is not None:
            parts["panel"] = panel
        return Reply(parts=parts, turns={done.id: turn(done)}, page={"chat": chat.id})

    def _judged(self, sent: Sent, arguments: Sequence[str], opinion: Opinion) -> Reply:
        chat, one = self._turn(sent, arguments)
        judged = self.desk.judge(chat, one, opinion)
        wrong = judged.opinion == "wrong"
        form = correction(judged) if wrong else EMPTY
        parts = {f"opinions-{one.id}": opinions(judged), "form": form}
        return Reply(parts=parts, focus="right-words" if wrong else None)

    def _corrected(self, sent: Sent, arguments: Sequence[str], words: str | None) -> Reply:
        _, one = self._turn(sent, arguments)
        row = self.corrections.add(one, words, self.desk.assistant.index)
        said = f"Saved for “{row['question']}”. It counts in the next evaluation."
        return Reply(parts={"form": EMPTY}, toast=toast(said), focus="question")


def _wait(chat: Chat) -> str | None:
    """The action that waits for the first question of a conversation that is still being read."""
    return next((f"wait:{one.id}" for one in chat.turns if one.state == "reading"), None)
