from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from reader_fakes import hit

from qa.answering.candidates import Candidate, Support
from qa.answering.confidence import NAMES, Confidence, Features, unfitted


def candidate(text: str, score: float, *, documents: int = 1, rank: int = 1) -> Candidate:
    """An answer at the start of one passage in each of so many documents."""
    return Candidate(tuple(
        Support(hit(text, document=f"/{number}.txt", similarity=0.6, term_score=0.9), rank, 0, len(text), score - number)
        for number in range(documents)))  # fmt: skip


def test_the_features_of_a_candidate():
    features = Features.of(candidate("the old capital city", 8.0, documents=2, rank=4), 0.0)
    assert features == Features(margin=0.8, margin_squared=pytest.approx(0.64), similarity=0.6, term_score=0.9)


def test_a_negative_margin_keeps_its_sign_when_squared():
    features = Features.of(candidate("Astana", -4.0), 0.0)
    assert (features.margin, features.margin_squared) == (-0.4, pytest.approx(-0.16))


def test_an_answer_of_the_questions_own_words_is_less_probable():
    said, repeated = (Features.of(candidate("Astana", 5.0), echo) for echo in (0.0, 1.0))
    assert fitted().log_odds(repeated) == pytest.approx(fitted().log_odds(said) - 0.5)


def test_no_single_feature_runs_away():
    assert Features.of(candidate("word", 1000.0), 0.0).margin == 3.0
    assert Features.of(candidate("word", -1000.0), 0.0).margin == -3.0


def fitted(bias: float = 1.0) -> Confidence:
    weights = (2.0, 0.0, 0.0, -1.0, -0.5)
    return Confidence(bias, weights, 0.6, "reader-1", "a test")


def test_the_probability_is_the_logistic_of_the_weighted_sum():
    features = Features(0.5, 0.25, 0.6, 1.0)
    assert fitted().probability(features) == pytest.approx(1 / (1 + math.exp(-(1.0 + 2.0 * 0.5 - 1.0))))
    assert fitted(-1.0).probability(features) == pytest.approx(1 / (1 + math.exp(1.0)))  # -1 + 2 * 0.5 - 1


def test_without_fitted_numbers_the_log_odds_count_as_they_are():
    plain = unfitted("reader-1")
    assert plain.probability(Features.of(candidate("Astana", 0.0), 0.0)) == 0.5
    assert plain.probability(Features.of(candidate("Astana", 2.0), 0.0)) == pytest.approx(1 / (1 + math.exp(-2.0)))
    assert plain.threshold == 0.5 and len(plain.weights) == len(NAMES)


def test_a_probability_is_never_outside_its_range():
    for score in (-1e9, 1e9):
        assert 0.0 <= unfitted("r").probability(Features.of(candidate("Astana", score), 0.0)) <= 1.0


def test_what_is_written_is_read_again(tmp_path: Path):
    fitted().write(tmp_path)
    assert Confidence.beside(tmp_path, "reader-1") == fitted()


def test_the_lead_that_ends_reading_and_the_small_reader_are_kept(tmp_path: Path):
    told = replace(fitted(), settles_at=0.75, screen="reader-2")
    told.write(tmp_path)
    assert Confidence.beside(tmp_path, "reader-1") == told


def test_what_is_not_read_promises_what_it_was_found_by_and_what_a_look_gives_it():
    near, far = hit("near", similarity=0.0, term_score=0.2), hit("far", similarity=0.9, term_score=1.0)
    leads = replace(fitted(), settles_at=0.75).leads(
        Features.of(candidate("Astana", 5.0), 0.0)
    )  # 1 + 2 * 0.5 - 0.9 = 1.1
    assert fitted().promise(far) < leads < fitted().promise(near)  # 0.0 and 0.8 by 0.35
    assert fitted().promise(far, 1.5) < leads < fitted().promise(far, 2.0)  # 0.3 and 0.4
    assert fitted().promise(near, -math.inf) < leads


def test_without_fitted_numbers_nothing_is_led():
    assert unfitted("reader-1").leads(Features.of(candidate("word", 1e9), 0.0)) < unfitted("reader-1").promise(
        hit("other"), -math.inf
    )


def test_numbers_of_another_reader_are_not_used(tmp_path: Path):
    fitted().write(tmp_path)
    assert Confidence.beside(tmp_path, "reader-2") == unfitted("reader-2")


def test_numbers_for_other_features_are_not_used(tmp_path: Path):
    fitted().write(tmp_path)
    raw = json.loads((tmp_path / "confidence.json").read_text(encoding="utf-8"))
    (tmp_path / "confidence.json").write_text(json.dumps(raw | {"features": ["margin"]}), encoding="utf-8")
    assert Confidence.beside(tmp_path, "reader-1") == unfitted("reader-1")


def test_a_folder_without_numbers(tmp_path: Path):
    assert Confidence.beside(tmp_path, "reader-1") == unfitted("reader-1")


@pytest.mark.parametrize("text", ["{", "{}", "[]"])
def test_a_damaged_file_is_named(tmp_path: Path, text: str):
    (tmp_path / "confidence.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"confidence\.json"):
        Confidence.beside(tmp_path, "reader-1")
