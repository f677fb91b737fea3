"""How completed follow-ups are compared with their rewritings."""

from __future__ import annotations

from eval.studies.follow_ups import Overlap, measured, overlap


def test_only_words_beyond_the_question_count():
    found = overlap("When was it built?", "When was the mill built?", "When was the old mill of Skerrow built?")
    assert found == Overlap(added=1, wanted=3, both=1) and found.f1 == 0.5
    assert overlap("Who won?", "Who won?", "Who won?").f1 == 1.0


def test_each_question_is_completed_from_those_before_it_in_its_conversation():
    rows = [
        {"id": "a_1", "question": "Who is Ada Lind?", "rewrite": "Who is Ada Lind?"},
        {"id": "a_2", "question": "When was she born?", "rewrite": "When was Ada Lind born?"},
        {"id": "b_1", "question": "When was she born?", "rewrite": "When was she born?"},
    ]
    assert [first for first, _ in measured(rows)] == [Overlap(), Overlap(2, 2, 2), Overlap()]
