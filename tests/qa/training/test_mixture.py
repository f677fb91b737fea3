"""The mixture of sources that a reader is trained on."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from pathlib import Path

from training_fakes import CONTEXT, example

from qa.training.examples import Loaded, TrainingExample
from qa.training.mixture import Mixture, Proportions, mix

NONE = {
    field.name: 0.0
    for field in fields(Proportions)
    if field.name not in ("sources", "beside", "exact", "retrieved", "removed", "typed")
}
ALONE = Proportions(retrieved=0.0, removed=0.0, typed=0.0, **NONE)
OF_TOWNS = Proportions({"towns": 200}, retrieved=0.5, removed=0.2, typed=1.0, **NONE)

RAIN = " ".join(f"On day {number} it rained upon all the fields and the hills of the valley." for number in range(25))


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


def test_another_seed_draws_other_negatives_and_noise():
    loaded = Loaded([example(number) for number in range(100)])
    first, second = (mix({"towns": loaded}, Proportions({"towns": 60}, messages=0.1), seed) for seed in (1, 2))
    assert {e.id for e in first.train} != {e.id for e in second.train}


def test_from_exact_sources_nothing_is_made_by_editing():
    loaded = Loaded([example(number) for number in range(100)])
    edited = Proportions(exact=frozenset({"lists"}), removed=1.0, retrieved=0.1)
    made = mix({"lists": loaded, "towns": loaded}, edited, seed=1).train
    assert sum(e.id.endswith("-removed") for e in made) == 99  # of the towns alone
    assert sum(e.id.endswith("-retrieved") for e in made) == 18


def test_messages_have_a_share_and_no_answer():
    made = mix({"towns": Loaded([example(n) for n in range(101)])}, replace(ALONE, messages=0.1), seed=1).train
    said = [e for e in made if e.id.startswith("message")]
    assert len(said) == 10 and all(e.start is None for e in said)


def test_the_lines_of_tables_stay_when_other_passages_are_tokenised():
    noisy = replace(ALONE, tables=0.3, tokenised=1.0)
    made = mix({"towns": Loaded([example(n) for n in range(101)])}, noisy, seed=1).train
    assert all(" ." in e.passage for e in made if e.id.startswith("e"))
    assert any(e.passage.count("\n") > 2 for e in made if e.id.startswith("table-"))


def test_tables_have_a_share():
    made = mix({"towns": Loaded([example(n) for n in range(101)])}, replace(ALONE, tables=0.3), seed=1).train
    assert len([e for e in made if e.id.startswith("table-")]) == 30 and len(made) == 130


def test_a_long_passage_is_cut_and_its_other_pieces_are_negatives_of_the_question():
    long = [replace(e, passage=f"{e.passage} {RAIN}", document=e.id) for e in map(example, range(100))]
    made = mix({"towns": Loaded(long)}, replace(ALONE, beside={"towns": 1.0}), seed=1).train
    assert all(len(e.passage.split()) <= 225 for e in made)
    groups = Counter(e.group for e in made)
    assert len(groups) == 99 and set(groups.values()) == {2}
    assert all(e.answer is None for e in made if "-beside" in e.id) and sum("-beside" in e.id for e in made) == 99


def test_a_mixture_is_read_as_it_was_written(tmp_path: Path):
    voted = TrainingExample("v", "v", "When?", CONTEXT, 23, 27, ((23, 27), (20, 27)))
    Mixture([voted, example(1)], [example(2)], ["one"]).write(tmp_path / "examples.json")
    assert Mixture.read(tmp_path / "examples.json") == Mixture([voted, example(1)], [example(2)], ["one"])
