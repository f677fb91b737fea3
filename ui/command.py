"""The ``pincite chat`` and ``pincite mcp`` commands. Nothing heavy is imported before it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from qa.cli import EmbedderOption, IndexOption, ReaderOption, StoreOption, location, plain_errors


def chat(
    index: IndexOption = None,
    store: StoreOption = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on (default: this machine alone).")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 7860,
    user: Annotated[str | None, typer.Option("--user", envvar="PINCITE_USER", help="Ask for this name.")] = None,
    password: Annotated[
        str | None, typer.Option("--password", envvar="PINCITE_PASSWORD", help="Ask for this password.")
    ] = None,
    folders: Annotated[
        bool | None,
        typer.Option(
            "--folders/--no-folders",
            envvar="PINCITE_FOLDERS",
            help="Whether visitors may have folders of this computer indexed (default: if it is the only one served).",
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
        serve(location(index, store), host, port, auth=auth, folders=folders, models=models, say=typer.echo)


def mcp(
    index: IndexOption = None,
    store: StoreOption = None,
    reader: ReaderOption = None,
    embedder: EmbedderOption = None,
) -> None:
    """Serve ask and search as tools to a program that speaks MCP on standard input and output."""
    with plain_errors():
        try:
            from ui.server.mcp_server import serve
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "mcp":
                raise
            raise ValueError("the MCP server is an extra; install it with: pip install 'pincite[mcp]'") from error
        from ui.server.serving import Models, opener_of

        serve(opener_of(location(index, store), Models(reader, embedder)))
