from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.spans import TokenSpan, best_spans


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def context(length: int, first: int = 1) -> np.ndarray:
    return np.arange(length) >= first


def test_the_best_span_scores_start_plus_end_less_null():
    found = best_spans(floats(1, 0, 4, 0), floats(1, 0, 0, 3), context(4), n=1)
    assert found == [TokenSpan(2, 3, 4 + 3 - (1 + 1))]


def test_a_span_never_ends_before_it_begins():
    found = best_spans(floats(0, 0, 0, 5), floats(0, 5, 0, 1), context(4), n=1)
    assert found == [TokenSpan(3, 3, 6.0)]


def test_adding_a_constant_to_a_window_changes_no_score():
    start, end = floats(1, 0, 4, 0, 2), floats(1, 0, 0, 3, 2)
    plain = best_spans(start, end, context(5), n=3)
    assert best_spans(start + 7, end - 3, context(5), n=3) == plain


def test_spans_stay_in_the_context():
    found = best_spans(floats(0, 9, 9, 1, 2), floats(0, 9, 9, 2, 1), context(5, first=3), n=5)
    assert found == [TokenSpan(3, 3, 3.0), TokenSpan(4, 4, 3.0)]


def test_no_span_reaches_over_a_gap_in_the_context():
    inside = np.array([False, True, True, False, True])
    found = best_spans(floats(0, 9, 1, 0, 2), floats(0, 1, 2, 0, 9), inside, n=2)
    assert found == [TokenSpan(1, 2, 11.0), TokenSpan(4, 4, 11.0)]


def test_later_spans_do_not_overlap_better_ones():
    start, end = floats(0, 6, 5, 0, 3), floats(0, 0, 6, 5, 3)
    assert best_spans(start, end, context(5), n=5) == [
        TokenSpan(1, 2, 12.0),
        TokenSpan(4, 4, 6.0),
        TokenSpan(3, 3, 5.0),
    ]


def test_a_span_has_at_most_the_longest_number_of_tokens():
    start, end = floats(0, 5, 0, 1, 0), floats(0, 0, 0, 0, 5)
    assert best_spans(start, end, context(5), n=1, longest=2) == [TokenSpan(3, 4, 6.0)]
    assert best_spans(start, end, context(5), n=1, longest=4) == [TokenSpan(1, 4, 10.0)]


def test_without_context_there_is_no_span():
    assert best_spans(floats(1, 2), floats(1, 2), np.zeros(2, dtype=bool), n=5) == []


def test_many_variants_of_the_best_answer_do_not_crowd_out_the_second():
    # Starts at 1..11 and ends at 12..22 are equally good: 121 spans that overlap each other. Token 40 is another answer.
    start, end = np.zeros(50, dtype=np.float32), np.zeros(50, dtype=np.float32)
    start[1:12], end[12:23] = 10, 10
    start[40] = end[40] = 8
    found = best_spans(start, end, context(50), n=2)
    assert found == [TokenSpan(1, 12, 20.0), TokenSpan(40, 40, 16.0)]


def by_trying_all(start: np.ndarray, end: np.ndarray, allowed: np.ndarray, n: int, longest: int) -> list[TokenSpan]:
    """Every allowed span, best first, earliest first among equals; each is kept that overlaps none kept before."""
    length = len(start)
    spans = [
        TokenSpan(first, last, float(start[first] + end[last] - start[0] - end[0]))
        for first in range(length) for last in range(first, min(length, first + longest))
        if allowed[first] and allowed[last]
    ]  # fmt: skip
    kept: list[TokenSpan] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.first, span.last)):
        if all(span.last < other.first or span.first > other.last for other in kept):
            kept.append(span)
    return kept[:n]


@given(st.data())
def test_the_spans_are_those_found_by_trying_all(data: st.DataObject):
    length = data.draw(st.integers(2, 14))
    logits = st.lists(st.integers(-5, 5), min_size=length, max_size=length)
    start, end = floats(*data.draw(logits)), floats(*data.draw(logits))
    allowed = context(length, data.draw(st.integers(1, length)))
    n, longest = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 8))
    assert best_spans(start, end, allowed, n=n, longest=longest) == by_trying_all(start, end, allowed, n, longest)
