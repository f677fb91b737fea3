"""Fits over invented questions whose right answers the reader prefers."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from reader_fakes import FakeReader, hit

from eval.studies.fit_certainty import (
    ANSWERABLE,
    Material,
    Rows,
    answers_in,
    certainty_table,
    cut,
    fit,
    fit_scale,
    measured,
    weights_of,
)
from eval.studies.population import Absence, Asked

TOWNS = [
    f"{first}{last}" for first in ("Osker", "Lang", "Stone", "Wester", "Nor") for last in ("by", "water", "rye", "ham")
]


def asked(number: int, absence: Absence = "", kind: str = "gold") -> Asked:
    """A question for a town; its sentence stands in the first passage unless its article is absent."""
    town = TOWNS[number % len(TOWNS)]
    hits = [hit(f"The seat of firm {number} is {town}. Rain fell there.", document="/a.txt", similarity=0.5)] * (
        not absence
    )
    hits += [hit("Firm 999 has a seat in Ulm. It is far.", document="/b.txt", similarity=0.4)]
    return Asked(
        kind, str(number), number % 2, f"Where is the seat of firm {number}?", (town,), "/a.txt", absence, tuple(hits)
    )


def material(count: int = 48) -> Material:
    """Half of the questions without their article; the reader prefers the right town mostly."""
    population = [asked(number, "article" if number % 3 == 0 else "") for number in range(count)]
    drawn = random.Random(1)
    said = {
        one.question: {one.answers[0]: drawn.gauss(6, 3), "Ulm": drawn.gauss(1 if one.absence else -3, 3)}
        for one in population
    }
    return Material(population, FakeReader(said), None)


def test_the_lowest_probability_that_is_right_often_enough():
    falling, weights = np.linspace(0.99, 0.5, 100), np.ones(100)
    right = (falling > 0.7).astype(float)
    assert cut(falling, np.ones(100), weights, 0.95) == pytest.approx(0.5)
    assert cut(falling, right, weights, 0.8) <= falling[right > 0].min() + 1e-4
    assert cut(falling, np.zeros(100), weights, 0.8) == 1.0


def test_few_examples_are_not_enough_to_be_sure():
    falling = np.linspace(0.99, 0.8, 5)
    assert cut(falling, np.ones(5), np.ones(5), 0.95) == 1.0  # 0.5 ** (1 / 5) = 0.871
    assert cut(falling, np.ones(5), np.ones(5), 0.85) == pytest.approx(0.8)


def test_a_scale_finds_how_often_what_comes_first_is_right():
    drawn = np.random.default_rng(0)
    margins = drawn.normal(0, 1, 4000)
    right = drawn.random(4000) < 1 / (1 + np.exp(-(0.5 + 2 * margins)))
    rows = [Rows(np.array([[margin]]), np.array([float(good)])) for margin, good in zip(margins, right, strict=True)]
    scale = fit_scale(rows, np.ones(4000), ("margin",), 1)
    assert scale.bias == pytest.approx(0.5, abs=0.15)
    assert scale.weights["margin"] == pytest.approx(2.0, abs=0.2)


def test_kinds_weigh_alike_and_three_quarters_of_each_are_answerable():
    population = [*(asked(n) for n in range(10)), asked(11, "article"), asked(12, "adversarial")]
    population += [asked(13, kind="other"), asked(14, "topical", "other"), asked(15, "topical", "other")]
    weights = weights_of(population)
    assert weights[:12].sum() == pytest.approx(weights[12:].sum())
    assert weights[:10].sum() / weights[:12].sum() == pytest.approx(ANSWERABLE)
    assert weights[10] / weights[11] == pytest.approx(7.0)


def test_a_sentence_answers_only_in_the_document_that_the_question_is_about():
    one = asked(3)
    assert answers_in(one, "/a.txt", f"It is {one.answers[0]}.") == 1.0
    assert answers_in(one, "/b.txt", f"It is {one.answers[0]}.") == 0.0
    assert answers_in(asked(3, "article"), "/a.txt", f"It is {one.answers[0]}.") == 0.0


def test_everything_is_fitted_and_measured():
    whole = material()
    fitted = fit(whole, reader="r", screen="", fitted_on="a test")
    assert fitted.fitted and fitted.threshold < 1 and fitted.settles_at < 99
    assert fitted.answer.likely <= fitted.answer.sure
    figures = measured(whole.population, whole.as_read(fitted), fitted)
    assert figures["exact_match"] > 0.9 and figures["absent_refused"] > 0.6
    assert figures["ece"] < 0.15 and not math.isnan(figures["aurc"])
    assert figures["words"]["sure"]["right"] in (None, pytest.approx(1.0, abs=0.05))
    told = certainty_table({"gold": figures}).splitlines()
    assert len(told) == 3 and told[2].startswith("| gold | 48 |")
