from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from reader_fakes import hit

from eval.studies.fit_confidence import fit, scores, settles_at, threshold
from eval.studies.squad_open import Read, as_read
from eval.studies.stuffing import stuffed
from qa.answering.confidence import NEVER, unfitted
from qa.answering.ranking import ranking
from qa.commands.read import ReadQuestion
from qa.reader.reader import Reading, Span
from qa.reader.windows import Pair


def read(question: str, answers: tuple[str, ...], scores: dict[str, float], looks: Sequence[float] = ()) -> Read:
    """A question with a passage for each text, found in this order, read as one span with its score."""
    hits = tuple(hit(text, document=f"/{text}.txt", similarity=0.5, term_score=0.5) for text in scores)
    readings = tuple(Reading((Span(0, len(text), score),)) for text, score in scores.items())
    seen = tuple(Reading((Span(0, 1, look),)) for look in looks)
    return Read(ReadQuestion(question, 0, Pair(question, ""), answers), hits, readings, seen)


def test_answers_that_are_all_right_are_given_once_there_are_so_many_that_one_can_be_sure():
    falling = np.linspace(0.99, 0.80, 29)
    assert threshold(falling, np.ones(29)) == pytest.approx(0.80)  # 0.05 ** (1 / 29) = 0.902: 9.8 % may be wrong
    assert threshold(falling[:28], np.ones(28)) == 1.0  # 0.05 ** (1 / 28) = 0.899: it may be 10.1 %


def test_the_last_answer_given_is_a_right_one():
    falling, right = np.linspace(0.99, 0.80, 60), np.ones(60)
    right[-1:] = 0
    assert threshold(falling, np.ones(60)) == pytest.approx(0.80)
    assert threshold(falling, right) == pytest.approx(falling[-2], abs=1e-4)  # 1 of 60: at most 7.7 %


def test_the_threshold_stays_above_what_is_wrong():
    probabilities = np.linspace(0.99, 0.50, 50)
    right = (probabilities > 0.6).astype(float)
    assert 0.55 < threshold(probabilities, right) <= 0.61


SURE = replace(unfitted("r"), threshold=0.01)


def test_reading_ends_where_that_costs_next_to_nothing():
    first = read("Which city?", ("Astana",), {"Astana": 1.1, "Osh": 0.5})
    second = read("Which town?", ("Osh",), {"Astana": 1.1, "Osh": 1.5})
    assert settles_at(SURE, [first]) == 0.0
    assert settles_at(SURE, [first] * 9 + [second]) == 1.25
    assert settles_at(SURE, [first] * 700 + [second]) == 0.0  # 1 of 701 is less than 0.15 %
    assert settles_at(SURE, [read("Which town?", ("Osh",), {"Astana": 9.0, "Osh": 9.5})]) == NEVER


def test_what_is_refused_counts_too():
    wrong = read("Which town?", (), {"Astana": -1.0, "Osh": 1.0})
    picky = replace(unfitted("r"), threshold=0.5)
    assert list(scores(picky, [wrong], [wrong.readings])[:1]) == [0.0]
    assert list(scores(picky, [wrong], [wrong.readings[:1]])[:1]) == [1.0]
    right = read("Which city?", ("Osh",), {"Astana": -1.0, "Osh": 1.0})
    assert list(scores(picky, [wrong, right], [wrong.readings, right.readings[:1]])) == [0.0, 0.0]


def test_passages_are_passed_over_as_in_the_assistant():
    cities = {"Oskemen": 1.0, "Almaty": 0.5, "Turkistan": 3.0, "Osh": -3.0}
    asked = read("Which city?", ("Turkistan",), cities, (-9.0, -9.0, 0.5, -8.0))
    kept = [[span.spans != () for span in few] for few in as_read([asked], replace(SURE, settles_at=1.25))]
    assert kept == [[False, False, True, False]]
    assert settles_at(SURE, [asked] * 9) == 0.0
    assert settles_at(SURE, [replace(asked, looks=asked.looks[:2] + asked.looks[:2])] * 9) == NEVER


def test_a_fit_tells_right_from_wrong_and_keeps_what_it_was_made_of():
    right = [read(f"Which city is {n}?", ("Astana",), {"Astana": 4.0 + n / 40, "Almaty": -3.0}) for n in range(40)]
    wrong = [read(f"Which city is not {n}?", (), {"Osh": -4.0 - n / 40, "Almaty": -5.0}) for n in range(40)]
    fitted = fit([*right, *wrong], [], right, reader="reader-1", screen="reader-2", fitted_on="a test")
    assert (fitted.reader, fitted.screen, fitted.fitted_on) == ("reader-1", "reader-2", "a test")
    best, worst = (
        ranking(one.question.pair.question, one.hits, one.readings, fitted)[0].probability
        for one in (right[0], wrong[0])
    )
    assert best > 0.9 and worst < 0.1
    assert fitted.settles_at == 0.0  # the first passage always had the answer that stayed


def test_a_stuffed_passage_repeats_the_question_around_the_answer_of_another_article():
    asked = [ReadQuestion(f"q{n}", n, Pair(f"Which city is {n}?", ""), (f"city {n}",) if n else ()) for n in range(5)]
    lures = stuffed(asked, 3)
    assert lures == stuffed(asked, 3) and len({question.id for question, _ in lures}) == 3
    for question, passage in lures:
        assert question.pair.question in passage and question.answers and question.answers[0] not in passage
        assert any(other.answers and other.answers[0] in passage for other in asked)
    assert stuffed(asked[:2], 9) == []  # there is no other article with an answer
