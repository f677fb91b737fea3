"""``pincite read``: figures worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reader_fakes import FakeReader

from qa.commands.read import Prediction, ReadQuestion, best_threshold, evaluate, load, predict
from qa.reader.windows import Pair


def question(name: str, answers: tuple[str, ...], article: int = 0) -> ReadQuestion:
    return ReadQuestion(name, article, Pair(f"{name}?", "a passage"), answers)


def test_exact_match_and_f1_are_means_in_percent():
    questions = [
        question("a", ("Paris",)),
        question("b", ("the cat sat", "cat")),
        question("c", ("x", "New York City")),
    ]
    given = [Prediction("in Paris", 1.0), Prediction("The cat", 2.0), Prediction("Rome", 3.0)]
    assert evaluate(questions, given) == {
        "questions": 3, "answerable": 3,
        "exact_match": 33.33,  # only "The cat"
        "f1": 55.56,  # (2/3 + 1 + 0) / 3
    }  # fmt: skip


def test_with_unanswerable_questions_each_half_takes_the_others_threshold():
    questions = [
        question("a", ("x",), 0), question("b", (), 0),
        question("c", ("x",), 1), question("d", (), 1), question("e", ("y",), 1),
    ]  # fmt: skip
    given = [
        Prediction("x", 6.0),
        Prediction("x", 3.0),
        Prediction("x", 4.0),
        Prediction("x", 5.0),
        Prediction("y", 2.0),
    ]
    # Article 0 is best from 6 on: its one right answer. That lets article 1 give none: of c, d, e only d is then right.
    # Article 1: from 2 on it gains 2 and loses 1, from 4 on it gains 1 and loses 1: 2. Article 0 gives a (right) and b (wrong).
    assert evaluate(questions, given) == {
        "questions": 5, "answerable": 3, "exact_match": 100.0, "f1": 100.0,
        "squad2_exact_match": 40.0, "squad2_f1": 40.0,
        "squad2_unanswerable_refused": 50.0, "squad2_answerable_refused": 66.67,
    }  # fmt: skip


def test_a_question_with_no_span_at_all_is_refused():
    questions = [question("a", ("x",), 0), question("b", (), 0), question("c", ("x",), 1), question("d", (), 1)]
    given = [Prediction("x", 3.0), Prediction("", float("-inf")), Prediction("x", 2.0), Prediction("", float("-inf"))]
    scores = evaluate(questions, given)
    # each half is best from its own x on; 2.0 lets the first x through, 3.0 refuses the second
    assert (scores["squad2_f1"], scores["squad2_unanswerable_refused"], scores["squad2_answerable_refused"]) == (
        75.0,
        100.0,
        50.0,
    )


def test_one_article_alone_is_answered_from_even_odds_on():
    # there is no other half to take a threshold from
    questions = [question("a", ("x",)), question("b", ()), question("c", ("y",))]
    scores = evaluate(questions, [Prediction("x", 3.0), Prediction("x", -3.0), Prediction("y", 1.0)])
    assert (scores["squad2_exact_match"], scores["squad2_answerable_refused"]) == (100.0, 0.0)


def test_questions_without_any_answer_have_no_exact_match():
    scores = evaluate([question("a", ()), question("b", (), 1)], [Prediction("x", 1.0), Prediction("y", 2.0)])
    assert "exact_match" not in scores
    assert scores["squad2_f1"] == 100.0  # nothing is gained by answering, so nothing is answered


@pytest.mark.parametrize(
    ("scores", "gains", "threshold"),
    [
        ([3.0, 2.0, 1.0], [1.0, -1.0, 0.5], 3.0),
        ([3.0, 2.0, 1.0], [1.0, -1.0, 1.5], 1.0),
        ([1.0, 3.0, 2.0], [0.5, 1.0, -1.0], 3.0),
        ([3.0, 2.0], [-1.0, 0.5], float("inf")),
        ([2.0, 2.0], [1.0, -1.5], float("inf")),  # equal scores are given or refused together
    ],
)
def test_the_best_threshold(scores: list[float], gains: list[float], threshold: float):
    assert best_threshold(scores, gains) == threshold


def squad(folder: Path, *articles: list[dict[str, object]]) -> Path:
    path = folder / "squad.json"
    paragraphs = [{"title": "t", "paragraphs": list(article)} for article in articles]
    path.write_text(json.dumps({"version": "v2.0", "data": paragraphs}), encoding="utf-8")
    return path


def test_a_file_is_loaded_question_by_question(tmp_path: Path):
    answered = {
        "id": 7,
        "question": "Who?",
        "answers": [{"text": "Ann", "answer_start": 0}, {"text": "Ann B", "answer_start": 0}],
    }
    path = squad(
        tmp_path,
        [
            {
                "context": "Ann B. came.",
                "qas": [answered, {"id": "u", "question": "When?", "answers": [], "is_impossible": True}],
            }
        ],
        [{"context": "Other.", "qas": [{"id": "n", "question": "Where?"}]}],
    )
    assert load(path) == [
        ReadQuestion("7", 0, Pair("Who?", "Ann B. came."), ("Ann", "Ann B")),
        ReadQuestion("u", 0, Pair("When?", "Ann B. came."), ()),
        ReadQuestion("n", 1, Pair("Where?", "Other."), ()),
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"data": [{"title": "t"}]}', '{"data": [{"paragraphs": [{"qas": [{}]}]}]}',
                                  '{"data": 3}', "\ufeff"])  # fmt: skip
def test_a_file_of_another_form_is_named(tmp_path: Path, text: str):
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"{path}: not a SQuAD-format file"):
        load(path)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path):
    path = tmp_path / "latin.json"
    path.write_bytes('{"data": "é"}'.encode("latin-1"))
    with pytest.raises(ValueError, match=rf"{path}: not a SQuAD-format file"):
        load(path)


def test_a_file_without_questions_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match="holds no question"):
        load(squad(tmp_path, [{"context": "Text.", "qas": []}]))


def test_a_question_whose_answers_have_no_words_is_named(tmp_path: Path):
    row = {"id": "odd", "question": "Who?", "answers": [{"answer_start": 0}]}
    with pytest.raises(ValueError, match=r"squad\.json: no answer of question odd has words"):
        load(squad(tmp_path, [{"context": "Text.", "qas": [row]}]))


def test_each_question_is_read_against_its_own_passage():
    questions = [ReadQuestion(str(n), 0, Pair("Who?", f"It was Ann{n}."), ()) for n in range(130)]
    questions.append(ReadQuestion("last", 0, Pair("Who?", ""), ()))
    told: list[tuple[int, int]] = []
    reader = FakeReader({"Who?": {f"Ann{n}": float(n) for n in range(130)}})
    found = predict(questions, reader, lambda done, total: told.append((done, total)))
    # "Ann1" stands in "Ann12" too, and scores less than "Ann12" there
    assert [(p.text, p.score) for p in found[:130]] == [(f"Ann{n}", float(n)) for n in range(130)]
    assert found[130] == Prediction("", float("-inf"))
    assert told == [(64, 131), (128, 131), (131, 131)]
