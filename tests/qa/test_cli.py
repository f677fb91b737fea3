"""The installed command: what it prints, where, and with which exit status. One index serves all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FILES = {
    "a.md": "# Grossi in Iran\r\n\r\nRafael Grossi heads the agency. He came to Tehran on Monday.\r\n",
    "b.txt": "\ufeffThe SCO was founded in 2001 in Shanghai.\n",
    "bad.pdf": "this is no PDF\n",
}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(pincite: str) -> Run:
    """Run the command to its end."""

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [pincite, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", timeout=300
        )

    return call


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "articles").mkdir()
    for name, text in FILES.items():
        (folder / "articles" / name).write_bytes(text.encode("utf-8"))
    return folder


@pytest.fixture(scope="module")
def built(run: Run, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the command that built the index of all tests gave."""
    return run("index", folder / "articles", "--index", folder / "index", "--json")


@pytest.fixture
def index(built: subprocess.CompletedProcess[str], folder: Path) -> Path:
    assert built.returncode == 0, built.stderr
    return folder / "index"


def check_refused(got: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit status 1, nothing on stdout, and one line on stderr that says what and why."""
    assert (got.returncode, got.stdout) == (1, "")
    [line] = got.stderr.splitlines()
    assert line.startswith("pincite: ") and all(word in line for word in words), line


def test_help_lists_the_commands(run: Run):
    got = run("--help")
    assert got.returncode == 0
    for command in ("index", "ask", "read", "eval", "chat", "status", "verify"):
        assert f" {command} " in got.stdout, command


def test_the_command_loads_nothing_heavy_until_it_is_needed():
    heavy = ("torch", "transformers", "sentence_transformers", "faiss", "gradio", "langchain_core", "numpy")
    code = f"import sys, qa.cli, ui.command, eval.command; print([name for name in {heavy!r} if name in sys.modules])"
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (got.stdout.strip(), got.stderr) == ("[]", "")


@pytest.mark.parametrize(
    ("command", "also"),
    [
        (("--help",), {"numpy"}),
        (("verify",), {"numpy"}),
        (("status",), {"tokenizers", "index.loaders.web.html"}),
        (("status", "--json"), {"tokenizers", "index.loaders.web.html"}),
    ],
)
def test_a_command_that_needs_no_model_imports_nothing_of_one(index: Path, command: tuple[str, ...], also: set[str]):
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "sklearn",
        "scipy",
        "faiss",
        "gradio",
        "pydantic",
    } | also
    code = (
        "import atexit, sys; from qa.cli import main\n"
        f"atexit.register(lambda: sys.stderr.write(str(sorted(set({sorted(heavy)}) & sys.modules.keys()))))\n"
        "main()"
    )
    folder = () if command == ("--help",) else ("--index", str(index))
    got = subprocess.run([sys.executable, "-c", code, *command, *folder], capture_output=True, text=True, timeout=120)
    assert (got.returncode, got.stderr) == (0, "[]")


def test_index_prints_json_alone_and_names_what_it_could_not_read(built: subprocess.CompletedProcess[str], index: Path):
    report = json.loads(built.stdout)
    assert len(built.stdout.splitlines()) == 1
    assert (report["documents"], report["passages"], report["index"]) == (2, 2, str(index))
    assert [Path(name).name for name in report["added"]] == ["a.md", "b.txt"]
    [bad] = report["unreadable"]
    assert Path(bad["name"]).name == "bad.pdf" and bad["reason"]


def test_a_dry_run_prints_the_plan_and_writes_nothing(run: Run, index: Path, folder: Path, tmp_path: Path):
    articles = Path(shutil.copytree(folder / "articles", tmp_path / "articles"))
    (articles / "c.txt").write_text("Cats sleep.")
    got = run("index", articles, "--index", tmp_path / "index", "--dry-run")
    assert got.returncode == 0, got.stderr
    first, *lines = got.stdout.splitlines()
    assert first.startswith("3 documents, 3 passages (3 added, 0 changed, 0 renamed, 0 removed, 0 unchanged)")
    assert "nothing was written" in first and not (tmp_path / "index").exists()
    assert lines[:3] == [f"  added: {articles / name}" for name in ("a.md", "b.txt", "c.txt")]
    assert lines[3].startswith(f"  not read: {articles / 'bad.pdf'}: damaged")


def test_search_with_a_condition(run: Run, index: Path):
    got = run("search", "Who heads the agency?", "--index", index, "--where", "type = txt", "--json")
    assert got.returncode == 0, got.stderr
    [passage] = json.loads(got.stdout)["passages"]
    assert Path(passage["document"]).name == "b.txt" and passage["text"].startswith("The SCO was founded")
    check_refused(run("search", "Who?", "--index", index, "--where", "size > 3"), "'size' is not a field")
    assert "No passage was found" in run("search", "Who?", "--index", index, "--where", "date > 2000").stdout


def test_status_as_json(run: Run, index: Path):
    got = run("status", "--index", index, "--json")
    assert got.returncode == 0, got.stderr
    report = json.loads(got.stdout)
    assert (report["documents"], report["passages"]) == (2, 2)
    assert [file["title"] for file in report["files"]] == ["Grossi in Iran", "b"]
    assert [one["encoder"] for one in report["numbers"]] == ["reader", "small reader", "embedder"]
    assert report["settings"]["embedder"] and Path(report["unreadable"][0]["name"]).name == "bad.pdf"


def test_status_prints_a_documents_text_as_the_offsets_count_it(pincite: str, index: Path):
    got = subprocess.run(
        [pincite, "status", "--document", "a.md", "--text", "--index", str(index)], capture_output=True, timeout=300
    )
    assert (got.returncode, got.stdout) == (0, FILES["a.md"].encode("utf-8"))


def test_status_of_an_unknown_document(run: Run, index: Path):
    check_refused(run("status", "--document", "z.md", "--index", index), "z.md: no such document")


def test_verify_finds_a_sound_index_sound(run: Run, index: Path):
    got = run("verify", "--index", index, "--json")
    assert (got.returncode, json.loads(got.stdout)) == (0, {"sound": True, "damaged": []})


def test_verify_names_the_damaged_file(run: Run, index: Path, tmp_path: Path):
    copy = Path(shutil.copytree(index, tmp_path / "copy"))
    [texts] = copy.rglob("texts.utf8")
    texts.write_bytes(texts.read_bytes().replace(b"2001", b"2002"))
    got = run("verify", "--index", copy, "--json")
    report = json.loads(got.stdout)
    assert got.returncode == 1
    assert (report["sound"], len(report["damaged"])) == (False, 1) and report["damaged"][0].endswith("texts.utf8")
    assert "texts.utf8" in got.stderr and "Traceback" not in got.stderr


def test_a_missing_path(run: Run, index: Path):
    check_refused(run("index", "/no/such/folder", "--index", index), "/no/such/folder")
    assert run("verify", "--index", index).returncode == 0  # and the index is as it was


@pytest.mark.parametrize("command", [("ask", "who?"), ("status",), ("verify", "--json")])
def test_a_missing_index(run: Run, tmp_path: Path, command: tuple[str, ...]):
    check_refused(run(*command, "--index", tmp_path / "none"), str(tmp_path / "none"), "pincite index")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "who?", "--nonsense"),
        ("ask",),
        ("ask", "who?", "--batch", "x.jsonl"),
        ("ask", "who?", "-k", "0"),
        ("nonsense",),
    ],
    ids=["unknown option", "no question", "both", "no passages", "unknown command"],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]):
    got = run(*arguments)
    assert (got.returncode, got.stdout) == (2, "")
    assert got.stderr.strip() and "Traceback" not in got.stderr


def test_a_malformed_batch_line_is_named(run: Run, index: Path, tmp_path: Path):
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"id": "a", "question": "Who?"}\n\nnot json\n', encoding="utf-8")
    check_refused(run("ask", "--batch", batch, "--index", index), str(batch), "line 3")


def test_a_missing_file_to_read(run: Run):
    check_refused(run("read", "/no/such/file.json"), "/no/such/file.json")


def test_a_reader_that_is_not_there(run: Run, index: Path, tmp_path: Path):
    check_refused(run("ask", "who?", "--index", index, "--reader", tmp_path), str(tmp_path))
