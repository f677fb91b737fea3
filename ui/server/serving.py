"""Serves the page over an index: the page appears at once, the models load in the background."""

from __future__ import annotations

import ctypes
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from index.storage.generations import IndexMissing, IndexProblem, current, finished, looks
from index.store import Store, in_database, open_store
from qa.cli import CORPUS, upload_folder
from ui.app.guard import is_loopback
from ui.jobs.lazy_assistant import Loading
from ui.jobs.library import Library
from ui.jobs.queue import StoppableReader
from ui.state.roots import Roots

if TYPE_CHECKING:
    from index.encoder.embedder import Embedder
    from index.update.embedding import Embedding
    from index.update.report import BuildReport
    from qa.assistant import Assistant, Readers

LOOK_EVERY = 1.0  # seconds between checks for a new generation
M_ARENA_MAX = -8  # of glibc's malloc.h
PORTS_TRIED = 20  # after one that is taken

log = logging.getLogger(__name__)


class CannotServe(ValueError):
    """Why the page cannot be served, in one sentence."""


@dataclass(frozen=True, slots=True)
class Models:
    """Folders or names of the models; None means the bundled one."""

    reader: str | None = None
    embedder: str | None = None


def serve(
    location: str | Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    auth: tuple[str, str] | None = None,
    add: Sequence[Path] = (),
    folders: bool | None = None,
    models: Models | None = None,
    say: Callable[[str], object] = print,
) -> None:
    """Serve until interrupted; port 0 picks a free port. Raises CannotServe if the port is taken, and as ``opener_of``.

    ``add``: folders and files to index first, beside those that are there; without an index and without them the page
    offers to add some. ``folders``: whether visitors may index files and folders of this computer (default: only if
    ``host`` is loopback).
    """
    _share_heaps()
    opener = opener_of(location, models or Models(), empty=True)
    port = free_port(host, port)

    from ui.app.page import build_app, launch

    home = user_data_path("pincite")
    served = threading.Event()
    assistant, library = opened_by(opener, served), None
    if not opener.shared:
        may, uploads = by_path(host, folders), upload_folder(location)
        library = Library(assistant, opener.rebuild, uploads, by_path=may, embed_rest=opener.embed_rest, samples=CORPUS)
        library.add_paths(add)
        if not add:
            library.resume()
    remark = "" if auth is not None else open_to(host, library)
    page = build_app(assistant, folder=home, library=library, personal=is_loopback(host), remark=remark)
    address = launch(page, host=host, port=port, auth=auth)
    served.set()
    say(f"Pincite is at {address} - stop it with Ctrl-C.")
    if not is_loopback(host) and auth is None:
        say(f"Warning: {host} can be reached from other computers without a password; set --user and --password.")
    try:
        page.block_thread()
    finally:
        page.close(verbose=False)
        if library is not None:
            library.sweep()


def _share_heaps() -> None:
    """Let all threads share glibc's first two heaps: it makes eight for each core, and each keeps the most that it ever held."""
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def by_path(host: str, wish: bool | None) -> bool:
    """Whether visitors may index files and folders of this computer: as wished, else only on loopback."""
    return is_loopback(host) if wish is None else wish


def open_to(host: str, library: Library | None) -> str:
    """Who may use a page without a password, and for what."""
    who = "who can log in to this computer" if is_loopback(host) else "who can reach this computer"
    what = ["ask questions here and read the articles"]
    if library is not None:
        what.append("add and remove articles")
        if library.by_path:
            what.append("index, and so read, any file that you can read")
    may = f"{', '.join(what[:-1])}{', and ' if what[1:] else ''}{what[-1]}"
    return f"Anyone {who} can {may}. To keep others out, set a password with --user and --password."


def opener_of(location: str | Path, models: Models, *, empty: bool = False) -> Opener:
    """An opener for a folder or database. Raises CannotServe, IndexProblem or ValueError if it holds no index, unless
    ``empty`` says that the folder may hold none yet.
    """
    opener = Opener(location, models)
    if opener.shared:
        open_store(location)
    elif not empty and not finished(Path(location)):
        raise CannotServe(str(IndexMissing(Path(location))))
    return opener


def opened_by(opener: Opener, after: threading.Event | None = None) -> Loading:
    """An assistant that loads in the background and then follows its index.

    It loads ``after`` the page is served: before, both would take turns, and the page come no sooner than the models.
    """

    def open_assistant() -> Assistant:
        if after is not None:
            after.wait()
        return opener.open()

    assistant = Loading(open_assistant)
    threading.Thread(target=follow, args=(opener, assistant), name="follow", daemon=True).start()
    return assistant


class Opener:
    """Opens assistants over the index at a location, again whenever the index in a folder has changed.

    An index in a database is ``shared``: others update it, and every question reads its current content.
    """

    def __init__(self, location: str | Path, models: Models) -> None:
        self.location, self.models = location, models
        self.shared = in_database(location)
        self._seen: str | None = None

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, loaded once."""
        from index.encoder.embedder import SentenceEmbedder

        return SentenceEmbedder.open(self.models.embedder)

    @cached_property
    def readers(self) -> Readers:
        """The reading models, loaded once."""
        from qa.assistant import Readers

        return Readers.open(self.models.reader)

    @property
    def moved_on(self) -> bool:
        """Whether the index in a folder has changed since the last attempt to open it."""
        return self._current() != self._seen

    def open(self) -> Assistant:
        """An assistant over the current index, whose questions can be stopped. Raises what opening its parts raises."""
        self._seen = self._current()
        return stoppable(self.over(open_store(self.location)))

    def over(self, index: Store) -> Assistant:
        """An assistant over an open index; tests replace its models here."""
        from qa.assistant import Assistant

        return Assistant.over_index(index, self.embedder, self.readers)

    def rebuild(self, roots: Roots, progress: Callable[[int, int, str], None]) -> BuildReport:
        """Update the index to match the roots, without the vectors if they are many."""
        from index.builder import begin

        place, out = Path(self.location), sorted(roots.out)
        return begin(roots.paths, place, self.embedder, without=out, only=roots.only, progress=progress)

    def embed_rest(self, embedding: Embedding) -> None:
        """Make the vectors that the index lacks."""
        from index.update.embedding import embed_rest

        embed_rest(Path(self.location), self.embedder, embedding=embedding)

    def looks(self, index: Store) -> object:
        """What differs once somebody has changed the files of an index in a folder."""
        return None if self.shared else looks(Path(self.location), str(index.generation))

    def _current(self) -> str | None:
        return None if self.shared else current(Path(self.location))


def stoppable(assistant: Assistant) -> Assistant:
    """Make the assistant's questions stoppable; returns the same assistant."""
    assistant.reader = StoppableReader(assistant.reader)
    return assistant


def follow(
    opener: Opener, assistant: Loading, *, every: float = LOOK_EVERY, stop: threading.Event | None = None
) -> None:
    """Reopen the assistant for each new generation of the index, whoever built it, until ``stop`` is set.

    Every byte of what was opened is checked, again if a file has changed. A generation that cannot be opened is logged and
    skipped, and so is damage.
    """
    stop = stop or threading.Event()
    checked: Store | None = None
    looked: object = None
    while not stop.wait(every):
        if assistant.status == "loading":
            continue
        try:
            if opener.moved_on:
                assistant.reopen()
            if assistant.status != "ready":
                continue
            index, before = assistant.index, (checked, looked)
            checked, looked = index, opener.looks(index)
            if before != (checked, looked):
                index.check_bytes(again=index is before[0])
                for warning in index.warnings:
                    log.warning("%s", warning)
        except (IndexProblem, ValueError, OSError) as error:
            if isinstance(error, IndexMissing) and assistant.status == "empty":
                continue  # there was none: the first is still to be made
            assistant.warning = str(error)
            log.warning("the index cannot be used as it is now, so the page still uses what it had: %s", error)


def free_port(host: str, port: int) -> int:
    """``port``, or any free port if it is 0. Raises CannotServe if it cannot be used, naming one that can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        reason = error.strerror or str(error)
        other = next((free for free in range(port + 1, port + PORTS_TRIED) if _is_free(host, free)), None)
        hint = f"--port {other} is free" if other else "choose another with --port"
        raise CannotServe(f"port {port} of {host} cannot be used ({reason}); {hint}") from None


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError, OverflowError), socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, port))
        return True
    return False
