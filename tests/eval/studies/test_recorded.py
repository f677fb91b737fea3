"""A recording says again what a reader said, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from reader_fakes import FakeReader

from eval.studies.recorded import RecordedReader, key_of, record
from qa.reader.windows import Pair

ASKED = "Which city?"
PAIRS = [Pair(ASKED, "Astana, not Osh."), Pair(ASKED, "Osh."), Pair(ASKED, "No town.")]


def reader() -> FakeReader:
    return FakeReader({ASKED: {"Astana": 3.25, "Osh": 1.0}})


def test_what_was_recorded_is_said_again(tmp_path: Path):
    said = reader().read(PAIRS)
    assert list(record(reader(), PAIRS, tmp_path / "said.jsonl")) == [3]
    again = RecordedReader.open(tmp_path / "said.jsonl")
    assert again.fingerprint == FakeReader.fingerprint
    assert again.read(PAIRS[::-1]) == said[::-1]


def test_a_recording_that_is_stopped_keeps_what_was_read(tmp_path: Path):
    assert list(record(reader(), PAIRS, tmp_path / "said.jsonl", minutes=-1)) == []
    stopped = RecordedReader.open(tmp_path / "said.jsonl")
    assert not stopped.knows(PAIRS) and stopped.knows([])


def test_what_was_not_recorded_is_named(tmp_path: Path):
    list(record(reader(), PAIRS[:1], tmp_path / "said.jsonl"))
    with pytest.raises(ValueError, match="Which city"):
        RecordedReader.open(tmp_path / "said.jsonl").read(PAIRS)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"reader": "r", "pairs": 2}', "no JSON"])
def test_a_damaged_recording_is_named(tmp_path: Path, text: str):
    (tmp_path / "said.jsonl").write_text(text)
    with pytest.raises(ValueError, match=r"said\.jsonl"):
        RecordedReader.open(tmp_path / "said.jsonl")


def test_the_key_is_of_the_question_and_the_passage():
    assert len({key_of(one) for one in [*PAIRS, Pair("Which town?", "Osh.")]}) == 4
