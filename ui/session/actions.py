"""The page's single entrance: a button's name and what the page sends with it, answered by what is to change.

A name is ``verb:argument:argument``. Each room of the page (asking, history, articles, evaluation) is a table of verbs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from index.storage.generations import IndexProblem
from ui.html.document import Look
from ui.html.status import toast
from ui.session.desk import as_sentence
from ui.session.reply import Reply, Sent

log = logging.getLogger(__name__)

Act = Callable[[Sent, Sequence[str]], Reply]


class Room(Protocol):
    """A part of the page: its verbs."""

    @property
    def verbs(self) -> dict[str, Act]:
        """What each verb does."""


class Actions:
    """All verbs of the page."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self._verbs = {verb: act for room in rooms for verb, act in room.verbs.items()}

    def act(self, name: str, values: object) -> dict[str, Any]:
        """Do what a button asks for. What is wrong is a message; an unknown button changes nothing."""
        verb, *arguments = name.split(":")
        act = self._verbs.get(verb)
        if act is None:
            return Reply().as_dict()
        try:
            return act(Sent.of(values), arguments).as_dict()
        except IndexError:
            return Reply(toast=toast("This button has no proper name. Load the page again."), trouble=True).as_dict()
        except (ValueError, OSError, IndexProblem) as error:
            return Reply(toast=toast(as_sentence(error)), trouble=True).as_dict()
        except Exception:
            log.exception("%s failed", verb)
            said = "Something failed; the server's log says what. Try again."
            return Reply(toast=toast(said), trouble=True).as_dict()


def number(words: str) -> int:
    """A number in a button's name. Raises ValueError for anything else."""
    if not words.isascii() or not words.isdigit():
        raise ValueError("This button has no proper name. Load the page again.")
    return int(words)


def look_of(arguments: Sequence[str]) -> Look:
    """How a button wants a document shown: ``undrawn``, ``text``, ``page:NUMBER`` or ``text:page:NUMBER``."""
    page = number(arguments[-1]) if arguments[-2:-1] == ["page"] else 0
    undrawn = arguments[:1] == ["undrawn"]
    return Look(undrawn or arguments[:1] == ["text"], page, undrawn)
