from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from reader_fakes import hit

from qa.answering.confidence import NEVER, Confidence, Scale, unfitted
from qa.answering.features import Features


def fitted(bias: float = 1.0) -> Confidence:
    answer = Scale(bias, {"margin": 2.0, "term_score": -1.0, "sentence": -0.5}, sure=0.9, likely=0.6)
    return Confidence(
        answer, Scale(0.0, {"near": 1.0}), Scale(0.5, {"answer": -1.0}), answer, 0.6, "reader-1", "a test"
    )


def test_the_probability_is_the_logistic_of_the_weighted_sum():
    known = Features(0.5, 0.25, 0.6, 1.0, 1.0)
    assert fitted().answer.probability(known) == pytest.approx(1 / (1 + math.exp(-(1.0 + 2.0 * 0.5 - 1.0))))
    assert fitted(-1.0).answer.probability(known) == pytest.approx(1 / (1 + math.exp(1.0)))  # -1 + 2 * 0.5 - 1
    assert fitted().answer.log_odds(replace(known, sentence=1.0)) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("probability", "word"), [(1.0, "sure"), (0.9, "sure"), (0.89, "likely"), (0.6, "likely"), (0.59, "unsure")]
)
def test_a_probability_in_a_word(probability: float, word: str):
    assert fitted().answer.word(probability) == word


def test_without_fitted_numbers_the_log_odds_count_as_they_are_and_nothing_is_called_likely():
    plain = unfitted("reader-1")
    assert plain.answer.probability(Features.at(hit("a"), 1, 0.0)) == 0.5
    assert plain.answer.probability(Features.at(hit("a"), 1, 2.0)) == pytest.approx(1 / (1 + math.exp(-2.0)))
    assert (plain.threshold, plain.settles_at, plain.fitted) == (0.5, NEVER, False)
    assert plain.answer.word(1.0) == plain.sentence.word(1.0) == plain.none.word(1.0) == "unsure"


def test_a_probability_is_never_outside_its_range():
    for score in (-1e9, 1e9):
        assert 0.0 <= unfitted("r").answer.probability(Features.at(hit("a"), 1, score)) <= 1.0


def test_what_is_written_is_read_again(tmp_path: Path):
    told = replace(fitted(), settles_at=0.75, screen="reader-2")
    told.write(tmp_path)
    assert Confidence.beside(tmp_path, "reader-1") == told
    assert told.fitted


def test_what_is_not_read_promises_what_it_was_found_by_and_what_a_look_gives_it():
    near, far = hit("near", similarity=0.0, term_score=0.2), hit("far", similarity=0.9, term_score=1.0)
    leads = replace(fitted(), settles_at=0.75).leads(Features(0.5, 0.25, 0.6, 0.9, 1.0))  # 1 + 2 * 0.5 - 0.9 = 1.1
    assert fitted().promise(far, 1) < leads < fitted().promise(near, 1)  # 0.0 and 0.8 by 0.35
    assert fitted().promise(far, 1, 1.5) < leads < fitted().promise(far, 1, 2.0)  # 0.3 and 0.4
    assert fitted().promise(near, 1, -math.inf) < leads


def test_without_fitted_numbers_nothing_is_led():
    one = hit("other")
    assert unfitted("reader-1").leads(Features.at(one, 1, 1e9)) < unfitted("reader-1").promise(one, 1, -math.inf)


def test_numbers_of_another_reader_are_not_used(tmp_path: Path):
    fitted().write(tmp_path)
    assert Confidence.beside(tmp_path, "reader-2") == unfitted("reader-2")


def test_a_folder_without_numbers(tmp_path: Path):
    assert Confidence.beside(tmp_path, "reader-1") == unfitted("reader-1")


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"answer": 1}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str):
    (tmp_path / "certainty.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"certainty\.json"):
        Confidence.beside(tmp_path, "reader-1")


def test_numbers_for_an_unknown_feature_are_refused(tmp_path: Path):
    fitted().write(tmp_path)
    raw = json.loads((tmp_path / "certainty.json").read_text(encoding="utf-8"))
    raw["answer"]["weights"]["colour"] = 1.0
    (tmp_path / "certainty.json").write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(ValueError, match=r"certainty\.json: damaged"):
        Confidence.beside(tmp_path, "reader-1")
