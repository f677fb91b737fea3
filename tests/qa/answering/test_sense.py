"""What a question says beyond its things: that something is not so, the most of all rows, who did it to whom, when."""

from __future__ import annotations

import pytest
from reader_fakes import hit

from qa.answering.candidates import candidates
from qa.answering.confidence import unfitted
from qa.answering.features import features_of
from qa.answering.ranking import ranking
from qa.answering.sense import asked_of, leaves_open, turned_round, undated, untimely, years_asked
from qa.reader.reader import Reading, Span


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who succeeded Ada Lunn?", "Ada Lunn succeeded Ben in May."),
        ("Who succeeded Ada Lunn?", "She had succeeded Ben."),
        ("Who succeeded Ada Lunn?", "Ben was succeeded by Ada Lunn."),
        ("Who did Ada Lunn succeed?", "Later Ben succeeded Ada Lunn."),
        ("Whom did Ada Lunn succeed?", "Ada Lunn was succeeded by Ben."),
        ("Which mayor did Ada Lunn succeed?", "Ben, who succeeded Lunn, was ill."),
        ("Who was succeeded by Ada Lunn?", "Ben succeeded Ada Lunn."),
        ("Who was Ada Lunn succeeded by?", "Ada Lunn succeeded Ben."),
        ("Which firm bought Lunn Mills?", "Lunn Mills bought Ben in May."),
    ],
)
def test_the_other_role_is_no_answer(question: str, sentence: str):
    assert turned_round(question, "Ben", sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who succeeded Ada Lunn?", "Ben succeeded Ada Lunn."),
        ("Who succeeded Ada Lunn?", "Ada Lunn was succeeded by Ben."),
        ("Who succeeded Ada Lunn?", "Ada Lunn was followed by Ben."),
        ("Who succeeded Ada Lunn?", "“It is late,” said Ben."),
        ("Who did Ada Lunn succeed?", "Ada Lunn succeeded Ben."),
        ("Who did Ada Lunn succeed?", "Ben was succeeded by Ada Lunn."),
        ("Who was succeeded by Ada Lunn?", "Ada Lunn succeeded Ben."),
        ("Who was the mayor of Lunn?", "The mayor of Lunn was Ben."),
        ("Who lived under the bridge?", "Under the bridge lived Ben."),
        ("Who stood on the bridge?", "On the bridge stood Ben."),
        ("What level was the bridge?", "The bridge had level Ben."),
        ("When did Ada Lunn succeed Ben?", "Ada Lunn succeeded Ben."),
    ],
)
def test_the_role_asked_for_and_what_is_unclear_stay(question: str, sentence: str):
    assert not turned_round(question, "Ben", sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "header", "expected"),
    [
        ("Which port has no crane?", "Oskerby and Lund have a crane.", "", True),
        ("Which port has no crane?", "Oskerby has none.", "", False),
        ("Which port doesn't have a crane?", "All except Oskerby have one.", "", False),
        ("Which port has a crane?", "Oskerby has a crane.", "", False),
        ("Why does it no longer run?", "The boiler burst.", "", False),
        ("Which boat has the most seats?", "Canoe | 2", "Boat | Seats", True),
        ("Which boat has the most seats?", "Ferry | 90", "Boat | Most seats", False),
        ("Which boat has the most seats?", "The ferry has 90 seats.", "", False),
        ("How many seats has the canoe?", "Canoe | 2", "Boat | Seats", False),
    ],
)
def test_a_sentence_without_the_not_or_the_most_leaves_the_question_open(
    question: str, sentence: str, header: str, expected: bool
):
    assert leaves_open(question, sentence, header) is expected


def test_the_other_role_gives_way_to_the_right_one_and_an_open_answer_is_unfit():
    text = "Ada Lunn succeeded Ben. Cora followed."
    reading = Reading((Span(19, 22, 5.0), Span(24, 28, 1.0)))
    ranked = ranking("Who succeeded Ada Lunn?", [hit(text)], [reading], unfitted("any"))
    assert [one.candidate.text for one in ranked] == ["Cora"]

    found = candidates([hit("Oskerby has a crane.")], [Reading((Span(0, 7, 5.0),))])
    assert features_of("Which port has no crane?", found)[0].unfit == 1
    assert features_of("Which port has a crane?", found)[0].unfit == 0


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Which bridges were built before 1951?", 0, 1950),
        ("Which bridges were built before May 1951?", 0, 1951),
        ("Which were built before the end of 1951?", 0, 1951),
        ("Who led it until 12 May 2011?", 0, 2011),
        ("What happened after 2003?", 2004, 9999),
        ("What has happened since 1990?", 1990, 9999),
        ("Which were built between 1990 and March 2000?", 1990, 2000),
        ("Which were built after 1990 but before 2000?", 1991, 1999),
    ],
)
def test_years_that_a_question_allows(question: str, first: int, last: int):
    assert years_asked(question) == range(first, last + 1)


@pytest.mark.parametrize(
    "question", ["Which bridges were built in 1951?", "Who came before 200 guests?", "What is the film from 1990?"]
)
def test_no_bounds(question: str):
    assert years_asked(question) is None
    assert undated(question) == question.strip(" ,")


ROW = "Ship | Launched | Scrapped"


@pytest.mark.parametrize(
    ("question", "sentence", "header", "is_untimely"),
    [
        ("Who led it before 1951?", "Ada led it from 1960 to 1970.", "", True),
        ("Who led it before 1951?", "Ada led it from 1940 to 1970.", "", False),
        ("Who led it before 1951?", "Ada led it until 1960.", "", False),
        ("Who led it before 1951?", "Ada led it.", "", False),
        ("Who led it in 1951?", "Ada led it from 1960 to 1970.", "", False),
        ("Who led it after 1951?", "Ada came in 1940.", "", False),  # and may have stayed
        ("Which ship was launched before 1951?", "Brig | 1960 | 1990", ROW, True),
        ("Which ship was launched after 1951?", "Brig | 1940 | 1960", ROW, True),
        ("Which ship was scrapped after 1951?", "Brig | 1940 | 1960", ROW, False),
        ("Which ship sank after 1951?", "Brig | 1940 | 1960", ROW, False),  # in no column that is named
        ("Which ship was launched after 1951?", "Brig | unknown | |", ROW, True),
        ("Which island had people before 1990?", "Hunda | 842 | 688", "Island | People 1981 | People 2001", False),
    ],
)
def test_sentences_of_other_years(question: str, sentence: str, header: str, is_untimely: bool):
    assert untimely(question, sentence, header) is is_untimely


def test_a_row_is_read_without_the_bounds_that_its_years_are_held_against():
    question = "Which ships were launched before 1951?"
    assert asked_of(question, "Brig | 1960 | 1990", ROW) == "Which ships were launched?"
    assert asked_of("Before 1951, who led it?", "Ada | 1940", "Name | From") == "who led it?"
    for text, header in (("Brig | |", ROW), ("The Brig was launched in 1960.", "")):
        assert asked_of(question, text, header) == question
    for asked in ("How many ships came before 1951?", "Was the Brig launched before 1951?"):
        assert asked_of(asked, "Brig | 1960 | 1990", ROW) == asked


def test_an_answer_of_other_years_gives_way():
    question = "Who led the mill before 1951?"
    texts = ("Ben led the mill from 1960 to 1970.", "Ada led the mill in 1949.")
    hits = [hit(text, document=f"/{number}.txt") for number, text in enumerate(texts)]
    readings = [Reading((Span(0, 3, 6.0),)), Reading((Span(0, 3, 1.0),))]
    assert [one.candidate.text for one in ranking(question, hits, readings, unfitted("fake"))] == ["Ada"]
