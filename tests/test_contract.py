"""What other programs rely on, over files of our own and, where it is there, by the check that those programs share."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FILES = {
    "agency.md": "---\ntitle: Grossi in Iran\n---\n\n# Grossi in Iran\r\n\r\nThe head of the agency, Rafael Grossi, arrived in "
    "Tehran on Monday for talks with the foreign minister. The agency is based in Vienna.\r\n",
    "summit.txt": "\ufeffThe leaders met in Samarkand 🏔 on Thursday. The summit of the organisation was hosted by "
    "President Shavkat Mirziyoyev.\r\nThe organisation was founded in 2001 in Shanghai.\n",
    "border.txt": "The border between Kazakhstan and Russia is 7,644 kilometres long. No land border in the world is longer.\n",
}
QUESTIONS = {
    "when": ("When was the organisation founded?", "2001"),
    "long": ("How long is the border between Kazakhstan and Russia?", "7,644 kilometres"),
    "head": ("Who is the head of the agency?", "Grossi"),
    "none": ("What is the melting point of tungsten?", None),
}
ANSWER = {
    "id", "question", "understood", "answer", "kind", "confidence", "certainty", "notice", "citations", "alternatives",
    "agreement", "documents", "parts", "milliseconds",
}  # fmt: skip
CITATION = {
    "document", "title", "date", "sha256", "start", "end", "quote", "page", "main", "confidence", "passage", "score",
}  # fmt: skip


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, encoding="utf-8", timeout=580)


@pytest.fixture(scope="module")
def answers(pincite: str, reader_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The answers to all questions, asked as one batch, by id in the order they came."""
    folder = tmp_path_factory.mktemp("contract")
    (folder / "articles").mkdir()
    for name, text in FILES.items():
        (folder / "articles" / name).write_bytes(text.encode("utf-8"))
    lines = [json.dumps({"id": id, "question": question}) for id, (question, _) in QUESTIONS.items()]
    (folder / "batch.jsonl").write_text("\n".join(lines), encoding="utf-8")
    made = run(pincite, "index", folder / "articles", "--index", folder / "index")
    assert made.returncode == 0, made.stderr
    asked = run(pincite, "ask", "--batch", folder / "batch.jsonl", "--index", folder / "index")
    assert asked.returncode == 0, asked.stderr
    return {answer["id"]: answer for answer in map(json.loads, asked.stdout.splitlines())}


def places(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [*answer["citations"], *(cited for other in answer["alternatives"] for cited in other["citations"])]


def test_a_line_out_for_a_line_in_in_the_same_order(answers: dict[str, dict[str, Any]]):
    assert list(answers) == list(QUESTIONS)
    assert [answer["question"] for answer in answers.values()] == [question for question, _ in QUESTIONS.values()]


@pytest.mark.parametrize("id", QUESTIONS)
def test_an_answer_has_the_keys_and_ranges_of_the_contract(answers: dict[str, dict[str, Any]], id: str):
    answer = answers[id]
    assert set(answer) >= ANSWER
    assert 0 <= answer["confidence"] <= 1
    assert answer["certainty"] in ("sure", "likely", "unsure")
    assert set(answer["agreement"]) == {"for", "against", "conflict"}
    assert all(set(other) >= {"answer", "confidence", "citations"} for other in answer["alternatives"])
    assert all(set(cited) >= CITATION and set(cited["passage"]) >= {"start", "end", "text"} for cited in places(answer))
    spent = answer["milliseconds"]
    assert spent["total"] >= spent["retrieve"] >= 0 and spent["total"] >= spent["read"] >= 0


@pytest.mark.parametrize("id", QUESTIONS)
def test_every_quote_and_passage_stands_at_its_place(answers: dict[str, dict[str, Any]], id: str):
    for cited in places(answers[id]):
        with open(cited["document"], encoding="utf-8", newline="") as file:
            source = file.read()
        passage = cited["passage"]
        assert source == FILES[Path(cited["document"]).name]
        assert source[cited["start"] : cited["end"]] == cited["quote"]
        assert source[passage["start"] : passage["end"]] == passage["text"]
        assert passage["start"] <= cited["start"] <= cited["end"] <= passage["end"]
        assert cited["sha256"] == hashlib.sha256(Path(cited["document"]).read_bytes()).hexdigest()


@pytest.mark.parametrize("id", QUESTIONS)
def test_the_answer_is_the_first_quote_or_none(answers: dict[str, dict[str, Any]], id: str):
    answer, wanted = answers[id], QUESTIONS[id][1]
    if wanted is None:
        assert (answer["answer"], answer["kind"]) == (None, "none")
        assert answer["citations"] and all(cited["quote"] for cited in answer["citations"])
    else:
        assert wanted in answer["answer"]
        assert answer["answer"] == answer["citations"][0]["quote"]


def test_the_check_that_other_programs_share(pincite: str, reader_folder: Path):
    check = Path(__file__).parents[2] / "shared" / "check_contract.py"
    if not check.exists():
        pytest.skip("../shared/check_contract.py is not beside this checkout")
    lines = run(sys.executable, check, pincite).stdout.splitlines()
    failed = [line for line in lines if line.startswith("FAIL")]
    assert sum(line.startswith("ok") for line in lines) > 40
    # Which answers the reader finds is measured in eval/; here is held that one of the seven at most is another.
    assert [line for line in failed if "answer holds" not in line] == []
    assert len(failed) <= 1, failed
