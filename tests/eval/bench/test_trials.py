"""A small number of what eval/bench/{crash,damage,faults}.py try by the hundred; the index is over a few tiny files."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from eval.bench.store import citations, crash, damage, faults, fuzz, readers
from eval.bench.store.specimens import SPECIMENS
from eval.bench.store.trials import Trial, building, verdict
from index.file_types import TYPES
from index.folder_index import Index, IndexMissing
from index.storage import generations


@pytest.mark.slow
def test_sigkill_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    row = crash.at_random(tmp_path / "trial", 8, seed=1)
    assert (row.kills, row.problems) == (8, ())


@pytest.mark.slow
@pytest.mark.parametrize(("task", "in_steps"), [("first index", False), ("update", False), ("update", True)])
def test_power_loss_at_every_write_point_loses_nothing(tmp_path: Path, task: str, in_steps: bool) -> None:
    row = crash.at_every_point(tmp_path / "trial", task, power=True, in_steps=in_steps)
    assert row.kills > (90 if in_steps else 30) and row.problems == ()


def test_a_trial_finds_what_was_lost_and_what_is_damaged(tmp_path: Path) -> None:
    trial = Trial(tmp_path / "trial")
    trial.build()
    before = trial.held()
    trial.add()
    assert verdict(trial, before, trial.wanted(), acknowledged=True).startswith("lost")
    assert verdict(trial, {}, trial.wanted(), acknowledged=False).startswith("torn") or trial.held() == trial.wanted()
    (trial.index / "CURRENT").write_text("")
    assert "CURRENT is damaged" in verdict(trial, before, before, acknowledged=False)


@pytest.mark.slow
def test_without_flushing_power_loss_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "flush_below", lambda folder: None)
    row = crash.at_every_point(tmp_path / "trial", "update", power=True)
    assert any(problem.startswith(("unopenable", "torn", "damaged")) for problem in row.problems)


@pytest.mark.slow
def test_every_kind_of_damage_is_found_and_its_file_named(tmp_path: Path) -> None:
    rows = damage.damage(tmp_path / "trial", flips=46, truncations=23, seed=1)
    assert [(row.kind, row.wrong) for row in rows] == [(row.kind, ()) for row in rows]
    assert [row.tried for row in rows][:2] == [46, 23] and rows[2].tried > 300


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "lasting", "in_steps"),
    [("ENOSPC", True, False), ("EACCES", False, False), ("ENOSPC", True, True), ("EIO", False, True)],
)
def test_a_fault_while_writing_leaves_the_old_generation_and_a_clear_message(
    tmp_path: Path, fault: str, lasting: bool, in_steps: bool
) -> None:
    row = faults.writing(tmp_path / "trial", "update", fault, lasting=lasting, in_steps=in_steps)
    assert row.refused > 20 and row.wrong == ()


@pytest.mark.slow
def test_a_write_that_the_system_cuts_short_is_named(tmp_path: Path) -> None:
    row = faults.sizes(tmp_path / "trial", (0, 100, 1_000))
    assert (row.refused, row.wrong) == (3, ())


@pytest.mark.slow
def test_a_fault_while_reading_is_survived_or_said(tmp_path: Path) -> None:
    row = faults.reading(tmp_path / "trial", "EIO")
    assert row.absorbed > row.refused and row.wrong == ()


def test_a_first_run_that_was_interrupted_is_no_index_yet(tmp_path: Path) -> None:
    trial = Trial(tmp_path / "trial")
    child = building(trial, lambda points, call: 1 / 0 if call.endswith("vectors.f32") else None)
    said = child.end()
    assert said is not None and said["kind"] == "ZeroDivisionError"
    (trial.index / "gen-00000001").mkdir(exist_ok=True)
    with pytest.raises(IndexMissing):
        Index.open(trial.index)
    trial.build()
    assert trial.held() == trial.wanted()


def test_there_is_a_specimen_of_every_type_but_pictures() -> None:
    assert set(SPECIMENS) == set(TYPES) - {"png"}  # reading one takes seconds; tests/index/loaders/pdf damages some


@pytest.mark.slow
def test_malformed_documents_of_every_type_do_no_harm() -> None:
    rows = fuzz.fuzz(60, seed=2)
    assert len(rows) == len(SPECIMENS) and sum(row.documents for row in rows) == 60
    for row in rows:
        assert (row.crashes, row.read + row.refused + row.broke_reader) == (0, row.documents), row


@pytest.mark.slow
def test_readers_beside_a_writer_never_fail_and_never_see_less_than_was_acknowledged(tmp_path: Path) -> None:
    report = readers.together(tmp_path / "trial", readers=8, seconds=8.0)
    assert report.wrong == () and report.versions > 1 and report.opened >= 8 and report.seen > 1


@pytest.mark.parametrize("kind", SPECIMENS)
def test_citations_of_every_type_are_exact(kind: str, embedder: FakeEmbedder) -> None:
    row = citations.figures(kind, 20, seed=1, embedder=embedder)
    assert (row.exact, row.original) == (20, 20), row.wrong
