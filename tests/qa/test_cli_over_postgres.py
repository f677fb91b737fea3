"""The commands over a store in PostgreSQL, and the one line they say where they cannot do what they are asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")

from postgres_fakes import CORPUS, GOLD, MAKE

from eval.command import evaluate as eval_command
from qa.cli import app
from ui.command import chat, mcp

commands = typer.Typer()
commands.registered_commands += app.registered_commands
commands.command("chat")(chat)
commands.command("mcp")(mcp)
commands.command("eval")(eval_command)


def said_by(*arguments: str) -> str:
    """The one line on stderr of a command that cannot do what it is asked."""
    result = CliRunner().invoke(commands, list(arguments))
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    [line] = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    "command",
    [
        ["index", str(CORPUS)],
        ["ask", "Who?"],
        ["search", "Who?"],
        ["status"],
        ["chat"],
        ["mcp"],
        ["eval", str(GOLD / "corpus.jsonl")],
    ],
)
def test_a_server_that_is_not_there_is_named_without_its_password(command: list[str]) -> None:
    line = said_by(*command, "--store", "postgresql://ann:s3cret@127.0.0.1:1/articles?sslpassword=hidden2")
    assert "postgresql://ann:***@127.0.0.1:1/articles" in line and "refused" in line
    assert "s3cret" not in line and "hidden2" not in line


@pytest.mark.parametrize("url", ["mysql://ann:s3cret@host/articles", "articles", "postgresql://ann:s3cret@host:port/x"])
def test_a_url_that_is_none_is_said_to_be(url: str) -> None:
    line = said_by("search", "Who?", "--store", url)
    assert "the store's URL cannot be read; one reads postgresql://" in line and "s3cret" not in line


def test_a_database_without_an_index_is_said_to_have_none(url: str) -> None:
    assert "there is no index in this database; run `pincite index --store`" in said_by("status", "--store", url)


# With the real models


@pytest.mark.slow
def test_the_command_indexes_searches_and_tells(url: str, articles: Path) -> None:
    def told(*arguments: str) -> dict[str, object]:
        result = CliRunner().invoke(app, [*arguments, "--store", url, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    assert told("index", str(articles))["added"] == [str(articles / "a.txt"), str(articles / "b.md")]
    passages = told("search", "What do bees make?", "-k", "1")["passages"]
    assert isinstance(passages, list) and passages[0]["text"] == "Bees make honey."
    assert (told("status")["documents"], told("status")["passages"]) == (2, 2)


@pytest.mark.slow
def test_the_command_measures_a_store_as_it_does_a_folder(url: str, articles: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "g1", "question": MAKE, "answers": ["honey"], "document": "b.md", "start": 18, "kind": "what"},
        {"id": "g2", "question": "What colour are apples?", "answers": ["red"], "document": "a.txt", "start": 11},
        {"id": "g3", "question": "Who painted the ceiling?", "answers": [], "kind": "unanswerable"},
    ]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(json.dumps(row | {"kind": "what"} | row) + "\n" for row in rows))

    def told(*arguments: str) -> dict[str, Any]:
        result = CliRunner().invoke(commands, [*arguments, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    def figures(*place: str) -> dict[str, Any]:
        told("index", str(articles), *place)
        return {
            name: figure
            for name, figure in told("eval", str(gold), *place)["figures"].items()
            if "milliseconds" not in name
        }

    found, folder = figures("--store", url), figures("--index", str(tmp_path / "index"))
    assert found and found.keys() == folder.keys()
    assert all(figure == pytest.approx(folder[name]) for name, figure in found.items())
