"""What the docs say of commands, options and environment variables is what there is, and nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from qa.cli import add_commands, app

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
REFERENCE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SHARED = {"--index", "--store", "--embedder", "--reader", "--json", "--help"}  # described once, for all commands
OPTION, VARIABLE = re.compile(r"(?<![\w-])--[a-z][\w-]*"), re.compile(r"\bPINCITE_[A-Z_]+\b")
OF_OTHERS = {"--depth", "--strict"}  # of git and mypy


def _options(command: Any) -> set[str]:
    return {
        flag
        for parameter in command.params
        for flag in (*parameter.opts, *parameter.secondary_opts)
        if flag.startswith("-")
    } - {"-h"}


def _commands() -> Iterator[tuple[str, set[str]]]:
    """Each command, or group of commands, with its options."""
    whole = typer.Typer()
    whole.registered_commands += app.registered_commands
    add_commands(whole)
    group: Any = typer.main.get_command(whole)
    context = group.make_context("pincite", [], resilient_parsing=True)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        parts = getattr(command, "commands", {}).values()
        yield name, set().union(*(_options(one) for one in (command, *parts)))


COMMANDS = dict(_commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_stands_in_the_section_of_its_command(name: str) -> None:
    section = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", REFERENCE, re.M | re.S)
    assert section, f"docs/commands.md has no section about {name}"
    missing = {flag for flag in COMMANDS[name] - SHARED if f"`{flag}" not in section[1]}
    assert not missing, f"docs/commands.md does not describe {sorted(missing)} of {name}"


def test_the_options_of_all_commands_are_described_once() -> None:
    assert {flag for flag in SHARED - {"--help"} if f"`{flag}" not in REFERENCE.partition("### index")[0]} == set()


def test_no_doc_names_an_option_that_is_gone() -> None:
    known = set().union(*COMMANDS.values()) | SHARED | OF_OTHERS
    scripts = {flag for path in (ROOT / "eval").rglob("*.py") for flag in OPTION.findall(path.read_text("utf-8"))}
    named = {(path.name, flag) for path in DOCS for flag in OPTION.findall(path.read_text(encoding="utf-8"))}
    assert {(name, flag) for name, flag in named if flag not in known | scripts} == set()


def test_the_environment_variables_are_those_of_the_docs() -> None:
    code = "".join(path.read_text("utf-8") for room in ("qa", "index", "ui") for path in (ROOT / room).rglob("*.py"))
    named = set(VARIABLE.findall("".join(path.read_text(encoding="utf-8") for path in DOCS)))
    assert named == set(VARIABLE.findall(code))


def test_every_test_that_a_doc_names_is_there() -> None:
    named = {name for path in DOCS for name in re.findall(r"\btests/[\w/]+\.py\b", path.read_text(encoding="utf-8"))}
    assert named and {name for name in named if not (ROOT / name).is_file()} == set()
