from __future__ import annotations

import numpy as np
import pytest
from reader_fakes import hit

from eval.fit_confidence import Stage, enough, fit, stages_of, threshold, thresholds
from eval.squad_open import Read
from qa.confidence import NEVER, unfitted
from qa.reader import Reading, Span
from qa.reading import ReadQuestion
from qa.windows import Pair


def read(question: str, answers: tuple[str, ...], scores: dict[str, float]) -> Read:
    """A question with a passage for each text, found in this order, read as one span with its score."""
    hits = tuple(hit(text, document=f"/{text}.txt", similarity=0.5, term_score=0.5) for text in scores)
    readings = tuple(Reading((Span(0, len(text), score),)) for text, score in scores.items())
    return Read(ReadQuestion(question, 0, Pair(question, ""), answers), hits, readings)


def test_answers_that_are_all_right_are_given_once_there_are_so_many_that_one_can_be_sure():
    falling = np.linspace(0.99, 0.80, 22)
    assert threshold(falling, np.ones(22), 0.10) == pytest.approx(
        0.80
    )  # 0.1 ** (1 / 22) = 0.901, so 9.9 % may be wrong
    assert threshold(falling[:21], np.ones(21), 0.10) == 1.0  # 0.1 ** (1 / 21) = 0.896: it may be 10.4 %


def test_the_threshold_stays_above_what_is_wrong():
    probabilities = np.linspace(0.99, 0.50, 50)
    right = (probabilities > 0.6).astype(float)
    assert 0.55 < threshold(probabilities, right, 0.10) <= 0.61
    assert list(thresholds(probabilities, right)) == ["1", "2", "5", "10", "20"]


def test_reading_stops_where_that_costs_next_to_nothing():
    harmless, harmful = [Stage(0.9, 1.0), Stage(0.9, 1.0)], [Stage(0.6, 0.0), Stage(0.7, 1.0)]
    assert enough([harmless, harmful]) == 0.9
    assert enough([harmless] * 700 + [harmful]) == 0.6  # 1 of 701 is less than 0.15 %
    assert enough([[Stage(0.0, 1.0), Stage(0.9, 1.0)]] * 9) == NEVER  # where reading goes on anyway


def test_the_stages_of_a_question():
    texts = {"Astana": 2.0, "Almaty": 1.0, "Turkistan": 9.0}
    stages = stages_of(unfitted("r"), read("Which city?", ("Turkistan",), texts))
    assert [stage.score for stage in stages] == [0.0, 1.0]  # after two passages, after all
    assert stages[0].probability < stages[1].probability


def test_a_fit_tells_right_from_wrong_and_keeps_what_it_was_made_of():
    right = [read(f"Which city is {n}?", ("Astana",), {"Astana": 4.0 + n / 40, "Almaty": -3.0}) for n in range(40)]
    wrong = [read(f"Which city is not {n}?", (), {"Osh": -4.0 - n / 40, "Almaty": -5.0}) for n in range(40)]
    fitted = fit([*right, *wrong], right, "reader-1", "a test")
    assert (fitted.reader, fitted.fitted_on) == ("reader-1", "a test")
    best, worst = (stages_of(fitted, one)[-1].probability for one in (right[0], wrong[0]))
    assert best > 0.9 and worst < 0.1
    assert fitted.enough == NEVER  # nobody had more passages to read
