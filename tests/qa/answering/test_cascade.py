"""Reading no more than needed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from reader_fakes import FakeReader, hit

from qa.answering.cascade import FOLDER, UNREAD, looks, read_enough, small_reader
from qa.answering.confidence import NEVER, Confidence, Scale, unfitted
from qa.assistant import Assistant
from qa.reader.reader import BUNDLED, ExtractiveReader
from qa.reader.windows import Pair
from qa.retrieval.hybrid import Hit

WHAT, NEAR_WHAT, HOW_LONG = "What is it called?", "What is it near?", "How long is it?"
PLACES = ("Osh", "Almaty", "Astana", "Turkistan", "Oskemen", "Aral", "Semey", "Taraz")
UNRANKED = [hit(f"It is in {place}.", document=f"/{place}.txt") for place in PLACES]
HITS = [replace(one, similarity=0.01 - 0.001 * rank) for rank, one in enumerate(UNRANKED)]

Scores = Mapping[str, float]


def enough(
    scores: Scores, looks: Scores | None = None, *, lead: float = 3.0, hits: Sequence[Hit] = HITS
) -> tuple[list[str], list[int]]:
    """The places of one question in the order they are read, and how many are looked at together; log odds by place."""
    large, small = FakeReader({WHAT: scores}), FakeReader({WHAT: looks or {}})
    readings = read_enough([WHAT], [hits], large, small if looks is not None else None, leading(lead))[0]
    read = [pair.passage.removeprefix("It is in ").removesuffix(".") for call in large.calls for pair in call]
    assert {place for place, one in zip(PLACES, readings, strict=False) if one is not UNREAD} <= set(read)
    return read, sizes(small.calls)


def leading(lead: float) -> Confidence:
    """Log odds that are the reader's own and the similarity, and the lead that ends reading."""
    scale = Scale(0.0, {"margin": 10.0, "similarity": 1.0})
    return replace(unfitted("fake-reader-1"), answer=scale, reading=scale, settles_at=lead)


def sizes(calls: list[list[Pair]]) -> list[int]:
    return [len(call) for call in calls]


def test_an_answer_that_leads_by_enough_ends_it():
    assert enough({"Osh": 3.0}) == (["Osh"], [])
    assert enough({"Osh": 2.9})[0] == [*PLACES]
    assert enough({"Osh": 2.9, "Almaty": 3.0})[0] == ["Osh", "Almaty"]


def test_the_first_is_read_at_once_and_the_others_after_a_look():
    assert enough({"Osh": 3.0}, {}) == (["Osh"], [])
    assert enough({"Osh": 2.9}, dict.fromkeys(PLACES, 2.0)) == ([*PLACES], [1, 2, 4])


def test_what_the_answer_leads_by_the_look_of_the_small_reader_is_passed_over():
    looks = {"Almaty": -1.1, "Astana": -0.9, "Turkistan": -1.1, "Oskemen": -9.0, "Aral": 4.0, "Semey": -2.0}
    assert enough({"Osh": 2.0} | dict.fromkeys(PLACES[1:], 1.0), looks) == (["Osh", "Astana", "Aral"], [1, 2, 4])


def test_what_promises_most_by_the_look_is_read_first_and_may_end_it():
    looks = {"Almaty": -9.0, "Astana": 1.0, "Turkistan": 2.0, "Aral": 1.0, "Semey": 2.0}
    assert enough({"Osh": 1.0}, looks)[0] == ["Osh", "Turkistan", "Astana", "Semey", "Aral"]
    assert enough({"Osh": 1.0, "Turkistan": 2.9}, looks)[0] == ["Osh", "Turkistan", "Astana", "Semey", "Aral"]
    assert enough({"Osh": 1.0, "Turkistan": 4.1}, looks) == (["Osh", "Turkistan"], [1, 2])


def test_what_no_search_has_ranked_is_all_looked_at_before_it_is_read():
    looks = dict.fromkeys(PLACES, -5.0) | {"Aral": 1.0, "Semey": 2.0}
    assert enough({"Aral": 6.0}, looks, hits=UNRANKED) == (["Semey", "Aral"], [8])
    assert enough({"Semey": 6.0}, looks, hits=UNRANKED) == (["Semey"], [8])
    assert enough({"Osh": 6.0}, hits=UNRANKED) == (["Osh"], [])


def test_where_there_is_no_answer_yet_everything_is_read():
    assert enough({"Taraz": 9.0}, dict.fromkeys(PLACES, -5.0)) == ([*PLACES], [2, 4])


def test_after_five_of_eight_passages_no_other_is_read_unless_another_document_may_differ():
    few = dict.fromkeys(PLACES, 1.0)
    assert enough(few, lead=9.0)[0] == [*PLACES[:5]]
    assert enough(few, dict.fromkeys(PLACES, 9.0), lead=9.0)[0] == ["Osh", *PLACES[1:5]]


LENGTHS = [
    hit("It is 42 km long.", document="/a.txt", start=0),
    hit("It is dry in May.", document="/a.txt", start=100),
    hit("Some say it is 45 km.", document="/b.txt"),
    hit("It has 7 locks.", document="/c.txt"),
    hit("Its length is 47 km.", document="/far.txt"),
]
NEARBY = [
    replace(one, score=score, similarity=score / 100)
    for one, score in zip(LENGTHS, (1.0, 0.9, 0.8, 0.7, 0.5), strict=True)
]


def lengths(looks: Scores, question: str = HOW_LONG) -> list[str]:
    """The passages that are read after a certain answer of 42 km, by the looks of the small reader."""
    large, small = FakeReader({question: {"42 km": 12.0, "45 km": 11.0}}), FakeReader({question: looks})
    read_enough([question], [NEARBY], large, small, leading(3.0))
    return [pair.passage for call in large.calls for pair in call]


def test_another_document_that_may_give_another_figure_is_read():
    first, _, second, *_ = (one.passage.text for one in NEARBY)
    assert lengths({"45 km": 7.5}) == [first, second]  # 12 - 3 - 2 = 7
    assert lengths({"45 km": 6.5}) == [first]
    assert lengths({"May": 8.5}) == [first]  # of a document that has been read


def test_a_document_that_is_not_near_the_first_is_not_looked_at():
    assert len(lengths({"47 km": 9.0})) == 1


def test_what_cannot_be_compared_is_settled_by_the_best_answer_alone():
    assert len(lengths({"45 km": 7.5}, "Why is it dry?")) == 1


def test_questions_are_read_together_and_each_as_far_as_it_needs():
    large = FakeReader({WHAT: {"Osh": 9.0}, NEAR_WHAT: {"Astana": 9.0}})
    readings = read_enough([NEAR_WHAT, WHAT, WHAT], [HITS, HITS, []], large, None, leading(3.0))
    assert [len(few) for few in readings] == [4, 1, 0]
    assert [[pair.question for pair in call] for call in large.calls] == [
        [NEAR_WHAT, WHAT],
        [NEAR_WHAT],
        [NEAR_WHAT],
        [NEAR_WHAT],
    ]


def test_unfitted_everything_is_read_at_once():
    large, small = FakeReader({WHAT: {"Osh": 99.0}}), FakeReader({})
    assert [len(few) for few in read_enough([WHAT] * 2, [HITS, HITS[:3]], large, small, leading(NEVER))] == [8, 3]
    assert sizes(large.calls) == [11] and small.calls == []
    assert read_enough([], [], large, None, leading(3.0)) == []


def test_the_score_of_a_look_is_that_of_the_best_span():
    small = FakeReader({WHAT: {"Astana": -7.0, "Osh": 1.0}})
    assert looks(small, [Pair(WHAT, "Astana or Osh?"), Pair(WHAT, "")]) == [1.0, -math.inf]


def test_a_reader_may_stand_alone():
    assert small_reader(BUNDLED / FOLDER) is None


@pytest.mark.slow
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
    scores = looks(small, [Pair(question, text) for text in passages])
    assert min(scores[0], scores[2]) > 0 > scores[1]


@pytest.mark.slow
def test_an_assistant_does_not_look_through_a_small_reader_that_it_was_not_fitted_with(tmp_path):
    (tmp_path / "note.txt").write_text("The dam was opened in May.", encoding="utf-8")
    assert Assistant.over([tmp_path]).screen is not None
    assert Assistant.over([tmp_path], reader=BUNDLED / FOLDER).screen is None
