"""Which answers are of the type that a question asks for."""

from __future__ import annotations

import pytest
from reader_fakes import hit

from qa.answering.ranking import considered
from qa.answering.type_check import is_dateline, is_unfit, of_another_type
from qa.reader.reader import Reading, Span

HOW_MANY, WHEN, WHAT = "How many boats are there?", "When was it built?", "What is it for?"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (HOW_MANY, "boats"),
        (HOW_MANY, "Most boats that the town has built lie in the harbour"),
        (HOW_MANY, "some"),
        ("How much did it cost?", "Oskerby"),
        ("What percentage of the pipe is ours?", "large"),
        ("Exactly how many came?", "the number"),
        ("How old was she?", "1931"),
        ("At what age did she retire?", "on 12 May 1994"),
        ("How old was she?", "Ada, who was born in March 1931"),
        ("Which ships sank before 1951?", "1949"),
        ("How many ships sank before 1951?", "1949"),
        (WHEN, "the Works"),
        (WHEN, "in"),
        ("On what date was it signed?", "Uzbekistan"),
        (WHAT, "of"),
        ("What percentage of the pipe is ours?", "most"),
        ("Who is the minister?", "Vera Lund was to meet the ministers"),
        ("Which company built it?", "The Works has built bridges"),
    ],
)
def test_answers_of_another_type(question: str, answer: str):
    assert of_another_type(question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (HOW_MANY, "a dozen"),
        (HOW_MANY, "none"),
        ("How much did it cost?", "tens of billions of dollars"),
        ("How many times as high was it?", "2.1-fold"),
        ("How long did it take?", "a few decades"),
        ("How old was she?", "63 in 1994"),
        ("Which years before 1951 were dry?", "1949"),
        ("Which ship is the oldest?", "1949"),
        ("How long was she there?", "1994"),
        ("How much is the ferry?", "free"),
        (WHEN, "1962"),
        (WHEN, "the 1850s"),
        (WHEN, "in the late 16th century"),
        (WHEN, "22:45"),
        (WHEN, "after the war"),
        (WHEN, "as soon as they enter into force"),
        ("What day of the week is it?", "Wednesdays"),
        ("When it burst, what was lost?", "the harvest"),
        ("In what age groups is it weak?", "the young"),
        ("In what area do they work together?", "oil and gas"),
        ("Who came?", "the board"),
        ("Who came?", "the man who was to build the bridge"),
        ("Who came?", "people whose boats were lost"),
        ("Which company built it?", "Is Yapi"),
        ("What percentage of the pipe is ours?", "a third"),
        (WHAT, "salt"),
    ],
)
def test_answers_of_the_type_that_is_asked_for(question: str, answer: str):
    assert not of_another_type(question, answer)


def test_no_answer_of_another_type_is_considered_unless_a_whole_sentence_is_shown():
    text = "Some boats were lost in 1962."
    spans = tuple(Span(text.index(word), text.index(word) + len(word), 3.0) for word in ("Some boats", "1962"))

    def texts(question: str) -> list[str]:
        return [one.text for one, _ in considered(question, [hit(text)], [Reading(spans)])]

    assert texts("When were they lost?") == ["1962"]
    assert texts("Were they lost?") == ["Some boats", "1962"]


@pytest.mark.parametrize(
    ("question", "answer", "sentence", "expected"),
    [
        ("How deep is the lake in metres?", "300 feet", "It is 300 feet deep.", True),
        ("How deep is the lake in metres?", "91 metres", "It is 91 metres deep.", False),
        (WHEN, "12 March 2021", "Oskerby, 12 March 2021 (Herald)", True),
        (WHEN, "1962", "It was built by the Works in 1962, and it still stands.", False),
    ],
)
def test_another_unit_and_the_date_of_an_article_are_unfit(question: str, answer: str, sentence: str, expected: bool):
    assert is_unfit(question, answer, sentence) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Published on 5 May 2020 at 10:30", True),
        ("Updated: 5 May 2020", True),
        ("ASTANA, 5 May 2020 (Reuters)", True),
        ("The dam burst on 5 May 2020.", False),
    ],
)
def test_the_date_of_an_article(line: str, expected: bool):
    assert is_dateline("5 May 2020", line) == expected
