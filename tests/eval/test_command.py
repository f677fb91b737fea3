"""The commands at their edges: what they refuse, in one sentence, and the questions a user writes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from eval.command import app
from eval.commands.gold import STOP, Shown, write_questions
from eval.datasets.examples import load, validate

TEXT = "# Tour\n\nMacron landed in\nKazakhstan on November 1. Uzbekistan was second.\n"
ROW = {"id": "q1", "question": "Where?", "answers": ["Kazakhstan"], "document": "tour.md", "start": 0, "kind": "where"}


@pytest.fixture
def call(monkeypatch):
    monkeypatch.setenv("PINCITE_INDEX", "/nowhere/at/all")

    def called(*arguments, input=None):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return SimpleNamespace(status=result.exit_code, out=result.stdout, err=result.stderr)

    return called


@pytest.fixture
def folder(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "tour.md").write_text(TEXT)
    return documents


def gold(tmp_path, *rows):
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_missing_data_set(call, tmp_path):
    result = call("eval", tmp_path / "none.jsonl", "--json")
    assert (result.status, result.out) == (1, "")
    assert result.err.strip() == f"pincite: {tmp_path}/none.jsonl: there is no such file"


@pytest.mark.parametrize(
    "wrong",
    [["--nonsense"], ["--split", "third"], ["--sample", "0"], ["--own-passages", "--index", "x"], ["-k", "0"]],
)
def test_wrong_usage(call, tmp_path, wrong):
    result = call("eval", gold(tmp_path, ROW), *wrong)
    assert result.status == 2
    assert "Traceback" not in result.err


def test_report_that_could_not_be_written_is_said_before_the_work(call, tmp_path):
    result = call("eval", gold(tmp_path, ROW), "--report", tmp_path / "no" / "x.html")
    assert result.status == 1
    assert result.err.strip() == f"pincite: {tmp_path}/no: there is no such folder to write to"


def test_other_run_that_is_none(call, tmp_path):
    path = gold(tmp_path, ROW)
    result = call("eval", path, "--compare", path)
    assert result.status == 1
    assert "not a run saved with" in result.err and len(result.err.strip().splitlines()) == 1


def test_folder_that_is_no_collection(call, tmp_path):
    result = call("eval", tmp_path)
    assert result.status == 1
    assert result.err.strip() == f"pincite: {tmp_path}/corpus.jsonl: cannot be read (No such file or directory)"


def test_index_that_is_missing(call, tmp_path):
    result = call("eval", gold(tmp_path, ROW))
    assert result.status == 1
    assert "/nowhere/at/all" in result.err and len(result.err.strip().splitlines()) == 1


def test_selfcheck_without_an_index(call):
    result = call("selfcheck", "--json")
    assert (result.status, result.out) == (1, "")
    assert "/nowhere/at/all" in result.err


def test_gold_check(call, tmp_path, folder):
    good = ROW | {"start": TEXT.index("Kazakhstan")}
    assert call("gold", "check", gold(tmp_path, good), folder).status == 0
    result = call("gold", "check", gold(tmp_path, good, ROW | {"id": "q2"}), folder)
    assert result.status == 1
    assert result.err.strip() == "pincite: question q2: none of its answers stands at offset 0 of tour.md"


def test_gold_new_makes_questions_that_prove_themselves(call, tmp_path, folder):
    out = tmp_path / "own.jsonl"
    typed = "Where did he land?\nin Mongolia\nin Kazakhstan\n"
    result = call("gold", "new", folder, out, "--count", "1", input=typed)
    assert result.status == 0
    assert "do not stand in the passage" in result.out
    assert validate(out, folder) == []
    (question,) = load(out).questions
    # The words are those of the document, line break and all.
    assert (question.answers, question.document, question.kind) == (("in\nKazakhstan",), "tour.md", "where")


def test_gold_new_stopped_keeps_what_is_complete(call, tmp_path, folder):
    out = tmp_path / "own.jsonl"
    result = call("gold", "new", folder, out, input="Where?\nKazakhstan\n")
    assert result.status == 0
    assert len(load(out).questions) == 1


def test_gold_new_on_a_folder_without_documents(call, tmp_path):
    (tmp_path / "empty").mkdir()
    result = call("gold", "new", tmp_path / "empty", tmp_path / "out.jsonl")
    assert result.status == 1
    assert "holds no document that can be read" in result.err


def shown(*texts):
    return [Shown(f"{number}.md", "", 100, text) for number, text in enumerate(texts)]


def written(tmp_path, typed, passages, wanted=10):
    lines = iter(typed)
    out = tmp_path / "own.jsonl"
    said = []
    count = write_questions(passages, out, lambda prompt: next(lines), said.append, wanted)
    rows = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    return count, rows


def test_empty_question_goes_on_and_stop_ends(tmp_path):
    count, rows = written(tmp_path, ["", "Who?", "Ada", "stop"], shown("Nobody.", "Ada did.", "More."))
    assert count == 1
    assert rows == [
        {"id": "own-001", "question": "Who?", "answers": ["Ada"], "document": "1.md", "start": 100, "kind": "who"}
    ]


def test_question_without_an_answer(tmp_path):
    _, (row,) = written(tmp_path, ["Who?", ""], shown("Nobody."))
    assert (row["answers"], row["document"], row["start"], row["kind"]) == ([], None, None, "unanswerable")


def test_numbers_go_on_where_the_file_ends(tmp_path):
    written(tmp_path, ["Who?", "Ada"], shown("Ada did."))
    _, rows = written(tmp_path, ["Who?", "Bob"], shown("Bob did."))
    assert [row["id"] for row in rows] == ["own-001", "own-002"]


def test_ten_are_asked_for_by_default(tmp_path):
    count, _ = written(tmp_path, ["Who?", "Ada"] * 12, shown(*["Ada did."] * 12))
    assert count == 10
    assert STOP == "stop"
