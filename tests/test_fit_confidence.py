from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from reader_fakes import hit

from eval.fit_confidence import BELOW, Stage, below, fit, settles_at, stages_of, threshold, thresholds
from eval.squad_open import Read
from qa.assistant import ranking
from qa.confidence import NEVER, unfitted
from qa.reader import Reading, Span
from qa.reading import ReadQuestion
from qa.windows import Pair


def read(question: str, answers: tuple[str, ...], scores: dict[str, float], looks: Sequence[float] = ()) -> Read:
    """A question with a passage for each text, found in this order, read as one span with its score."""
    hits = tuple(hit(text, document=f"/{text}.txt", similarity=0.5, term_score=0.5) for text in scores)
    readings = tuple(Reading((Span(0, len(text), score),)) for text, score in scores.items())
    seen = tuple(looks) or (math.inf,) * len(hits)
    return Read(ReadQuestion(question, 0, Pair(question, ""), answers), hits, readings, seen)


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
    assert settles_at([harmless, harmful]) == 0.9
    assert settles_at([harmless] * 700 + [harmful]) == 0.6  # 1 of 701 is less than 0.15 %
    assert settles_at([[Stage(-np.inf, 1.0), Stage(0.9, 1.0)]] * 9) == NEVER  # where reading goes on anyway


def test_the_stages_of_a_question():
    texts = {"Astana": 2.0, "Almaty": 1.0, "Turkistan": 9.0}
    stages = stages_of(unfitted("r"), read("Which city?", ("Turkistan",), texts))
    assert [stage.score for stage in stages] == [0.0, 0.0, 1.0]  # after one passage, two, all
    assert [stage.lead for stage in stages] == [2.0, 2.0, -np.inf]


def test_a_fit_tells_right_from_wrong_and_keeps_what_it_was_made_of():
    right = [read(f"Which city is {n}?", ("Astana",), {"Astana": 4.0 + n / 40, "Almaty": -3.0}) for n in range(40)]
    wrong = [read(f"Which city is not {n}?", (), {"Osh": -4.0 - n / 40, "Almaty": -5.0}) for n in range(40)]
    fitted = fit([*right, *wrong], right, "reader-1", "a test")
    assert (fitted.reader, fitted.fitted_on) == ("reader-1", "a test")
    best, worst = (
        ranking(one.question.id, one.hits, one.readings, fitted)[0].probability for one in (right[0], wrong[0])
    )
    assert best > 0.9 and worst < 0.1
    assert fitted.settles_at < 0  # the first passage always had the answer that stayed


CITIES = {"Oskemen": -1.0, "Almaty": -2.0, "Turkistan": 2.0, "Osh": -3.0}


def test_what_the_small_reader_leaves_out_is_not_read():
    asked = read("Which city?", ("Turkistan",), CITIES, (-9.0, -9.0, -4.0, -8.0))
    assert asked.after(2, -5.0) == asked.readings[:2]  # each of them alone at its stage
    assert asked.after(4, -5.0) == (*asked.readings[:3], Reading(()))
    assert asked.after(4, 0.0) == (*asked.readings[:3], Reading(()))  # the best of them in any case
    assert asked.after(4, -9.0) == asked.readings


def test_passages_are_left_out_as_long_as_that_costs_next_to_nothing():
    asked = read("Which city?", ("Turkistan",), CITIES, (-9.0, -9.0, -4.0, -3.0))
    never = replace(unfitted("r"), thresholds={"10": 0.01})
    assert below(never, [asked] * 9) == -4.0  # from -3.5 on the third, which answers, would be left out
    assert below(never, [asked] + [replace(asked, looks=(0.0,) * 4)] * 999) == BELOW[-1]  # 1 of 1,000 may
