"""The chip above the question that says within which articles is asked, and the form behind it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index.filters import parse
from ui.html.markup import Html, button, join, tag

_WORDS = {"folder =": "in {}", "file =": "in {}", "type =": "in {} files", "date >=": "from {}", "date <=": "to {}"}


def in_words(condition: str) -> str:
    """A condition of the form, or of selected files, as it is read; any other as it is."""
    try:
        first, *others = parse(condition).groups
        said = [_WORDS[f"{one.field} {one.mark}"].format(Path(one.value).name) for one in first]
    except (ValueError, KeyError):
        return f"Only {condition}"
    return f"Only in {len(others) + 1:,} articles" if others else f"Only {', '.join(said)}"


def chip(condition: str) -> Html:
    """Within what is asked, with a button that widens it again; "" offers to narrow it."""
    if not condition:
        return button("narrowing", "Ask only some articles …", class_="pc-tool pc-chip")
    said = tag("span", in_words(condition), dir="auto")
    return tag(
        "span", said, button("widen", "✕", aria_label="Ask all articles", title="Ask all articles"), class_="pc-chosen"
    )


def form(folders: Sequence[str], kinds: Sequence[str]) -> Html:
    """Folder, type and dates to ask within."""
    fields = [
        tag("label", "Folder", _choice("folder", folders), hidden=None if len(folders) > 1 else "hidden"),
        tag("label", "Type", _choice("kind", kinds), hidden=None if len(kinds) > 1 else "hidden"),
        tag("label", "From", tag("input", name="since", id="since", placeholder="2023-01", size="9")),
        tag("label", "To", tag("input", name="until", placeholder="2024", size="9")),
    ]
    buttons = [tag("button", "Ask only these", type="submit", class_="pc-strong"), button("widen", "Cancel")]
    return tag("div", *fields, tag("span", *buttons), class_="pc-narrowing")


def _choice(name: str, values: Sequence[str]) -> Html:
    options = [tag("option", "All", value=""), *(tag("option", value, value=value) for value in values)]
    return tag("select", join(options), name=name)
