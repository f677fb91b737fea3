"""What is known of a candidate, beside others."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from reader_fakes import hit

from qa.answering.candidates import candidates
from qa.answering.features import Features, features_of, log_sum
from qa.reader.reader import Reading, Span

WHO = "Which head of state visited Astana?"


def known(question: str, text: str, scores: Mapping[str, float], *others: str) -> dict[str, Features]:
    """The features of answers in one passage, or in further documents of the same words, by their text."""
    texts = [text, *others]
    hits = [hit(one, document=f"/{number}.txt", similarity=0.6, term_score=0.9) for number, one in enumerate(texts)]
    readings = [
        Reading(tuple(Span(one.index(w), one.index(w) + len(w), s) for w, s in scores.items() if w in one))
        for one in texts
    ]
    found = candidates(hits, readings)
    return {one.text: of for one, of in zip(found, features_of(question, found), strict=True)}


def test_the_scores_of_a_candidate():
    one = known(WHO, "Macron visited Astana.", {"Macron": 8.0, "Astana": -4.0})["Macron"]
    assert (one.margin, one.margin_squared) == (0.8, pytest.approx(0.64))
    assert (one.similarity, one.term_score, one.lead) == (0.6, 0.9, 1.0)
    assert one.near == pytest.approx(2 / 4)  # head, state, visited, Astana


def test_a_negative_margin_keeps_its_sign_when_squared_and_none_runs_away():
    assert known(WHO, "Macron", {"Macron": -4.0})["Macron"].margin_squared == pytest.approx(-0.16)
    assert known(WHO, "Macron", {"Macron": 1000.0})["Macron"].margin == 3.0


def test_an_answer_below_no_answer_leads_nothing():
    assert known(WHO, "Macron", {"Macron": -4.0})["Macron"].lead == pytest.approx(-0.8)
    assert known(WHO, "Macron met Sardor", {"Macron": 3.0, "Sardor": -9.0})["Macron"].lead == pytest.approx(0.6)


def test_the_lead_is_over_the_best_other_candidate():
    two = known(WHO, "Macron and Scholz", {"Macron": 5.0, "Scholz": 3.0})
    assert (two["Macron"].lead, two["Scholz"].lead) == (pytest.approx(0.2), pytest.approx(-0.2))


def test_what_was_found_in_all_counts_beside_each_candidate():
    both = known(WHO, "Macron and Scholz", {"Macron": 5.0, "Scholz": 5.0})
    assert both["Macron"].found == both["Scholz"].found == pytest.approx(0.5693, abs=1e-4)  # log(2 e^5) / 10


def test_the_rank_of_its_passage():
    said = known(WHO, "Macron", {"Macron": 5.0, "Scholz": 4.0}, "Scholz")
    assert (said["Macron"].rank, said["Scholz"].rank) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [(WHO, "Macron", 0.0), (WHO, "Macron visited Astana", 1.0), ("Did Macron visit Astana?", "Macron", 1.0)],
)
def test_an_answer_that_is_a_whole_sentence_or_is_shown_as_one(question: str, answer: str, expected: float):
    assert known(question, "Macron visited Astana.", {answer: 3.0})[answer].sentence == expected


def test_documents_agree_in_their_words_or_in_others():
    asked = "How many people live there?"
    said = known(asked, "23 people", {"23": 5.0, "twenty-three": 4.0, "40": 3.0}, "23 in all", "twenty-three", "40")
    assert (said["23"].agreement, said["40"].agreement) == (1.0, 0.0)


def test_the_odds_of_spans_add_up():
    assert log_sum([0.0, 0.0]) == pytest.approx(0.693, abs=1e-3)
    assert log_sum([]) == -10.0
