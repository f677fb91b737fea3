"""Files of questions read into training examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training_fakes import CONTEXT, asked, squad

from qa.training.examples import TrainingExample, detokenise, read_gold, read_qamr, read_squad


def test_an_answer_is_taken_from_its_offset(tmp_path: Path):
    loaded = read_squad(squad(tmp_path, asked("when", ("2001", 23))))
    assert loaded.examples == [TrainingExample("when", "when", "when?", CONTEXT, 23, 27)]
    assert loaded.examples[0].answer == "2001" and loaded.skipped == []


def test_an_answer_that_is_not_at_its_offset_is_skipped_and_named(tmp_path: Path):
    loaded = read_squad(
        squad(tmp_path, asked("off", ("2001", 22)), asked("past", ("2001", 900)), asked("when", ("2001", 23)))
    )
    assert [example.id for example in loaded.examples] == ["when"]
    assert loaded.skipped == [
        f"squad.json: question {name}: its answer does not stand at its offset" for name in ("off", "past")
    ]


@pytest.mark.parametrize(
    "answer", [{"text": "2001"}, {"answer_start": 23}, {"text": "2001", "answer_start": None}, "2001"]
)
def test_an_answer_of_another_form_is_skipped_and_named(tmp_path: Path, answer: object):
    loaded = read_squad(
        squad(tmp_path, {"id": "odd", "question": "?", "answers": [answer]}, asked("when", ("2001", 23)))
    )
    assert [example.id for example in loaded.examples] == ["when"]
    assert len(loaded.skipped) == 1 and "question odd" in loaded.skipped[0]


def test_where_annotators_differ_the_commonest_answer_counts_and_of_equals_the_shortest(tmp_path: Path):
    commonest = asked("a", ("2001", 23), ("in 2001", 20), ("2001,", 23))  # without its comma the last is the first
    shortest = asked("b", ("in 2001", 20), ("2001", 23))
    read = read_squad(squad(tmp_path, commonest, shortest)).examples
    assert [example.answer for example in read] == ["2001", "2001"]
    assert [CONTEXT[slice(*vote)] for vote in read[1].votes] == ["in 2001", "2001", "in 2001", "in 2001"]


def test_unanswerable_questions_are_examples_without_answer(tmp_path: Path):
    impossible = {"id": "u", "question": "Who?", "answers": [], "is_impossible": True}
    assert read_squad(squad(tmp_path, impossible)).examples == [TrainingExample("u", "u", "Who?", CONTEXT, None, None)]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"data": [{}]}', '{"data": [{"paragraphs": [{"context": "", "qas": [{}]}]}]}']
)
def test_a_file_of_another_form_is_named(tmp_path: Path, text: str):
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.json: not a SQuAD-format file"):
        read_squad(tmp_path / "other.json")


def test_penn_treebank_tokens_become_a_sentence():
    tokens = "`` We do n't know , '' said Ann -LRB- 30 -RRB- , who 's paid $ 5 -- or 10 % .".split()
    made = detokenise(tokens)
    assert made.text == "\"We don't know,\" said Ann (30), who's paid $5 – or 10%."
    assert [made.text[start:end] for start, end in made.spans][:6] == ['"', "We", "do", "n't", "know", ","]


TOKENS = st.lists(st.sampled_from("Ann it '' `` \" -LRB- -RRB- 's n't , . $ -- % ' é 漢".split()), max_size=30)
WRITTEN = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"', "--": "–"}


@given(TOKENS)
def test_every_tokens_place_holds_its_written_form(tokens: list[str]):
    made = detokenise(tokens)
    assert [made.text[start:end] for start, end in made.spans] == [WRITTEN.get(token, token) for token in tokens]
    ends = [0, *(end for _, end in made.spans)]
    assert all(made.text[left:right] in ("", " ") for left, (right, _) in zip(ends, made.spans, strict=False))


def qamr(folder: Path, *rows: str) -> tuple[Path, Path]:
    """Three sentences of one document, and rows of: question, answer tokens, two validators' votes."""
    sentences, questions = folder / "sentences.tsv", folder / "qamr.tsv"
    texts = ["Ann met Bob in Oslo .", "Bob gave her a book .", "She read it -LRB- twice -RRB- ."]
    sentences.write_text("".join(f"W:w:1:{n}:0\t{text}\n" for n, text in enumerate(texts)), encoding="utf-8")
    questions.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return questions, sentences


def row(sentence: int, question: str, tokens: str, first: str, second: str) -> str:
    return f"W:w:1:{sentence}:0\t1 2\t9\t0\t1\t{question}\t{tokens}\t100:{first}\t200:{second}"


def test_qamr_rows_become_examples_in_a_passage_of_sentences(tmp_path: Path):
    loaded = read_qamr(*qamr(
        tmp_path,
        row(0, "Who was met?", "2", "2", "0"),
        row(1, "What did Bob give?", "3 4", "3 4", "4"),
        row(2, "How often?", "4", "4", "4"),
    ))  # fmt: skip
    assert [(e.question, e.answer) for e in loaded.examples] == [
        ("Who was met?", "Bob"), ("What did Bob give?", "a book"), ("How often?", "twice")]  # fmt: skip
    assert loaded.examples[2].passage.endswith("She read it (twice).")
    assert loaded.skipped == []


def test_qamr_answers_that_are_no_run_or_that_nobody_confirms_are_left_out(tmp_path: Path):
    loaded = read_qamr(*qamr(
        tmp_path,
        row(0, "Who met?", "0 2", "0 2", "0 2"),
        row(0, "Where?", "4", "0", "2"),
        row(0, "Who was met?", "2", "2", "2"),
        row(0, "Who was met?", "2", "2", "2"),  # again
        row(1, "Whom?", "2", "2", "2"),  # "her": a pronoun tells nobody anything
    ))  # fmt: skip
    assert [(e.question, e.answer) for e in loaded.examples] == [("Who was met?", "Bob")]


def test_qamr_rows_of_another_form_are_named(tmp_path: Path):
    loaded = read_qamr(
        *qamr(tmp_path, "three\tcells\tonly", row(9, "Who?", "0", "0", "0"), row(0, "Where?", "4", "4", "4"))
    )
    assert len(loaded.examples) == 1
    assert loaded.skipped == [f"qamr.tsv: line {number}: not a QAMR row of a known sentence" for number in (1, 2)]


ARTICLE = "# Title\n\nFirst paragraph.\n\nThe SCO was founded\nin 2001 by six states.\n\nLast paragraph about 2001.\n"


def gold(folder: Path, *rows: object) -> Path:
    (folder / "article.md").write_text(ARTICLE, encoding="utf-8")
    path = folder / "gold.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return path


def line(start: int | None, *answers: str, document: str = "article.md") -> dict[str, object]:
    return {
        "id": "g",
        "question": "When?",
        "answers": list(answers),
        "document": document,
        "start": start,
        "kind": "date",
    }


def test_a_gold_answer_is_read_in_its_paragraph(tmp_path: Path):
    [example] = read_gold(gold(tmp_path, line(ARTICLE.index("2001"), "2001", "in 2001")), tmp_path).examples
    assert example.answer == "2001"
    assert example.passage == "The SCO was founded\nin 2001 by six states."


def test_gold_answers_in_the_first_and_last_paragraph(tmp_path: Path):
    loaded = read_gold(gold(tmp_path, line(2, "Title"), line(ARTICLE.rindex("2001"), "2001")), tmp_path)
    assert [(e.answer, e.passage.strip()) for e in loaded.examples] == [
        ("Title", "# Title"), ("2001", "Last paragraph about 2001.")]  # fmt: skip


def test_gold_lines_that_cannot_be_trained_on_are_named(tmp_path: Path):
    path = gold(tmp_path, line(3, "2001"), line(3, "x", document="gone.md"), "{", line(None, "2001"), line(3))
    loaded = read_gold(path, tmp_path)
    assert loaded.examples == []
    # the last two have no place and no answer: nothing to train on, and nothing wrong with them
    assert [sentence.split(": ")[1] for sentence in loaded.skipped] == ["line 1", "line 2", "line 3"]
