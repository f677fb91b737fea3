"""Lines of a batch of questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.commands.ask import read_batch


def batch_of(folder: Path, text: str) -> list[tuple[str | None, str]]:
    (folder / "batch.jsonl").write_bytes(text.encode("utf-8"))
    return read_batch(folder / "batch.jsonl")


def test_lines_of_a_batch(tmp_path: Path):
    text = '{"id": "a", "question": "Who?"}\r\n{"question": "When?", "id": null}\n \n{"id": 7, "question": "Où?"}'
    assert batch_of(tmp_path, text) == [("a", "Who?"), (None, "When?"), ("7", "Où?")]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path):
    assert batch_of(tmp_path, '\ufeff{"id": "a", "question": "Who?"}\n') == [("a", "Who?")]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085"])
def test_only_a_newline_ends_a_line(tmp_path: Path, separator: str):
    question = f"Who{separator}heads it?"
    text = json.dumps({"id": "a", "question": question}, ensure_ascii=False) + "\n"
    assert batch_of(tmp_path, text) == [("a", question)]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "3", "null", '"Who?"', "{}", '{"id": "b"}', '{"id": "b", "question": 3}', '{"id": "b", "question": " "}',
     r'{"id": "b", "question": "Who is \ud800?"}'],
)  # fmt: skip
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str):
    with pytest.raises(ValueError, match=r"batch\.jsonl: line 2"):
        batch_of(tmp_path, '{"id": "a", "question": "Who?"}\n' + line + "\n")


def test_a_batch_that_is_not_utf8_is_named(tmp_path: Path):
    (tmp_path / "latin.jsonl").write_bytes('{"id": "a", "question": "Où?"}'.encode("latin-1"))
    with pytest.raises(ValueError, match=r"latin\.jsonl"):
        read_batch(tmp_path / "latin.jsonl")
