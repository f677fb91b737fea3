"""The chip above the question that says within which articles is asked, and the form behind it."""

from __future__ import annotations

from collections.abc import Sequence

from ui.html.markup import Html, button, join, tag


def chip(words: str) -> Html:
    """Within what is asked, with a button that widens it again; "" offers to narrow it."""
    if not words:
        return button("narrowing", "Ask within …", class_="pc-tool pc-chip")
    said = tag("span", f"Within {words}", dir="auto")
    return tag(
        "span", said, button("widen", "✕", aria_label="Ask all articles", title="Ask all articles"), class_="pc-chosen"
    )


def form(folders: Sequence[str], kinds: Sequence[str]) -> Html:
    """Folder, type and dates to ask within."""
    fields = [
        tag("label", "Folder", _choice("folder", folders), hidden=None if len(folders) > 1 else "hidden"),
        tag("label", "Type", _choice("kind", kinds), hidden=None if len(kinds) > 1 else "hidden"),
        tag("label", "From", tag("input", name="since", placeholder="2023-01", size="9")),
        tag("label", "To", tag("input", name="until", placeholder="2024", size="9")),
    ]
    buttons = [tag("button", "Ask within these", type="submit", class_="pc-strong"), button("widen", "Cancel")]
    return tag("div", *fields, *buttons, class_="pc-narrowing")


def _choice(name: str, values: Sequence[str]) -> Html:
    options = [tag("option", "all", value=""), *(tag("option", value, value=value) for value in values)]
    return tag("select", join(options), name=name)
