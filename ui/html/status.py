"""What the page says about itself: the size of the index, what is wrong with it, messages that stay."""

from __future__ import annotations

from collections.abc import Sequence

from ui.html.conversation import counted
from ui.html.markup import EMPTY, Html, button, join, tag
from ui.state.background import Job


def size(documents: int | None, job: Job | None) -> Html:
    """How many documents there are (None while the index is being opened), or how far indexing is."""
    dots = tag("span", class_="pc-dots")
    if job is not None and job.state == "running":
        far = tag("span", f" {job.done:,} of {job.total:,}", class_="pc-wide") if job.total else EMPTY
        return tag("span", "Indexing", far, dots, class_="pc-status")
    if documents is None:
        return tag("span", "Opening", dots, class_="pc-status")
    return tag("span", counted(documents, "article"), class_="pc-status")


def banner(problems: Sequence[str], *, changing: bool) -> Html:
    """What is wrong with the index and what to do, for as long as it is so."""
    rows = [tag("p", problem, dir="auto") for problem in problems]
    update = button("update", "Index the articles again", class_="pc-strong") if rows and changing else EMPTY
    return join([*rows, update])


CLOSE = tag("button", "✕", type="button", class_="pc-tool", aria_label="Close", title="Close")


def toast(words: str, *buttons: Html) -> Html:
    """A message with its buttons."""
    return join([tag("p", words, dir="auto"), *buttons, CLOSE])
