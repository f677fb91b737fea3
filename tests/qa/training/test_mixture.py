"""The mixture of sources that a reader is trained on."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from training_fakes import CONTEXT, example

from qa.training.examples import Loaded, TrainingExample
from qa.training.mixture import Mixture, Proportions, mix

NONE = {
    field.name: 0.0 for field in fields(Proportions) if field.name not in ("sources", "retrieved", "removed", "typed")
}
OF_TOWNS = Proportions({"towns": 200}, retrieved=0.5, removed=0.2, typed=1.0, **NONE)


def test_the_mixture_samples_holds_back_and_adds_negatives():
    loaded = Loaded([example(number) for number in range(300)], ["one was skipped"])
    mixture = mix({"towns": loaded}, OF_TOWNS, seed=1)
    positives = [e for e in mixture.train if e.start is not None]
    assert (len(positives), mixture.skipped) == (198, ["one was skipped"])  # 200 less a hundredth
    assert sum(e.id.endswith("-retrieved") for e in mixture.train) == 99
    assert sum(e.id.endswith("-removed") for e in mixture.train) == 39
    assert all(not e.question.endswith("?") for e in mixture.train) and mixture.dev[0].question.endswith("?")
    held = {e.group for e in mixture.dev}
    assert not held & {e.group for e in mixture.train}
    assert mix({"towns": loaded}, OF_TOWNS, seed=1) == mixture


def test_a_source_asked_for_more_than_it_has_is_gone_through_again_as_other_questions():
    loaded = Loaded([example(number) for number in range(100)])
    mixture = mix({"towns": loaded}, Proportions({"towns": 250}, retrieved=0.0, removed=0.0, **NONE), seed=1)
    assert len(mixture.train) == len({e.id for e in mixture.train}) == 249
    assert len({e.passage for e in mixture.train}) == 99


def test_a_mixture_is_read_as_it_was_written(tmp_path: Path):
    voted = TrainingExample("v", "v", "When?", CONTEXT, 23, 27, ((23, 27), (20, 27)))
    Mixture([voted, example(1)], [example(2)], ["one"]).write(tmp_path / "examples.json")
    assert Mixture.read(tmp_path / "examples.json") == Mixture([voted, example(1)], [example(2)], ["one"])
