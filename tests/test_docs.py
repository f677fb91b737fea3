"""What the docs say of commands, options, environment variables and paths is true, and nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from index.file_types import KINDS
from qa.cli import add_commands, app

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
REFERENCE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SHARED = {"--index", "--store", "--embedder", "--reader", "--json", "--help"}  # described once, for all commands
OPTION, VARIABLE = re.compile(r"(?<![\w-])--[a-z][\w-]*"), re.compile(r"\bPINCITE_[A-Z_]+\b")
OF_OTHERS = {"--depth", "--strict"}  # of git and mypy
PATH = re.compile(r"(?<![\w/.~-])(?:qa|index|ui|eval|tests|docs|corpus)/[\w./-]*")
MODULE, LINK = re.compile(r"python -m ((?:qa|index|ui|eval)[\w.]*\w)"), re.compile(r"\]\((?!https?:|#)([^)#]+)")


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
    known = set().union(*COMMANDS.values()) | _options(typer.main.get_command(app)) | SHARED | OF_OTHERS
    scripts = {flag for path in (ROOT / "eval").rglob("*.py") for flag in OPTION.findall(path.read_text("utf-8"))}
    named = {(path.name, flag) for path in DOCS for flag in OPTION.findall(path.read_text(encoding="utf-8"))}
    assert {(name, flag) for name, flag in named if flag not in known | scripts} == set()


def test_the_environment_variables_are_those_of_the_docs() -> None:
    code = "".join(path.read_text("utf-8") for room in ("qa", "index", "ui") for path in (ROOT / room).rglob("*.py"))
    named = set(VARIABLE.findall("".join(path.read_text(encoding="utf-8") for path in DOCS)))
    assert named == set(VARIABLE.findall(code))


def _places(doc: Path) -> Iterator[Path]:
    """The files and folders that a doc names: paths from the root, modules that it runs, and targets of its links."""
    text = doc.read_text(encoding="utf-8")
    yield from (ROOT / path.rstrip(".") for path in PATH.findall(text))
    yield from (ROOT / f"{module.replace('.', '/')}.py" for module in MODULE.findall(text))
    yield from (doc.parent / target for target in LINK.findall(text))


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_path_that_a_doc_names_is_there(doc: Path) -> None:
    assert {place for place in _places(doc) if not place.exists()} == set()


def test_paths_in_a_doc_are_found(tmp_path: Path) -> None:
    doc = tmp_path / "doc.md"
    doc.write_text("Run `qa/x.py`, python -m eval.y; see [z](z.md#part), [w](https://qa/w), path/to/index/v.")
    assert set(_places(doc)) == {ROOT / "qa" / "x.py", ROOT / "eval" / "y.py", tmp_path / "z.md"}


def test_the_files_that_are_kept_for_a_user_are_those_of_the_docs() -> None:
    """Each name that the code puts below the user's data or cache folder, and no other."""
    code = "".join(
        path.read_text("utf-8") for room in ("qa", "index", "ui", "eval") for path in (ROOT / room).rglob("*.py")
    )
    below = r"(?:\bhome|user_(?:data|cache)_path\(\"pincite\"\))((?: / \"[\w.]+\")+)"
    kept = {"/".join(re.findall(r'"([\w.]+)"', found)) for found in re.findall(below, code)}
    described = re.search(r"^## Files\n(.*)", REFERENCE, re.M | re.S)
    assert described
    rows = [line.split("|")[1] for line in described[1].splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == kept


def test_the_readme_lists_the_types_that_are_read() -> None:
    listed = re.search(r"^Pincite reads (.*?)\. A file", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    assert listed and re.findall(r"\.\w+", listed[1]) == list(KINDS)
