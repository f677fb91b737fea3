"""The ``pincite chat`` and ``pincite mcp`` commands, which import their heavy modules only when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa.cli import EmbedderOption, IndexOption, ReaderOption, StoreOption, location, plain_errors


def chat(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Folders and files to index first.")
    ] = None,
    index: IndexOption = None,
    store: StoreOption = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on (default: this computer only).")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 picks a free one.")] = 7860,
    user: Annotated[
        str | None, typer.Option("--user", envvar="PINCITE_USER", help="User name that visitors must give.")
    ] = None,
    password: Annotated[
        str | None, typer.Option("--password", envvar="PINCITE_PASSWORD", help="Password that visitors must give.")
    ] = None,
    folders: Annotated[
        bool | None,
        typer.Option(
            "--folders/--no-folders",
            envvar="PINCITE_FOLDERS",
            help="Whether visitors may index folders of this computer (default: only if it serves nobody but itself).",
        ),
    ] = None,
    reader: ReaderOption = None,
    embedder: EmbedderOption = None,
) -> None:
    """Serve the chat page and print its address."""
    if bool(user) != bool(password):
        raise typer.BadParameter("--user and --password go together: give both or neither")
    with plain_errors():
        from ui.server.serving import Models, serve

        auth = (user, password) if user and password else None
        models = Models(reader, embedder)
        serve(
            location(index, store),
            host,
            port,
            auth=auth,
            add=paths or (),
            folders=folders,
            models=models,
            say=typer.echo,
        )


def mcp(
    index: IndexOption = None, store: StoreOption = None, reader: ReaderOption = None, embedder: EmbedderOption = None
) -> None:
    """Serve ask and search as tools for a program that speaks MCP over standard input and output."""
    with plain_errors():
        try:
            from ui.server.mcp_server import serve
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "mcp":
                raise
            raise ValueError("the MCP server is an extra; install it with: pip install 'pincite[mcp]'") from error
        from ui.server.serving import Models, opener_of

        serve(opener_of(location(index, store), Models(reader, embedder)))
