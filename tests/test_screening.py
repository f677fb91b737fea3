"""A small reader before the large one."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from reader_fakes import FakeReader
from training_fakes import EXAMPLES, base, trainer

from qa.reader import BUNDLED, ExtractiveReader, Reading
from qa.screening import EVERYTHING, FILE, FOLDER, ScreenedReader, looked_at, screened, worth, write_below
from qa.training.command import finish
from qa.windows import Pair

WHERE, WHEN = "Where is it?", "When was it?"
PASSAGES = ["It is in Astana.", "It is in Osh.", "Nothing is here."]


def both(below: float) -> ScreenedReader:
    """The small one gives Osh 1 and Astana -7; the large one the opposite."""
    small = FakeReader({WHERE: {"Astana": -7.0, "Osh": 1.0}, WHEN: {"Astana": -9.0, "Osh": -8.0}})
    large = FakeReader({WHERE: {"Astana": 5.0, "Osh": -2.0}, WHEN: {"Astana": -3.0, "Osh": -4.0}})
    return ScreenedReader(small, large, below)


def test_what_the_small_one_gives_less_than_the_limit_is_not_read():
    reader = both(-6.0)
    readings = reader.read([Pair(WHERE, passage) for passage in PASSAGES])
    assert [len(reading.spans) for reading in readings] == [0, 1, 0]
    assert reader.large.calls == [[Pair(WHERE, PASSAGES[1])]]
    assert both(-7.0).read([Pair(WHERE, passage) for passage in PASSAGES])[0].spans[0].score == 5.0


def test_the_best_passage_of_a_question_is_read_in_any_case():
    reader = both(-6.0)
    readings = reader.read([Pair(question, passage) for passage in PASSAGES for question in (WHERE, WHEN)])
    assert [len(reading.spans) for reading in readings] == [0, 0, 1, 1, 0, 0]


def test_the_only_passage_of_a_question_is_not_looked_at():
    reader = both(-6.0)
    pairs = [Pair(WHERE, PASSAGES[0]), Pair(WHEN, PASSAGES[0])]
    assert [reading.spans[0].score for reading in reader.read(pairs)] == [5.0, -3.0]
    assert reader.small.calls == [] and reader.large.calls == [pairs]


def test_without_a_limit_everything_is_read_and_nothing_looked_at():
    reader = both(EVERYTHING)
    pairs = [Pair(WHERE, passage) for passage in PASSAGES]
    assert reader.read(pairs) == reader.large.read(pairs)
    assert reader.small.calls == []


def test_no_pairs_no_readings():
    assert both(-6.0).read([]) == []


def test_which_passages_are_worth_reading():
    assert worth([-3.0, -7.0, -6.0], -6.0) == [True, False, True]
    assert worth([-9.0, -7.0, -7.0], -6.0) == [False, True, True]
    assert worth([-math.inf, -math.inf], -6.0) == [True, True]  # nothing tells them apart
    assert worth([-9.0], -6.0) == [True]
    assert worth([], -6.0) == []


def test_the_score_of_a_look_is_that_of_the_best_span():
    assert looked_at(both(0.0).small, [Pair(WHERE, "Astana or Osh?"), Pair(WHERE, "")]) == [1.0, -math.inf]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A reader with a small one beside it, which nothing was fitted to."""
    trainer(base(tmp_path / "base", EXAMPLES), tmp_path / "run").save(1)
    finish(tmp_path / "run" / "checkpoint", tmp_path / "reader")
    finish(tmp_path / "run" / "checkpoint", tmp_path / "reader" / FOLDER)
    return tmp_path / "reader"


def test_a_reader_alone_stays_as_it_is(folder: Path):
    alone = ExtractiveReader.open(folder / FOLDER, format="fp32")
    assert screened(alone, folder / FOLDER) is alone


def test_the_limit_belongs_to_the_readers_it_was_fitted_to(folder: Path):
    reader = ExtractiveReader.open(folder, format="fp32")
    assert screened(reader, folder).below == EVERYTHING
    write_below(folder, -6.0)
    assert screened(reader, folder).below == -6.0
    for one in (folder, folder / FOLDER):
        before = (one / "config.json").read_text(encoding="utf-8")
        (one / "config.json").write_text(before + "\n", encoding="utf-8")
        assert screened(ExtractiveReader.open(folder, format="fp32"), folder).below == EVERYTHING
        (one / "config.json").write_text(before, encoding="utf-8")
    write_below(folder, EVERYTHING)
    assert not (folder / FOLDER / FILE).exists()


@pytest.mark.parametrize(
    "text",
    ["{", "[]", json.dumps({"below": "low", "small": "FINGERPRINT", "large": "FINGERPRINT"}), json.dumps({"below": 1})],
)
def test_a_damaged_limit_is_named(folder: Path, text: str):
    reader = ExtractiveReader.open(folder, format="fp32")
    (folder / FOLDER / FILE).write_text(text.replace("FINGERPRINT", reader.fingerprint), encoding="utf-8")
    with pytest.raises(ValueError, match=r"screen\.json"):
        screened(reader, folder)


def test_the_bundled_readers_fit_each_other_and_the_room_there_is():
    reader = screened(ExtractiveReader.open(), BUNDLED)
    assert isinstance(reader, ScreenedReader) and reader.below > EVERYTHING
    sizes = [path.stat().st_size for path in BUNDLED.rglob("*.safetensors")]
    assert sum(sizes) <= 120e6 and max(sizes) <= 95e6
    passages = ["The dam was opened in 1962.", "Sheep graze on the hill.", "In 1962 the dam was opened by the mayor."]
    assert [
        len(one.spans) > 0 for one in reader.read([Pair("When was the dam opened?", text) for text in passages])
    ] == [
        True,
        False,
        True,
    ]


def test_both_read_the_same_pairs(folder: Path):
    reader = ExtractiveReader.open(folder, format="fp32")
    write_below(folder, 99.0)
    pairs = [Pair(EXAMPLES[0].question, example.passage) for example in EXAMPLES[:3]]
    looks = looked_at(screened(reader, folder).small, pairs)
    expected = [one if look == max(looks) else Reading(()) for one, look in zip(reader.read(pairs), looks, strict=True)]
    assert screened(reader, folder).read(pairs) == expected
