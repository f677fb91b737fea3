"""What agrees, what differs, and what comes first."""

from __future__ import annotations

from collections.abc import Mapping

from reader_fakes import hit

from qa.answering.confidence import unfitted
from qa.answering.conflicts import Compared, compare, compared_type
from qa.answering.ranking import ranking
from qa.answers import Agreement
from qa.reader.reader import Reading, Span

HOW_MANY = "How many boats does the yard have?"
PLAIN = unfitted("r")


def compared(
    texts: Mapping[str, str], scores: Mapping[str, float], dates: Mapping[str, str] | None = None, asked: str = HOW_MANY
) -> Compared:
    """Documents by name, each read as one passage in which the answers with a score are found."""
    hits = [hit(text, document=name) for name, text in texts.items()]
    readings = [
        Reading(tuple(Span(text.index(w), text.index(w) + len(w), s) for w, s in scores.items() if w in text))
        for text in texts.values()
    ]
    return compare(asked, ranking(asked, hits, readings, PLAIN), PLAIN, (dates or {}).get)


def texts(compared: Compared) -> list[str]:
    return [one.candidate.text for one in compared.ranked]


def test_two_documents_come_before_one():
    told = compared(
        {"/a": "The yard has 40 boats.", "/b": "The yard has 23 boats.", "/c": "Twenty-three boats the yard has."},
        {"40": 5.0, "23": 4.5, "Twenty-three": 4.0},
    )
    assert texts(told)[:2] == ["23", "40"]
    assert told.agreement == Agreement(2, 1, True)
    assert [one.candidate.text for one in told.agreeing] == ["Twenty-three"]


def test_of_two_documents_the_later_comes_first():
    two = {"/a": "The yard has 40 boats.", "/b": "The yard has 23 boats."}
    assert texts(compared(two, {"40": 5.0, "23": 4.5}, {"/a": "2019-01-01", "/b": "2021-01-01"})) == ["23", "40"]
    assert texts(compared(two, {"40": 5.0, "23": 4.5}, {"/a": "2021-01-01"})) == ["40", "23"]
    assert texts(compared(two, {"40": 5.0, "23": 4.5})) == ["40", "23"]


def test_weak_evidence_is_no_other_side():
    two = {"/a": "The yard has 40 boats.", "/b": "The yard has 23 boats."}
    assert compared(two, {"40": 5.0, "23": 2.0}).agreement == Agreement(1)


def test_a_figure_far_from_the_words_of_the_question_is_no_other_side():
    assert compared(
        {"/a": "The yard has 40 boats.", "/b": "In all 23 came."}, {"40": 5.0, "23": 4.9}
    ).agreement == Agreement(1)


def test_inside_one_document_the_evidence_has_to_be_nearly_alike_and_in_another_sentence():
    one = {"/a": "The yard has 40 boats. The yard has 23 boats, says its owner."}
    assert compared(one, {"40": 5.0, "23": 4.5}).agreement.conflict
    assert not compared(one, {"40": 5.0, "23": 3.5}).agreement.conflict
    assert not compared({"/a": "The yard has 40 boats or 23 boats."}, {"40": 5.0, "23": 4.9}).agreement.conflict


def test_what_cannot_be_compared_is_neither_for_nor_against():
    told = compared({"/a": "The yard has 40 boats.", "/b": "The yard has many boats."}, {"40": 5.0, "many": 4.9})
    assert told.agreement == Agreement(1)


def test_the_type_by_which_answers_are_compared():
    assert compared_type(HOW_MANY, "23") == "figure"
    assert compared_type(HOW_MANY, "many") is None
    assert compared_type("What did it bring?", "23 boats") == "figure"
    assert compared_type("What did it bring?", "salt") is None
    assert compared_type("Is it 23?", "It is 23.") is None
