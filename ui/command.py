"""The ``pincite chat`` command. Nothing heavy is imported before it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def chat(
    index: Annotated[
        Path | None, typer.Option("--index", help="Folder of the index; default: the user's data folder.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; the default is this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 7860,
    user: Annotated[
        str | None, typer.Option(envvar="PINCITE_USER", help="Ask for this user name and a password.")
    ] = None,
    password: Annotated[
        str | None, typer.Option(envvar="PINCITE_PASSWORD", help="The password that goes with --user.")
    ] = None,
) -> None:
    """Serve the chat page and print its address."""
    if bool(user) != bool(password):
        _fail("a user name and a password go together: give both or neither")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from ui.serving import CannotServe, serve

    try:
        serve(index, host, port, auth=(user, password) if user and password else None, say=typer.echo)
    except CannotServe as error:
        _fail(str(error))


def _fail(reason: str) -> None:
    """One line on stderr and exit status 1."""
    typer.echo(f"pincite: {reason}", err=True)
    raise typer.Exit(1)
