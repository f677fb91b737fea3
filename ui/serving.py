"""Serve the page over an index folder: the page is up at once, the models follow."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_data_path

from index.generations import IndexMissing, finished
from ui.guard import is_loopback


class CannotServe(Exception):
    """Why the page cannot be served, as one sentence."""


def serve(
    index_folder: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    auth: tuple[str, str] | None = None,
    say: Callable[[str], object] = print,
) -> None:
    """Serve until interrupted; raises CannotServe where there is no index or the port is taken.

    ``index_folder`` is by default the one in the user's data folder, port 0 takes any that is free.
    """
    folder = index_folder if index_folder is not None else user_data_path("pincite") / "index"
    if not finished(folder):
        raise CannotServe(str(IndexMissing(folder)))
    port = free_port(host, port)

    from ui.app import build_app, launch
    from ui.library import Library
    from ui.loading import Loading

    def open_assistant() -> object:
        from qa.assistant import Assistant

        return Assistant.open(folder)

    assistant = Loading(open_assistant)  # type: ignore[arg-type]
    page = build_app(assistant, library=Library(folder, assistant, by_path=is_loopback(host)))
    address = launch(page, host=host, port=port, auth=auth)
    say(f"Pincite is at {address} - stop it with Ctrl-C.")
    if not is_loopback(host) and auth is None:
        say(
            f"Warning: {host} can be reached from other machines and no password is asked for; set --user and --password."
        )
    page.block_thread()


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
