"""Questions and passages as they come: typed in haste, cut into tokens, with an order among the words."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training_fakes import CONTEXT

from qa.training.examples import TrainingExample
from qa.training.noise import as_typed, misspelt, ordered, tokenised


def test_questions_as_people_type_them():
    assert {as_typed("Who is the King of Norway?", random.Random(seed)) for seed in range(9)} == {
        "who is the king of norway", "who is king of norway"}  # fmt: skip


@given(st.integers(0, 10_000))
def test_a_misspelling_changes_one_long_word_and_not_its_first_letter(seed: int):
    made = misspelt("who is the president of it", random.Random(seed))
    assert made.startswith("who is the p") and made.endswith(" of it")
    assert abs(len(made) - len("who is the president of it")) <= 1
    assert misspelt("who is it", random.Random(seed)) == "who is it"


@given(st.text(st.sampled_from("ab 1.,'“”()\n é漢😀"), max_size=40), st.data())
def test_a_tokenised_passage_keeps_the_words_of_the_answer(text: str, data: st.DataObject):
    places = [number for number, character in enumerate(text) if not character.isspace()]
    if not places:
        return
    start, end = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
    made = tokenised(TrainingExample("t", "t", "q", text, start, end + 1, ((start, end + 1),)))
    bare = str.maketrans({"“": "``", "”": "''", " ": "", "\n": ""})
    assert (made.answer or "").replace(" ", "") == text[start : end + 1].translate(bare)
    assert made.votes == ((made.start, made.end),)


@pytest.mark.parametrize("seed", range(12))
def test_an_order_in_the_passage_moves_the_answer_and_changes_nothing_else(seed: int):
    plain = TrainingExample("t", "t", "When?", CONTEXT, 23, 27, ((23, 27), (20, 27)))
    told = ordered(plain, "Atlantic", random.Random(seed))
    assert "Atlantic" in told.passage and CONTEXT in told.passage and told.answer == plain.answer
    assert [told.passage[start:end] for start, end in told.votes] == [CONTEXT[23:27], CONTEXT[20:27]]
    silent = ordered(replace(plain, start=None, end=None, votes=()), "Atlantic", random.Random(seed))
    assert silent.answer is None and "Atlantic" in silent.passage
