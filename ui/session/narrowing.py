"""The verbs of asking within some of the articles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index.filters import parse
from qa.answerer import Answerer
from ui.html.conversation import counted
from ui.html.narrowing import chip, form
from ui.session.actions import Act
from ui.session.reply import Reply, Sent
from ui.state.source_files import key_of

MOST_CHOSEN = 50  # documents in one condition


class Narrowing:
    """Conditions on the articles that a question is asked of."""

    def __init__(self, assistant: Answerer) -> None:
        self.assistant = assistant

    @property
    def verbs(self) -> dict[str, Act]:
        """What each verb does."""
        return {"narrowing": self.offer, "narrow": self.narrow, "within-chosen": self.chosen, "widen": self.widen}

    def offer(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Show the form, with the folders and types that there are."""
        records = self.assistant.index.documents
        folders = sorted({str(Path(record.name).parent) for record in records})
        return Reply(parts={"within": form(folders, sorted({record.kind for record in records}))})

    def narrow(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask within a folder, a type and dates from now on."""
        parts = [
            f"folder = {_quoted(sent.folder)}" if sent.folder else "",
            f"type = {sent.kind}" if sent.kind else "",
            f"date >= {sent.since.strip()}" if sent.since.strip() else "",
            f"date <= {sent.until.strip()}" if sent.until.strip() else "",
        ]
        said = [
            Path(sent.folder).name if sent.folder else "",
            sent.kind,
            f"from {sent.since.strip()}" if sent.since.strip() else "",
            f"to {sent.until.strip()}" if sent.until.strip() else "",
        ]
        condition = " and ".join(filter(None, parts))
        return self._narrowed(condition, ", ".join(filter(None, said))) if condition else self.widen(sent, ())

    def chosen(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask within the selected documents from now on."""
        wanted = set(sent.chosen)
        names = [one.name for one in self.assistant.index.documents if key_of(one.name) in wanted]
        if not 0 < len(names) <= MOST_CHOSEN:
            raise ValueError(f"Select between 1 and {MOST_CHOSEN} articles first.")
        condition = " or ".join(f"file = {_quoted(name)}" for name in names)
        return self._narrowed(condition, Path(names[0]).name if len(names) == 1 else counted(len(names), "article"))

    def widen(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask all articles again."""
        return Reply(parts={"within": chip("")}, page={"within": ""}, focus="question")

    def _narrowed(self, condition: str, words: str) -> Reply:
        meets = parse(condition)
        if not any(meets.holds(record) for record in self.assistant.index.documents):
            raise ValueError(f"No article is within {words}. Choose another folder, type or date.")
        page = {"within": condition, "view": "ask"}
        return Reply(parts={"within": chip(words)}, page=page, focus="question")


def _quoted(value: str) -> str:
    """A value of a condition. Raises ValueError for one that holds both kinds of quotation marks."""
    for mark in "\"'":
        if mark not in value:
            return f"{mark}{value}{mark}"
    raise ValueError(f"{value}: a name with both kinds of quotation marks cannot be asked within. Rename it first.")
