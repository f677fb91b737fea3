"""The verbs of the list of conversations: search, rename, delete, bring back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ui.html.conversation import counted
from ui.html.history import history
from ui.html.markup import Html, button
from ui.html.status import toast
from ui.session.actions import Act
from ui.session.reply import Reply, Sent
from ui.state.conversations import ChatStore


class History:
    """The stored conversations. If the page is ``personal``, all of them; else those of the browser that asks."""

    def __init__(self, store: ChatStore, *, personal: bool = True) -> None:
        self.store, self.personal = store, personal
        self._gone: dict[str, list[str]] = {}

    @property
    def verbs(self) -> dict[str, Act]:
        """What each verb does."""
        return {
            "chats": self.chats,
            "rename": self.rename,
            "renamed": self.renamed,
            "forget": self.forget,
            "forget-all": self.forget_all,
            "restore": self.restore,
        }

    def owner(self, sent: Sent) -> str:
        """Whose conversations a page sees."""
        return "" if self.personal else sent.owner

    def list(self, sent: Sent, renamed: str = "") -> Html:
        """The conversations that a search finds; one of them may be ``renamed`` now."""
        today = datetime.now().astimezone().date()
        return history(self.store.listed(self.owner(sent)), sent.words, sent.chat, today, renamed)

    def chats(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Show the list."""
        return Reply(parts={"chats": self.list(sent)})

    def rename(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask for a conversation's new name, in its row."""
        return Reply(parts={"chats": self.list(sent, arguments[0])}, focus="new-name")

    def renamed(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Store a conversation's new name."""
        if sent.value.strip():
            self.store.rename(arguments[0], sent.value)
        return self.chats(sent, ())

    def forget(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Delete a conversation, so that it can still be brought back."""
        return self._forgotten(sent, [arguments[0]])

    def forget_all(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Delete all conversations, so that they can still be brought back."""
        return self._forgotten(sent, [one.id for one in self.store.listed(self.owner(sent))])

    def restore(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Bring back what was deleted last."""
        self.store.restore(self._gone.pop(self.owner(sent), []))
        return self.chats(sent, ())

    def _forgotten(self, sent: Sent, ids: Sequence[str]) -> Reply:
        owner = self.owner(sent)
        mine = {one.id for one in self.store.listed(owner)}
        self._gone[owner] = [id for id in ids if id in mine]
        self.store.forget(self._gone[owner])
        said = toast(f"Deleted {counted(len(self._gone[owner]), 'conversation')}.", button("restore", "Undo"))
        return Reply(parts={"chats": self.list(sent)}, toast=said, then="chat:" if sent.chat in ids else None)
