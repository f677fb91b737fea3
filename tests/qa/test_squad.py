"""Reading SQuAD files: any JSON is questions or one sentence that says why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.squad import SquadAnswer, SquadQuestion, parse_questions, read_questions

PASSAGE = "In 1901 Roentgen got it."


def whole(*rows: object) -> dict[str, object]:
    return {"data": [{"paragraphs": []}, {"paragraphs": [{"context": PASSAGE, "qas": list(rows)}]}]}


def asked(*answers: object, **more: object) -> SquadQuestion:
    return parse_questions(Path("a.json"), whole({"id": "q", "question": "Who?", "answers": list(answers), **more}))[0]


def test_a_question_comes_with_its_passage_and_its_answers() -> None:
    found = asked({"text": "Roentgen", "answer_start": 8}, {"text": "Roentgen", "answer_start": 7}, {"text": "1901"})
    answers = (SquadAnswer("Roentgen", 8), SquadAnswer("Roentgen", None), SquadAnswer("1901", None))
    assert found == SquadQuestion("q", 1, "Who?", PASSAGE, True, answers)
    assert found.placed


def test_a_question_has_the_title_of_its_article_or_none() -> None:
    rows = [{"context": PASSAGE, "qas": [{"question": "Who?"}]}]
    file = {"data": [{"title": "Prizes", "paragraphs": rows}, {"paragraphs": rows}]}
    assert [one.title for one in parse_questions(Path("a.json"), file)] == ["Prizes", ""]


@pytest.mark.parametrize("answer", ["1901", None, {}, {"text": None}, {"text": "", "answer_start": 0}])
def test_an_answer_without_words_is_none_but_the_question_has_been_answered(answer: object) -> None:
    found = asked(answer)
    assert (found.answerable, found.answers, found.placed) == (True, (), False)


@pytest.mark.parametrize("start", [9, -3, 900, "8", None])
def test_an_answer_off_its_place_has_no_offset(start: object) -> None:
    assert asked({"text": "it.", "answer_start": start}).answers == (SquadAnswer("it.", None),)


def test_an_impossible_question_has_no_answer_whatever_is_listed() -> None:
    found = asked({"text": "1901", "answer_start": 3}, is_impossible=True)
    assert (found.answerable, found.answers) == (False, ())
    assert not parse_questions(Path("a.json"), whole({"question": "Who?"}))[0].answerable


def test_a_question_without_an_id_is_called_by_its_number() -> None:
    found = parse_questions(
        Path("a.json"), whole({"question": "Who?"}, {"id": 7, "question": "Who?"}, {"question": "?"})
    )
    assert [one.id for one in found] == ["0", "7", "2"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "'data' is missing or no list"),
        ({"data": [3]}, "'paragraphs' is missing or no list"),
        ({"data": [{"paragraphs": [{"qas": []}]}]}, "'context' is missing or no text"),
        (whole({"id": "q"}), "'question' is missing or no text"),
        (whole({"question": "?", "answers": {"text": "1901"}}), "'answers' is missing or no list"),
        (whole(), "holds no question"),
    ],
)
def test_a_file_of_another_format_is_refused_with_its_name_and_the_reason(content: object, reason: str) -> None:
    with pytest.raises(ValueError, match=rf"^a\.json: .*{reason}"):
        parse_questions(Path("a.json"), content)


@given(st.binary(max_size=40))
def test_any_bytes_are_questions_or_a_named_file(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"any\.json"):
        read_questions(path)


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mark.json"
    path.write_text(json.dumps(whole({"question": "Who?"})), encoding="utf-8-sig")
    assert len(read_questions(path)) == 1
