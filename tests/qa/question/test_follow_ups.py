"""What a follow-up question is completed to."""

from __future__ import annotations

import time

import pytest

from qa.conversation import Turn
from qa.question.follow_ups import leans, named_instead, readings


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


@pytest.mark.parametrize(
    ("question", "last", "wanted"),
    [
        ("And the ferry?", "What is the fare of the barge?", "What is the fare of the ferry?"),
        ("what about a week ticket", "How much is a day ticket for Lund?", "How much is a week ticket for Lund?"),
        ("and for a full week?", "How much is it for half a day in Lund?", "How much is it for a full week in Lund?"),
        ("And in the north?", "How many people live in the south?", "How many people live in the north?"),
    ],
)
def test_a_phrase_takes_the_place_of_one_that_the_same_word_leads(question: str, last: str, wanted: str):
    assert readings(question, [Turn(last, None)])[0] == wanted


def test_a_phrase_of_as_many_words_may_be_meant():
    assert "What does a night in the hotel cost?" in readings(
        "and in the hotel?", [Turn("What does a night in the huts cost?", None)]
    )


@pytest.mark.parametrize(("question", "name"), [("And the ferry?", "ferry"), ("and for a full week?", "full week")])
def test_what_is_named_instead_has_no_article(question: str, name: str):
    assert named_instead(question) == name


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


@pytest.mark.parametrize(
    "question", ["Who won", "Were there any accidents", "How long is the course", "Describe the course"]
)
def test_a_question_that_says_little_is_asked_beside_the_topic_and_as_it_stands(question: str):
    asked = readings(f"{question}?", [Turn("What is the Ellam race?", None)])
    assert asked == [f"{question} (the Ellam race)?", f"{question}?"]


@pytest.mark.parametrize(
    "question",
    ["Who owns the ferry Halka?", "What is rowing?", "Which clubs row against each other on the big river?",
     "What is rowing and who invented it?"],
)  # fmt: skip
def test_a_question_that_says_enough_stands_alone(question: str):
    assert readings(question, [Turn("What is the Ellam race?", None)]) == [question]


def test_the_topic_is_what_the_last_questions_were_about():
    turns = [Turn("What is the Ellam race?", None), Turn("Who won (the Ellam race)?", "Oskerby")]
    assert readings("How long is it?", turns)[0] == "How long is the Ellam race?"
    assert (
        readings("How long is it?", [*turns, Turn("What is the Halka canal?", None)])[0]
        == "How long is the Halka canal?"
    )


def test_a_pronoun_stands_for_the_owner_and_not_for_what_it_has():
    assert readings("Where is it?", [Turn("What are the mill's adaptations?", None)])[0] == "Where is the mill?"


def test_a_pronoun_agrees_in_number():
    turns = [Turn("Which kinds of boats are used in the Ellam race?", None)]
    assert readings("How long is it?", turns)[0] == "How long is the Ellam race?"
    turns = [Turn("Where did Hale meet the five ministers?", "Oskerby")]
    assert readings("Where did they go next?", turns)[0] == "Where did the five ministers go next?"


def test_what_is_a_share_of_it_is_a_share_of_the_last_figure():
    turns = [Turn("How much did Dravia receive in 2022?", "$16.9 billion")]
    assert readings("And how much of it came by post?", turns)[0] == "How much of $16.9 billion came by post?"


def test_both_pronouns_of_a_question_are_replaced():
    asked = readings("Who did he meet there?", [Turn("When did Hale visit Oskerby?", "on 1 May")])
    assert asked[0] == "Who did Hale meet in Oskerby?"


def test_a_day_is_no_topic():
    asked = readings("What was held there?", [Turn("Where was Hale to go on Wednesday?", "Oskerby")])
    assert not any("Wednesday" in one for one in asked)


def test_initials_belong_to_a_name():
    assert (
        readings("When was he born?", [Turn("Where did Stephen F. Hale live?", None)])[0]
        == "When was Stephen F. Hale born?"
    )


def test_a_description_of_a_person_does_not_take_the_place_of_the_name():
    asked = readings("When did he speak?", [Turn("Who is Donald Hale?", "an assistant secretary")])
    assert asked == ["When did Donald Hale speak?"]


def test_what_opens_a_sentence_is_no_name():
    asked = readings("When was she born?", [Turn("Besides the mill, did Nadia Voss own ships?", None)])
    assert asked[0] == "When was Nadia Voss born?" and not any("Besides" in one for one in asked)


@pytest.mark.parametrize(
    ("last", "answer"),
    [
        ("When did the cable car open?", "1978"),
        ("When will the cable car first run?", "in May"),
        ("How was the cable car built?", None),
    ],
)
def test_a_verb_is_no_part_of_what_is_asked_about(last: str, answer: str | None):
    every = readings("How many riders does it have?", [Turn(last, answer)])
    assert every[0] == "How many riders does the cable car have?"
    assert not [one for one in every if "car open" in one or "first" in one or "built" in one]
