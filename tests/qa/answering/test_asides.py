"""What is given for a question: answers from menus, teasers and comments are never sure, and are cited behind the text."""

from __future__ import annotations

from dataclasses import replace

from reader_fakes import hit

from qa.answering.confidence import Confidence, Scale
from qa.answering.outcomes import outcome
from qa.answering.ranking import ranking
from qa.answers import Answer
from qa.reader.reader import Reading, Span
from qa.retrieval.hybrid import Hit

TEXT, MENU = "The ferry runs to Skela today.", "More: the ferry to Skela, and one to Osmora"
ASKED = "Where does the ferry run?"
SURE = Confidence(
    Scale(0.0, {"margin": 10.0}, sure=0.8, likely=0.5),
    Scale(0.0, {"near": 1.0}),
    Scale(0.5, {"answer": -1.0}),
    Scale(0.0, {"margin": 1.0}),
    0.5,
    "reader-1",
    "a test",
)


def aside(found: Hit) -> Hit:
    return replace(found, passage=replace(found.passage, main=False))


def span(text: str, words: str, score: float) -> Span:
    return Span(text.index(words), text.index(words) + len(words), score)


def given(hits: list[Hit], *readings: Reading) -> Answer:
    return outcome(ASKED, hits, readings, ranking(ASKED, hits, readings, SURE), SURE)


def test_an_answer_that_only_asides_give_is_likely_and_says_so() -> None:
    hits = [hit(TEXT)]
    answer = given(hits, Reading((span(TEXT, "Skela", 9.0),)))
    assert (answer.text, answer.certainty, answer.reason) == ("Skela", "sure", None)
    answer = given([aside(hits[0])], Reading((span(TEXT, "Skela", 9.0),)))
    assert (answer.text, answer.certainty, answer.reason) == ("Skela", "likely", "outside the main text")


def test_of_two_places_that_of_the_text_is_cited_first_if_the_reader_believes_it() -> None:
    hits = [aside(hit(MENU, document="/a.html")), hit(TEXT, document="/b.html")]
    answer = given(hits, Reading((span(MENU, "Skela", 9.0),)), Reading((span(TEXT, "Skela", 4.0),)))
    assert ([one.main for one in answer.citations], answer.certainty) == ([True, False], "sure")
    answer = given(hits, Reading((span(MENU, "Skela", 9.0),)), Reading((span(TEXT, "Skela", -4.0),)))
    assert ([one.main for one in answer.citations], answer.certainty) == ([False, True], "likely")
