"""The files with tables and the questions on them: each answer is a cell of the text that an index holds."""

from __future__ import annotations

import re
from collections import Counter

from eval.corpus_run import TABLE_QUESTIONS, TABLES
from eval.datasets.examples import load, validate
from index.documents import read_document

QUESTIONS = load(TABLE_QUESTIONS).questions
TEXTS = {path.name: read_document(path).text for path in TABLES.iterdir()}


def test_every_answer_stands_where_it_is_said_to():
    assert validate(TABLE_QUESTIONS, TABLES) == []
    placed = [question for question in QUESTIONS if question.answers and (question.document or "").endswith(".md")]
    assert placed and all(question.starts[0] is not None for question in placed)


def test_there_are_thirty_files_of_three_types_and_a_hundred_questions_with_an_answer():
    assert Counter(path.suffix for path in TABLES.iterdir()) == {".md": 14, ".csv": 8, ".html": 8}
    assert Counter(question.kind for question in QUESTIONS) == {"table": 100, "table_unanswerable": 20}
    assert all(question.answerable == (question.kind == "table") for question in QUESTIONS)
    assert {question.document for question in QUESTIONS if question.answerable} == set(TEXTS)


def test_every_answer_is_a_cell_or_the_end_of_one():
    for question in QUESTIONS:
        text = TEXTS[question.document or ""]
        ends = [
            text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
            for answer in question.answers
            for match in re.finditer(re.escape(answer), text)
        ]
        assert not question.answerable or any(not end.strip(" |;:\n") for end in ends), question
