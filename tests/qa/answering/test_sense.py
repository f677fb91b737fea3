"""What a question says beyond its things: that something is not so, the most of a table's rows, who did it to whom."""

from __future__ import annotations

import pytest
from reader_fakes import hit

from qa.answering.candidates import candidates
from qa.answering.confidence import unfitted
from qa.answering.features import features_of
from qa.answering.ranking import ranking
from qa.answering.sense import leaves_open, turned_round
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
