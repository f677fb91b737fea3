"""The tools of ``pincite mcp``, called by a real client: in memory, and over the standard streams of the command."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from page_fakes import FakeAssistant, FakeIndex
from typer.testing import CliRunner

from index.encoder.embedder import SentenceEmbedder
from qa.cli import app as commands
from ui.command import mcp
from ui.jobs.queue import Line
from ui.server.mcp_server import server_of
from ui.session.api import Programs

WHEN = "When was the dam built?"


@pytest.fixture
def assistant(tmp_path: Path) -> FakeAssistant:
    (tmp_path / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")
    return FakeAssistant(FakeIndex([tmp_path / "dam.md"]), {WHEN: "1962"})


def call(assistant: FakeAssistant, tool: str, **arguments: Any) -> Any:
    async def called() -> Any:
        async with Client(server_of(Programs(assistant, Line()))) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(called())


def test_the_tools_are_ask_and_search(assistant: FakeAssistant) -> None:
    async def listed() -> list[str]:
        async with Client(server_of(Programs(assistant, Line()))) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert asyncio.run(listed()) == ["ask", "search"]


def test_an_answer_is_the_answer_object_of_the_contract(assistant: FakeAssistant) -> None:
    wanted = json.loads(json.dumps(assistant.ask(WHEN).as_dict()))
    assert call(assistant, "ask", question=WHEN).structured_content == wanted
    assert call(assistant, "ask", question="Who painted it?").structured_content["answer"] is None


def test_a_search_gives_passages_with_their_place(assistant: FakeAssistant) -> None:
    found = call(assistant, "search", question="dam built", k=1).structured_content["passages"]
    assert [(one["text"], one["start"], one["end"]) for one in found] == [("The dam was built in 1962.", 11, 37)]


def test_a_question_that_is_none_is_refused_in_words(assistant: FakeAssistant) -> None:
    refused = call(assistant, "ask", question="  ")
    assert refused.is_error and "Type a question first." in refused.content[0].text
    assert assistant.asked == []


def test_without_an_index_the_command_says_what_to_run(tmp_path: Path) -> None:
    assert any(command.name == "index" for command in commands.registered_commands)
    import typer

    alone = typer.Typer()
    alone.command()(mcp)
    result = CliRunner().invoke(alone, ["--index", str(tmp_path / "none")])
    assert result.exit_code == 1 and "pincite index" in result.stderr


def test_a_client_asks_the_command_over_its_standard_streams(
    pincite: str, reader_folder: Path, sentence_embedder: SentenceEmbedder, tmp_path: Path
) -> None:
    from index.builder import build

    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "dam.txt").write_text("The dam at Nurek was completed in 1980. It is 300 metres high.\n")
    build([tmp_path / "articles"], tmp_path / "index", sentence_embedder)
    command = StdioServerParameters(command=pincite, args=["mcp", "--index", str(tmp_path / "index")])

    async def asked() -> Any:
        async with Client(stdio_client(command), read_timeout_seconds=300) as client:
            return await client.call_tool("ask", {"question": "When was the dam at Nurek completed?"})

    answer = asyncio.run(asked()).structured_content
    assert answer["answer"] == "1980"
    assert answer["citations"][0]["quote"] == "1980"
