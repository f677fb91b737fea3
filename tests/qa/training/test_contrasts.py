"""Training examples that differ from another in one word."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training_fakes import SEA, asking

from qa.training.contrasts import OPPOSITES, SYNONYMS, contradicted, turned, with_opposite, with_synonym


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is the largest port of Norway?", "What is the smallest port of Norway?"),
        ("Where did Olaf live?", "Where didn't Olaf live?"),
        ("Which port of Norway was busy?", "Which port of Norway wasn't busy?"),
    ],
)
def test_a_question_turned_round_is_not_answered(question: str, wanted: str):
    made = [with_opposite(asking(question, SEA, "Oslo"), random.Random(seed)) for seed in range(8)]
    assert {negative.question for negative in made if negative} == {wanted}
    assert all(
        negative.answer is None and negative.votes == () and negative.group != "n" for negative in made if negative
    )


def test_an_opposite_that_the_passage_holds_is_not_asked_for():
    both = SEA + " The smallest port is far north."
    assert with_opposite(asking("Name the largest port", both, "Oslo"), random.Random(0)) is None


def test_a_word_is_turned_whole_and_not_within_a_name():
    assert with_opposite(asking("Name Firstport, Newtown or Wall", SEA, "Oslo"), random.Random(0)) is None


def test_a_synonym_keeps_the_answer():
    made = with_synonym(asking("Which town did Olaf build?", SEA, "Bergen"), random.Random(0))
    assert made is not None and made.answer == "Bergen" and made.votes == ((36, 42),) and made.group != "n"
    assert made.question in {"Which city did Olaf build?", "Which town did Olaf construct?"}
    assert with_synonym(asking("Who?", SEA, "Olaf"), random.Random(0)) is None


def test_a_passage_that_says_the_opposite_does_not_answer():
    made = contradicted(asking("Which port of Norway is largest?", SEA, "Oslo"), random.Random(0))
    assert made is not None and made.answer is None and made.votes == ()
    assert made.question == "Which port of Norway is largest?"
    assert made.passage == "The smallest port of Norway is Oslo. Bergen was founded by Olaf."


def test_a_passage_that_denies_it_does_not_answer():
    made = [contradicted(asking("Who settled Bergen?", SEA, "Olaf"), random.Random(seed)) for seed in range(8)]
    assert {m.passage for m in made if m} == {"The largest port of Norway is Oslo. Bergen was not founded by Olaf."}
    assert None in made


@pytest.mark.parametrize("passage", ["Oslo is the oldest port and was rich.", "Oslo was not rich."])
def test_nothing_is_denied_where_it_is_unclear_what(passage: str):
    assert all(contradicted(asking("Who?", passage, "Oslo"), random.Random(seed)) is None for seed in range(8))


@pytest.mark.parametrize("answer", ["Oslo", "Norway", "The"])
def test_turned_on_both_sides_the_answer_stays(answer: str):
    made = turned(asking("Of which land is the largest port?", SEA, answer), random.Random(0))
    assert made is not None and made.question == "Of which land is the smallest port?"
    assert made.passage == "The smallest port of Norway is Oslo. Bergen was founded by Olaf."
    assert made.answer == answer and made.passage[slice(*made.votes[0])] == answer


def test_a_word_of_the_answer_is_not_turned():
    assert turned(asking("Which port is largest?", SEA, "largest port"), random.Random(0)) is None
    assert contradicted(asking("largest", "The largest port.", "largest"), random.Random(0)) is None


@given(st.lists(st.sampled_from([*OPPOSITES, "Oslo", "the"]), min_size=4, max_size=12, unique=True), st.data())
def test_the_answers_words_stay_whatever_is_turned(words: list[str], data: st.DataObject):
    answer = data.draw(st.sampled_from(words))
    positive = asking(f"what is {data.draw(st.sampled_from(words))}?", " ".join(words) + ".", answer)
    made = turned(positive, random.Random(0))
    assert made is None or (made.answer == positive.answer and made.passage != positive.passage)


def test_no_word_is_its_own_opposite_or_synonym():
    assert all(word != other for table in (OPPOSITES, SYNONYMS) for word, other in table.items())
    assert not {word for word in OPPOSITES if SYNONYMS.get(word) == OPPOSITES[word]}
