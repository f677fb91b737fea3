"""What a follow-up question is completed to."""

from __future__ import annotations

import time

import pytest

from qa.conversation import Turn
from qa.question.follow_ups import leans, readings


def test_a_possessive_keeps_its_s():
    turns = [Turn("Who heads the IAEA?", "Rafael Grossi")]
    assert readings("What is his nationality?", turns)[0] == "What is Rafael Grossi's nationality?"


def test_a_pronoun_may_stand_for_what_was_asked_about():
    assert "When was the IAEA founded?" in [
        reading.replace("the the", "the")
        for reading in readings("When was it founded?", [Turn("Who heads the IAEA?", None)])
    ]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What about Uzbekistan?", "How long is the border of Uzbekistan?"),
        ("And Uzbekistan?", "How long is the border of Uzbekistan?"),
        ("and what about Uzbekistan", "How long is the border of Uzbekistan?"),
        ("What about Uzbekistan? ", "How long is the border of Uzbekistan?"),
        ("And Uzbekistan?\n", "How long is the border of Uzbekistan?"),
    ],
)
def test_a_name_takes_the_place_of_a_name(question: str, wanted: str):
    assert readings(question, [Turn("How long is the border of Kazakhstan?", "7,644 km")])[0] == wanted


def test_a_year_takes_the_place_of_a_year():
    assert (
        readings("And in 2019?", [Turn("Who chaired the SCO in 2018?", "China")])[0] == "Who chaired the SCO in 2019?"
    )


def test_a_bare_question_word_takes_the_last_answer_with_it():
    asked = readings("When?", [Turn("Who visited Astana?", "Macron")])
    assert asked[0] == "When did Macron visited Astana?"  # rough, but its words are the ones to find


@pytest.mark.parametrize(
    "question",
    ["When?", "Why?", "And Uzbekistan?", "What about gas?", "When did he resign?", "Where is it?", "Whom did he meet?",
     "Are they members?", "Were they members?", "Do they agree?", "Has it been built?", "Can he resign?", "Will she run again?",
     "From whom did he buy it?", "For how long will it last?", "After what did they leave?"],
)  # fmt: skip
def test_questions_that_lean(question: str):
    assert leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who heads the IAEA?",
        "When did Macron say that he would resign?",
        "Is there a border with China?",
        "What is the SCO?",
        "",
    ],
)
def test_questions_that_stand_alone(question: str):
    assert not leans(question)


@pytest.mark.parametrize("question", ["When?", "What about him?", "And there?"])
def test_without_turns_nothing_is_completed(question: str):
    assert readings(question, []) == [question]


def test_there_are_at_most_five_different_readings():
    turns = [Turn("Did Ann meet Bob in Rome?", "Carl"), Turn("Did Dora meet Emil in Oslo?", "Fritz")]
    asked = readings("Where did he go with it?", turns)
    assert 1 < len(asked) <= 5 and len(set(asked)) == len(asked)


@pytest.mark.parametrize(
    "long",
    [
        "the cat and " * 7_000 + "it, you know?",
        "What about " + "Kazakhstan " * 20_000 + "?",
        "What about " + " " * 20_000 + "him, then",
        "a" * 100_000,
    ],
    ids=["words", "names", "spaces", "one word"],
)
def test_a_huge_question_is_completed_in_bounded_time(long: str):
    began = time.monotonic()
    for question, turn in ((long, Turn("Who heads the IAEA?", "Grossi")), ("When did he go there?", Turn(long, long))):
        assert 1 <= len(readings(question, [turn])) <= 5
    assert time.monotonic() - began < 10


def test_a_pronoun_stands_for_a_thing_and_is_never_left_as_it_is():
    turns = [Turn("What is TAPI?", "a pipeline"), Turn("Which country is willing to help build TAPI?", "Russia")]
    found = readings("How long is it?", turns)
    assert "How long is TAPI?" in found and "How long is it?" not in found
    assert not [question for question in found if "willing" in question]


def test_a_name_takes_the_place_of_another_and_does_not_stand_beside_it():
    turns = [Turn("How much did Oman export?", None)]
    assert readings("And Qatar?", turns) == ["How much did Qatar export?"]
    assert readings("And in Qatar?", turns)[-1] == "How much did Oman export in Qatar?"
    assert readings("And of gas?", turns)[-1] == "How much did Oman export of gas?"


def test_a_question_of_two_words_is_asked_of_what_was_spoken_of_and_as_it_stands():
    asked = readings("Who won?", [Turn("What is the Ellam race?", None)])
    assert asked[0] == "Who won the Ellam race?" and asked[-1] == "Who won?"
    assert readings("Who owns the ferry Halka?", [Turn("What is the Ellam race?", None)]) == [
        "Who owns the ferry Halka?"
    ]


def test_what_opens_a_sentence_is_no_name():
    asked = readings("When was she born?", [Turn("Besides the mill, did Nadia Voss own ships?", None)])
    assert asked[0] == "When was Nadia Voss born?" and not any("Besides" in one for one in asked)
