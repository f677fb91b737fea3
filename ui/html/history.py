"""The list of conversations at the side of the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from ui.html.conversation import menu, note
from ui.html.markup import Html, button, join, tag
from ui.state.conversations import Heading
from ui.state.source_files import EXPORT_ROUTE

LISTED = 60  # more are found by searching
EXPORTS = (("Markdown", "md"), ("HTML", "html"), ("JSON", "json"))


def history(headings: Sequence[Heading], words: str, open_chat: str, today: date, renamed: str = "") -> Html:
    """The conversations that hold every word, by age; the open one is marked, ``renamed`` is that which gets a new name."""
    wanted = words.casefold().split()
    found = [one for one in headings if all(word in f"{one.title.casefold()} {one.questions}" for word in wanted)]
    if not found:
        return note("No conversation contains these words." if wanted else "Your conversations will be listed here.")
    groups = groupby(found[:LISTED], key=lambda one: age(one.asked, today))
    parts: list[str] = []
    for name, some in groups:
        parts += [
            tag("h2", name),
            tag("ul", *(_renaming(one) if one.id == renamed else _row(one, open_chat) for one in some)),
        ]
    more = [note(f"{len(found) - LISTED:,} more: search for them.")] if len(found) > LISTED else []
    return join([*parts, *more, button("forget-all", f"Delete all {len(headings):,}") if len(headings) > 1 else ""])


def _row(one: Heading, open_chat: str) -> Html:
    """A conversation, with a menu to rename, save and delete it."""
    current = "true" if one.id == open_chat else None
    saves = [
        tag("a", f"Save as {name}", href=f"{EXPORT_ROUTE}/{one.id}.{form}", download="download", class_="pc-tool")
        for name, form in EXPORTS
    ]
    unread = tag("span", " partly unreadable", class_="pc-where") if one.unread else ""
    title = button(f"chat:{one.id}", one.title, unread, class_="pc-chat", aria_current=current, title=one.title)
    rest = menu(one.id, button(f"rename:{one.id}", "Rename"), *saves, button(f"forget:{one.id}", "Delete"))
    return tag("li", title, rest, id=f"chat-{one.id}")


def _renaming(one: Heading) -> Html:
    """A conversation with the form that takes its new name."""
    field = tag("input", name="value", value=one.title, id="new-name", aria_label="New name", maxlength="200")
    return tag("li", tag("form", field, name=f"renamed:{one.id}", class_="pc-renaming"), id=f"chat-{one.id}")


def age(asked: str, today: date) -> str:
    """Today, This week or Older, by the date of the last question."""
    try:
        day = datetime.fromisoformat(asked).astimezone().date()
    except ValueError:
        return "Older"
    return "Today" if day >= today else "This week" if day > today - timedelta(days=7) else "Older"
