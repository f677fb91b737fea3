"""Training examples of tables: answers stand at their offsets, and what is said to be missing is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from training_fakes import example

from qa.training.examples import TrainingExample
from qa.training.table_kinds import ROW, Sheet, any_kind, draw
from qa.training.tables import (
    Asker,
    blank_cell,
    cell,
    label,
    other_year,
    table_examples,
    total,
    unlisted_column,
    unlisted_row,
)

PROSE = [
    example(
        number,
        passage=f"In {1900 + number} Queen Astrid{number} came. The old Town{number} is where King Olaf{number} was born. "
        f"He lived in the mountains near Halden{number} until the river rose.",
    )
    for number in range(30)
]


@pytest.fixture(scope="module")
def made() -> list[TrainingExample]:
    return table_examples(PROSE, 1_500, random.Random(1))


def asked_of(asker: Asker, times: int = 600) -> Iterator[tuple[Sheet, str, tuple[int, int] | None]]:
    for seed in range(times):
        rng = random.Random(seed)
        sheet = draw(any_kind(rng), rng, 44, blank=True)
        asked = asker(sheet, rng)
        if asked is not None:
            yield sheet, asked.question, asked.place


def test_every_answer_is_a_whole_cell_or_the_words_of_the_passage(made: list[TrainingExample]):
    answered = [one for one in made if one.start is not None]
    assert 0.6 < len(answered) / len(made) < 0.8
    for one in answered:
        assert one.start is not None and one.end is not None and one.answer
        assert one.answer == one.answer.strip()
        around = f"\n{one.passage}\n"[one.start : one.end + 2]
        assert not around[0].isalnum() and not around[-1].isalnum(), one


def test_there_are_as_many_as_wanted_and_another_seed_makes_others(made: list[TrainingExample]):
    assert len(made) == 1_500 and len({one.id for one in made}) == 1_500
    assert table_examples(PROSE, 50, random.Random(1)) == table_examples(PROSE, 50, random.Random(1))
    others = {one.question for one in table_examples(PROSE, 200, random.Random(2))}
    assert len(others - {one.question for one in made}) > 150
    assert table_examples(PROSE, 0, random.Random(1)) == []


def test_no_question_is_frequent(made: list[TrainingExample]):
    of_tables = Counter(one.question for one in made if not one.id.endswith("-beside"))
    assert of_tables.most_common(1)[0][1] <= 10


def test_a_question_for_a_cell_names_its_row():
    for sheet, question, place in asked_of(cell):
        assert place is not None
        assert sheet.keys[place[0]].row in question and sheet.keys[place[0]].also in question
        assert sheet.table.rows[place[0]][place[1]] not in ("", sheet.missing)


def test_a_question_for_a_label_fits_one_row_alone():
    found = list(asked_of(label))
    assert len(found) > 30
    for sheet, question, place in found:
        assert place is not None and place[1] == sheet.slots.index(ROW)
        values = [text for text in sheet.table.rows[place[0]] if text and text in question]
        assert (
            "Rank" in sheet.table.header
            or sheet.slots[0] == "rank"
            or any(sum(text in row for row in sheet.table.rows) == 1 for text in values)
        )


def test_an_unlisted_row_is_in_no_row():
    for sheet, question, place in asked_of(unlisted_row):
        assert place is None
        listed = [key for key in sheet.keys if key.row in question and key.also in question]
        assert all(
            key.row != one.row for key in listed for one in sheet.strangers if not one.also and one.row in question
        )


def test_a_column_that_is_not_there_has_no_header():
    for sheet, question, place in asked_of(unlisted_column):
        assert place is None and any(key.row in question for key in sheet.keys)
        for column in sheet.absent:
            asked = {ask.format(row=key.row, also="") for ask in column.asks for key in sheet.keys}
            assert question not in asked or not set(column.heads) & set(sheet.table.header)


def test_a_blank_cell_and_another_year_are_no_answer():
    for asker in (blank_cell, other_year):
        found = list(asked_of(asker))
        assert len(found) > 5 and all(place is None for _, _, place in found)
    for sheet, question, _ in asked_of(other_year):
        assert sheet.year is not None and sheet.year not in question


def test_a_total_is_answered_by_the_last_row_if_there_is_one():
    for sheet, _, place in asked_of(total):
        assert (place is None) == (sheet.total is None)
        assert place is None or place[0] == len(sheet.table.rows) - 1


def test_the_rest_of_a_table_lacks_the_row(made: list[TrainingExample]):
    rest = [one for one in made if one.id.endswith("-other_rows")]
    by_id = {one.id: one for one in made}
    assert len(rest) > 50
    for one in rest:
        with_row = by_id[one.group]
        assert with_row.question == one.question and one.start is None and with_row.start is not None
        end = with_row.passage.find("\n", with_row.start)
        line = with_row.passage[with_row.passage.rfind("\n", 0, with_row.start) + 1 : end if end >= 0 else None]
        assert line not in one.passage


def test_a_table_beside_a_passage_does_not_hold_the_answer(made: list[TrainingExample]):
    beside = [one for one in made if one.id.endswith("-beside")]
    originals = {one.question: one for one in PROSE}
    assert len(beside) > 100
    for one in beside:
        original = originals[one.question]
        assert one.answer == original.answer and original.passage in one.passage
        table = one.passage.replace(original.passage, "")
        assert original.answer and original.answer not in table and len(table) > 30


def test_votes_move_with_the_passage():
    vote = (PROSE[0].start or 0, PROSE[0].end or 0)
    voted = [TrainingExample(**{f: getattr(PROSE[0], f) for f in PROSE[0].__slots__} | {"votes": (vote,)})]
    for one in table_examples(voted, 100, random.Random(3)):
        assert all(one.passage[start:end] == PROSE[0].answer for start, end in one.votes)


def test_tables_need_no_passages():
    alone = table_examples([], 60, random.Random(4))
    assert len(alone) == 60 and not any(one.id.endswith("-beside") for one in alone)
