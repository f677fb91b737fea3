from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from reader_fakes import hit

from qa.candidates import Candidate, Support
from qa.confidence import NAMES, Confidence, Features, unfitted


def candidate(text: str, score: float, *, documents: int = 1, rank: int = 1) -> Candidate:
    """An answer at the start of one passage in each of so many documents."""
    return Candidate(tuple(
        Support(hit(text, document=f"/{number}.txt", similarity=0.6, term_score=0.9), rank, 0, len(text), score - number)
        for number in range(documents)))  # fmt: skip


def test_the_features_of_a_candidate():
    others = [candidate("Almaty", 5.0), candidate("x", 1.0)]
    features = Features.of("Where?", candidate("the old capital city", 8.0, documents=2, rank=4), others)
    assert features == Features(margin=0.8, margin_squared=pytest.approx(0.64), lead=pytest.approx(0.3), similarity=0.6,
                                term_score=0.9, first_rank=0.25, agreement=1, length=0.4, coverage=1.0, names=1.0,
                                echo=0.0, sentence=0.0)  # fmt: skip


def test_what_the_passage_and_the_answer_have_of_the_questions_words():
    asked = "When did the trams of Astana reach 1,000 riders?"
    features = Features.of(asked, candidate("Astana's tram reached the river", 1.0), [])
    assert features.coverage == pytest.approx(3 / 5)  # tram, astana, reach of trams, astana, reach, 1000, riders
    assert features.names == pytest.approx(1 / 2)  # Astana, not 1,000
    assert features.echo == pytest.approx(3 / 4)  # all but the river


@pytest.mark.parametrize(
    ("asked", "whole"), [("Did he leave?", 1.0), ("Why did he leave?", 1.0), ("When did he leave?", 0.0)]
)
def test_whether_its_whole_sentence_will_be_shown(asked: str, whole: float):
    assert Features.of(asked, candidate("on Monday", 1.0), []).sentence == whole


def test_a_question_word_of_the_question_itself_is_an_echo():
    assert Features.of("Which one was it?", candidate("Which", 1.0), []).echo == 1.0
    assert Features.of("Who was it?", candidate("him", 1.0), []).echo == 0.0


def test_a_candidate_alone_leads_by_twenty():
    assert Features.of("Where?", candidate("Astana", -4.0), []).lead == 2.0


def test_a_candidate_that_is_behind_has_a_negative_lead_and_margin():
    features = Features.of("Where?", candidate("Astana", -4.0), [candidate("Almaty", 1.0)])
    assert (features.lead, features.margin, features.margin_squared) == (-0.5, -0.4, pytest.approx(-0.16))


def test_no_single_feature_runs_away():
    features = Features.of("Where?", candidate("word " * 400, 1000.0, documents=9), [candidate("x", -1000.0)])
    assert (features.margin, features.lead, features.agreement, features.length) == (3.0, 3.0, 2, 3)


def fitted(bias: float = 1.0) -> Confidence:
    weights = (2.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return Confidence(bias, weights, {"5": 0.7, "10": 0.6}, "reader-1", "a test")


def test_the_probability_is_the_logistic_of_the_weighted_sum():
    features = Features(0.5, 0.25, 1.0, 0.6, 0.9, 1.0, 0, 0.2, 1.0, 1.0, 0.0, 0.0)
    assert fitted().probability(features) == pytest.approx(1 / (1 + math.exp(-(1.0 + 2.0 * 0.5 - 1.0))))
    assert fitted(-1.0).probability(features) == pytest.approx(1 / (1 + math.exp(1.0)))  # -1 + 2 * 0.5 - 1


def test_without_fitted_numbers_the_log_odds_count_as_they_are():
    plain = unfitted("reader-1")
    assert plain.probability(Features.of("Where?", candidate("Astana", 0.0), [])) == 0.5
    assert plain.probability(Features.of("Where?", candidate("Astana", 2.0), [])) == pytest.approx(
        1 / (1 + math.exp(-2.0))
    )
    assert plain.threshold() == 0.5 and len(plain.weights) == len(NAMES)


def test_a_probability_is_never_outside_its_range():
    for score in (-1e9, 1e9):
        assert 0.0 <= unfitted("r").probability(Features.of("Where?", candidate("Astana", score), [])) <= 1.0


def test_the_threshold_is_that_of_the_share_of_wrong_answers():
    assert (fitted().threshold(5), fitted().threshold()) == (0.7, 0.6)


def test_what_is_written_is_read_again(tmp_path: Path):
    fitted().write(tmp_path)
    assert Confidence.beside(tmp_path, "reader-1") == fitted()


def test_how_much_is_enough_is_kept_and_unreachable_unless_fitted(tmp_path: Path):
    replace(fitted(), enough=0.75).write(tmp_path)
    assert Confidence.beside(tmp_path, "reader-1").enough == 0.75
    assert unfitted("reader-1").enough > 1


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
