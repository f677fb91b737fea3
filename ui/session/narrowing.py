"""The verbs of asking within some of the articles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index.filters import DATE, parse
from qa.answerer import Answerer
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
        shown = form(folders, sorted({record.kind for record in records}))
        return Reply(parts={"within": shown}, focus="since")

    def narrow(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask within a folder, a type and dates from now on."""
        since, until = _date(sent.since), _date(sent.until)
        parts = [
            f"folder = {_quoted(sent.folder)}" if sent.folder else "",
            f"type = {sent.kind}" if sent.kind else "",
            f"date >= {since}" if since else "",
            f"date <= {until}" if until else "",
        ]
        condition = " and ".join(filter(None, parts))
        return self._narrowed(condition) if condition else self.widen(sent, ())

    def chosen(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask within the selected documents from now on."""
        wanted = set(sent.chosen)
        names = [one.name for one in self.assistant.index.documents if key_of(one.name) in wanted]
        if not 0 < len(names) <= MOST_CHOSEN:
            raise ValueError(f"Select between 1 and {MOST_CHOSEN} articles first.")
        return self._narrowed(" or ".join(f"file = {_quoted(name)}" for name in names))

    def widen(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask all articles again."""
        return Reply(parts={"within": chip("")}, page={"within": ""}, focus="question")

    def _narrowed(self, condition: str) -> Reply:
        meets = parse(condition)
        if not any(meets.holds(record) for record in self.assistant.index.documents):
            raise ValueError("There are no such articles. Choose another folder, type or date.")
        page = {"within": condition, "view": "ask"}
        return Reply(parts={"within": chip(condition)}, page=page, focus="question")


def _date(words: str) -> str:
    """A year, month or day as it was typed; "" for none. Raises ValueError for anything else."""
    if words.strip() and not DATE.fullmatch(words.strip()):
        raise ValueError(f"“{words.strip()}” is not a date. Write it like 2023, 2023-01 or 2023-01-15.")
    return words.strip()


def _quoted(value: str) -> str:
    """A value of a condition. Raises ValueError for one that holds both kinds of quotation marks."""
    for mark in "\"'":
        if mark not in value:
            return f"{mark}{value}{mark}"
    raise ValueError(f"{value}: a name with both kinds of quotation marks cannot be asked within. Rename it first.")
