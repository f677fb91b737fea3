"""What the server tells the page in the browser to change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ui.html.markup import Html


@dataclass(frozen=True, slots=True)
class Reply:
    """Changes of the page. ``parts`` maps ids of elements to their new content, ``turns`` ids of turns to the whole
    turn (added if the page does not have it). ``page`` holds what the page keeps and sends with every action: the open
    conversation ("" for a new one), the view, the condition under which questions are asked, and so on. ``panel`` opens or
    closes the document, ``toast`` is a message that stays until it is closed if ``trouble`` is true, ``query`` the words
    that the articles are searched for, ``focus`` the id of the element to go to, ``then`` the name of an action to go on with.
    """

    parts: dict[str, Html] = field(default_factory=dict)
    turns: dict[str, Html] = field(default_factory=dict)
    page: dict[str, str] = field(default_factory=dict)
    panel: bool | None = None
    toast: Html | None = None
    trouble: bool = False
    query: str | None = None
    focus: str | None = None
    then: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The changes as JSON values; what does not change is left out."""
        names = ("parts", "turns", "page", "panel", "toast", "trouble", "query", "focus", "then")
        return {name: value for name in names if (value := getattr(self, name)) not in (None, {}, False)} | (
            {"panel": False} if self.panel is False else {}
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """What the page sends with an action: the open conversation, the turn's id and so on, all of them text. ``query`` is
    what the articles are searched for, ``words`` what the conversations are.
    """

    chat: str = ""
    turn: str = ""
    value: str = ""
    within: str = ""
    seen: str = ""
    query: str = ""
    words: str = ""
    sort: str = ""
    owner: str = ""
    view: str = ""
    folder: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    files: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: object) -> Sent:
        """The known fields of a JSON object; those of another type are ignored."""
        given = values if isinstance(values, dict) else {}
        texts: dict[str, Any] = {name: str(given[name]) for name in TEXTS if isinstance(given.get(name), str)}
        lists: dict[str, Any] = {name: _texts(given[name]) for name in LISTS if isinstance(given.get(name), list)}
        return cls(**texts, **lists)


TEXTS = (
    "chat", "turn", "value", "within", "seen", "query", "words", "sort", "owner", "view", "folder", "kind", "since", "until"
)  # fmt: skip
LISTS = ("files", "names", "chosen")


def _texts(values: list[object]) -> tuple[str, ...]:
    return tuple(one for one in values if isinstance(one, str))
