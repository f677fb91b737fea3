"""Serve the page over an index: the page is up at once, the models follow."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from index.storage.generations import IndexMissing, IndexProblem, current, finished
from index.store import Store, in_database, open_store
from ui.app.guard import is_loopback
from ui.session.lazy_assistant import Loading
from ui.session.library import Library
from ui.session.queue import StoppableReader
from ui.state.background import Progress
from ui.state.roots import Roots

if TYPE_CHECKING:
    from index.embedder import Embedder
    from index.update.report import BuildReport
    from qa.assistant import Assistant

LOOK_EVERY = 2.0  # seconds between two looks for a new generation

log = logging.getLogger(__name__)


class CannotServe(ValueError):
    """Why the page cannot be served, as one sentence."""


@dataclass(frozen=True, slots=True)
class Models:
    """Folders or names of the models to use, None for the bundled ones."""

    reader: str | None = None
    embedder: str | None = None


def serve(
    location: str | Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    auth: tuple[str, str] | None = None,
    folders: bool | None = None,
    models: Models | None = None,
    say: Callable[[str], object] = print,
) -> None:
    """Serve until interrupted, at any free port for 0; raises CannotServe if it is taken, and as ``opener_of`` does.

    ``folders``: whether visitors may have files and folders of this computer indexed, by default if there are no others.
    """
    opener = opener_of(location, models or Models())
    port = free_port(host, port)

    from ui.app.page import build_app, launch

    home = user_data_path("pincite")
    assistant, library = opened_by(opener), None
    if not opener.shared:
        library = Library(assistant, opener.rebuild, home, by_path=by_path(host, folders))
    remark = "" if auth is not None else open_to(host, library)
    page = build_app(assistant, folder=home, library=library, shared=opener.shared, remark=remark)
    address = launch(page, host=host, port=port, auth=auth)
    say(f"Pincite is at {address} - stop it with Ctrl-C.")
    if not is_loopback(host) and auth is None:
        say(f"Warning: {host} is open to other machines and asks for no password; set --user and --password.")
    try:
        page.block_thread()
    finally:
        page.close(verbose=False)


def by_path(host: str, wish: bool | None) -> bool:
    """Whether visitors may have files and folders of this computer indexed: as wished, else if there are no others."""
    return is_loopback(host) if wish is None else wish


def open_to(host: str, library: Library | None) -> str:
    """Who may use a page that asks for no password, and for what."""
    who = "who can log in to this computer" if is_loopback(host) else "who can reach this computer"
    what = ["ask this page and read its articles"]
    if library is not None:
        what.append("add and remove articles")
        if library.by_path:
            what.append("have any file indexed, and so read, that you can read")
    return f"Everyone {who} may {', '.join(what[:-1])}{', and ' if what[1:] else ''}{what[-1]}: a password keeps others out."


def opener_of(location: str | Path, models: Models) -> Opener:
    """What opens the index in a folder or database; raises CannotServe, IndexProblem or ValueError if there is none."""
    opener = Opener(location, models)
    if opener.shared:
        open_store(location)
    elif not finished(Path(location)):
        raise CannotServe(str(IndexMissing(Path(location))))
    return opener


def opened_by(opener: Opener) -> Loading:
    """An assistant that is being opened, and from then on follows its index."""
    assistant = Loading(opener.open)
    threading.Thread(target=follow, args=(opener, assistant), name="follow", daemon=True).start()
    return assistant


class Opener:
    """Opens an assistant over the index at a location, again and again as the index in a folder changes.

    One in a database is ``shared``: others write it, and each question is answered from what it holds by then.
    """

    def __init__(self, location: str | Path, models: Models) -> None:
        self.location, self.models = location, models
        self.shared = in_database(location)
        self._seen: str | None = None

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, opened once."""
        from index.embedder import SentenceEmbedder

        return SentenceEmbedder.open(self.models.embedder)

    @property
    def moved_on(self) -> bool:
        """Whether the index in a folder is another than when it was opened last, or tried to."""
        return self._current() != self._seen

    def open(self) -> Assistant:
        """An assistant over the index as it is, whose reading can be stopped; raises what its parts raise."""
        self._seen = self._current()
        return stoppable(self.over(open_store(self.location)))

    def over(self, index: Store) -> Assistant:
        """An assistant over an index."""
        from qa.assistant import Assistant

        return Assistant.over_index(index, self.embedder, self.models.reader)

    def rebuild(self, roots: Roots, progress: Progress) -> BuildReport:
        """Bring the index in step with roots."""
        from index.builder import build

        return build(roots.paths, Path(self.location), self.embedder, without=sorted(roots.out), progress=progress)

    def _current(self) -> str | None:
        return None if self.shared else current(Path(self.location))


def stoppable(assistant: Assistant) -> Assistant:
    """The assistant, its reading such that a question can be stopped."""
    assistant.reader = StoppableReader(assistant.reader)
    return assistant


def follow(
    opener: Opener, assistant: Loading, *, every: float = LOOK_EVERY, stop: threading.Event | None = None
) -> None:
    """Let the assistant answer from each new generation of the index, whoever made it, until ``stop`` is set.

    One that cannot be opened is passed over with a line in the log.
    """
    stop = stop or threading.Event()
    while not stop.wait(every):
        if assistant.status == "loading" or not opener.moved_on:
            continue
        try:
            assistant.reopen()
        except (IndexProblem, ValueError, OSError) as error:
            log.warning("going on with the index as it was: %s", error)


def free_port(host: str, port: int) -> int:
    """The port itself, or any free one for 0; raises CannotServe where it cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotServe(f"port {port} of {host} cannot be used ({reason}); choose another with --port") from None
