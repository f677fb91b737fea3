"""Reading no more than needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from reader_fakes import FakeReader, hit

from qa.assistant import Assistant
from qa.confidence import NEVER, Confidence, unfitted
from qa.reader import BUNDLED, ExtractiveReader, Reading
from qa.screening import FOLDER, UNREAD, looked_at, read_enough, small_reader, stages
from qa.windows import Pair

WHERE, WHEN = "Where is it?", "When was it?"
PLACES = ("Osh", "Almaty", "Astana", "Turkistan", "Oskemen", "Aral", "Semey", "Taraz")
HITS = [hit(f"It is in {place}.", document=f"/{place}.txt") for place in PLACES]

Scores = Mapping[str, float]


def enough(scores: Scores, looks: Scores | None = None, *, lead: float = 3.0) -> tuple[list[Reading], list[list[Pair]]]:
    """The readings of one question's passages and what was read together; scores and looks are log odds by place."""
    large, small = FakeReader({WHERE: scores}), FakeReader({WHERE: looks or {}})
    readings = read_enough([WHERE], [HITS], large, small if looks is not None else None, leading(lead))[0]
    return readings, large.calls


def leading(lead: float) -> Confidence:
    """Probabilities that are the reader's own, and the lead that ends reading."""
    return replace(unfitted("fake-reader-1"), settles_at=lead)


def sizes(calls: list[list[Pair]]) -> list[int]:
    return [len(call) for call in calls]


@pytest.mark.parametrize(
    ("passages", "expected"),
    [(0, [0]), (1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (8, [1, 2, 4, 8]), (10, [1, 2, 4, 8, 10])],
)
def test_the_stages_of_reading(passages: int, expected: list[int]):
    assert stages(passages) == expected


def test_an_answer_that_leads_by_enough_ends_it():
    assert sizes(enough({"Osh": 3.0})[1]) == [1]
    assert sizes(enough({"Osh": 2.9})[1]) == [1, 1, 2, 4]
    assert sizes(enough({"Osh": 2.9, "Almaty": 3.0})[1]) == [1, 1]


def test_what_the_answer_leads_by_the_look_of_the_small_reader_is_passed_over():
    looks = {"Almaty": -1.1, "Astana": -0.9, "Turkistan": -1.0, "Oskemen": -9.0, "Aral": 4.0, "Semey": -2.0}
    readings, calls = enough({"Osh": 2.0} | dict.fromkeys(PLACES[1:], 1.0), looks)
    assert [PLACES[place] for place, reading in enumerate(readings) if reading is UNREAD] == [
        "Almaty", "Turkistan", "Oskemen", "Semey", "Taraz"]  # fmt: skip
    assert [[pair.passage for pair in call] for call in calls if call] == [
        ["It is in Osh."], ["It is in Astana."], ["It is in Aral."]]  # fmt: skip


def test_a_better_answer_passes_over_more():
    looks = dict.fromkeys(PLACES, 1.0)
    assert sizes(enough({"Osh": -1.0, "Almaty": 2.9}, looks)[1]) == [1, 1, 2, 4]
    assert sizes(enough({"Osh": -1.0, "Almaty": 2.9}, dict.fromkeys(PLACES, -0.1) | {"Almaty": 0.0})[1]) == [1, 1, 0, 0]


def test_where_there_is_no_answer_yet_everything_is_read_and_nothing_looked_at():
    large, small = FakeReader({WHERE: {"Taraz": 9.0}}), FakeReader({WHERE: {}})
    readings = read_enough([WHERE], [HITS], large, small, leading(3.0))[0]
    assert UNREAD not in readings[7:] and sizes(large.calls) == [1, 1, 2, 4]
    assert small.calls == []


def test_a_figure_is_looked_for_in_four():
    hits = [hit("It is at 42 Osh Street.", document="/a.txt"), *HITS[1:]]
    for place, expected in (("42 Osh Street", [1, 1, 2]), ("Osh Street", [1])):
        large = FakeReader({WHERE: {place: 9.0}})
        read_enough([WHERE], [hits], large, None, leading(3.0))
        assert sizes(large.calls) == expected


def test_questions_are_read_together_and_each_as_far_as_it_needs():
    large = FakeReader({WHERE: {"Osh": 9.0}, WHEN: {"Astana": 9.0}})
    readings = read_enough([WHEN, WHERE, WHERE], [HITS, HITS, []], large, None, leading(3.0))
    assert [len(few) for few in readings] == [4, 1, 0]
    assert [[pair.question for pair in call] for call in large.calls] == [[WHEN, WHERE], [WHEN], [WHEN] * 2]


def test_unfitted_everything_is_read_at_once():
    readings, calls = enough({"Osh": 99.0}, {}, lead=NEVER)
    assert sizes(calls) == [8] and len(readings) == 8
    assert read_enough([], [], FakeReader({}), None, leading(3.0)) == []


def test_the_score_of_a_look_is_that_of_the_best_span():
    small = FakeReader({WHERE: {"Astana": -7.0, "Osh": 1.0}})
    assert looked_at(small, [Pair(WHERE, "Astana or Osh?"), Pair(WHERE, "")]) == [1.0, -math.inf]
    assert looked_at(small, []) == [] and len(small.calls) == 1


def test_a_reader_may_stand_alone():
    assert small_reader(BUNDLED / FOLDER) is None


def test_the_bundled_readers_fit_each_other_and_the_room_there_is():
    reader = ExtractiveReader.open()
    fitted, small = Confidence.beside(BUNDLED, reader.fingerprint), small_reader(BUNDLED)
    assert small and small.fingerprint == fitted.screen and fitted.settles_at < NEVER
    weights = [path.stat().st_size for path in BUNDLED.rglob("*.safetensors")]
    assert sum(weights) <= 120e6 and max(weights) <= 95e6
    question = "When was the dam opened?"
    passages = ["The dam was opened in May.", "Sheep graze on the hill.", "In May the dam was opened by the mayor."]
    few = read_enough([question], [[hit(text) for text in passages]], reader, small, replace(fitted, settles_at=2.0))[0]
    assert passages[0][few[0].spans[0].start : few[0].spans[0].end] == "May"
    looks = looked_at(small, [Pair(question, text) for text in passages])
    assert min(looks[0], looks[2]) > 0 > looks[1]


def test_an_assistant_does_not_look_through_a_small_reader_that_it_was_not_fitted_with(tmp_path):
    (tmp_path / "note.txt").write_text("The dam was opened in May.", encoding="utf-8")
    assert Assistant.over([tmp_path]).screen is not None
    assert Assistant.over([tmp_path], reader=BUNDLED / FOLDER).screen is None
