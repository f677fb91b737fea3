"""Lets a loader say that it goes on, where many parts take longer than one document may."""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def listen(hear: Callable[[], None]) -> None:
    """Call ``hear`` whenever a loader goes on to its next part."""
    _listeners.append(hear)


def go_on() -> None:
    """Say that a part is read, such as a page that is a picture or some hundred mails."""
    for hear in _listeners:
        hear()
