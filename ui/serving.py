"""Serve the page over an index folder: the page is up at once, the models follow."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from index.generations import IndexMissing, finished
from ui.desk import Asks
from ui.guard import is_loopback
from ui.library import Library, Progress, Rebuild
from ui.loading import Loading


class CannotServe(ValueError):
    """Why the page cannot be served, as one sentence."""


@dataclass(frozen=True, slots=True)
class Models:
    """Folders or names of the models to use, None for the bundled ones."""

    reader: str | None = None
    embedder: str | None = None


def serve(
    index_folder: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    auth: tuple[str, str] | None = None,
    models: Models | None = None,
    say: Callable[[str], object] = print,
) -> None:
    """Serve until interrupted; raises CannotServe where there is no index or the port is taken.

    ``index_folder`` is by default the one in the user's data folder, port 0 takes any that is free.
    """
    folder = index_folder if index_folder is not None else user_data_path("pincite") / "index"
    if not finished(folder):
        raise CannotServe(str(IndexMissing(folder)))
    port = free_port(host, port)
    models = models or Models()

    from ui.app import build_app, launch

    home = user_data_path("pincite")
    assistant = Loading(lambda: _open(folder, models))
    library = Library(assistant, _rebuilder(folder, models), home / "uploads", by_path=is_loopback(host))
    page = build_app(assistant, folder=home, library=library)
    address = launch(page, host=host, port=port, auth=auth)
    say(f"Pincite is at {address} - stop it with Ctrl-C.")
    if not is_loopback(host) and auth is None:
        say(f"Warning: {host} is open to other machines and asks for no password; set --user and --password.")
    page.block_thread()


def _open(folder: Path, models: Models) -> Asks:
    """An assistant over the index as it is."""
    from qa.assistant import Assistant

    return Assistant.open(folder, reader=models.reader, embedder=models.embedder)


def _rebuilder(folder: Path, models: Models) -> Rebuild:
    """Brings the index in step with paths and opens an assistant over it."""

    def rebuild(paths: Sequence[Path], progress: Progress) -> tuple[Asks, Any]:
        from index.builder import build
        from index.embedder import SentenceEmbedder
        from index.store import Index
        from qa.assistant import Assistant

        embedder = SentenceEmbedder.open(models.embedder)
        report = build(paths, folder, embedder, progress=progress)
        return Assistant.over_index(Index.open(folder), embedder, models.reader), report

    return rebuild


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
