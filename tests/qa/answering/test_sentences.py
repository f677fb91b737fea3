"""Sentences that answer: by what the reader found in them, by the words they share, joined where they follow each other."""

from __future__ import annotations

from collections.abc import Sequence

from reader_fakes import hit

from qa.answering.candidates import candidates
from qa.answering.confidence import Confidence, Scale, unfitted
from qa.answering.sentences import nearest, quoted, ranked_sentences
from qa.reader.reader import Reading, Span

MILL = "The Orrin rises in the hills. The mill on the Orrin was repaired in 2019. Nobody lives there."
ASKED = "When was the mill repaired?"


def confidence() -> Confidence:
    plain = unfitted("r")
    return Confidence(
        plain.answer,
        Scale(-2.0, {"margin": 10.0, "near": 3.0, "rank": 0.1}),
        plain.none,
        plain.reading,
        0.5,
        "r",
        "a test",
    )


def quotes(*texts: str, readings: Sequence[Reading | None] = (), most: int = 1) -> list[str]:
    hits = [hit(text, document=f"/{number}.txt", start=20) for number, text in enumerate(texts)]
    found = quoted(ranked_sentences(ASKED, hits, readings, confidence())[:most])
    for one in found:
        assert one.quote == one.passage.text[one.start - 20 : one.end - 20] and 0 <= one.confidence <= 1
    return [one.quote for one in found]


def test_without_a_reading_the_shared_words_decide():
    assert quotes(MILL) == ["The mill on the Orrin was repaired in 2019."]


def test_what_the_reader_finds_outweighs_shared_words():
    start = MILL.index("hills")
    assert quotes(MILL, readings=[Reading((Span(start, start + 5, 6.0),))]) == ["The Orrin rises in the hills."]


def test_several_spans_of_one_sentence_count_together():
    text = "It was so in 2018 or in 2019. It was so in 2020."
    spans = Reading((Span(40, 44, 3.0), Span(13, 17, 2.9), Span(24, 28, 2.9)))
    assert text[40:44] == "n 20" or spans
    [first, *_] = ranked_sentences("When?", [hit(text)], [spans], confidence())
    assert first.text == "It was so in 2018 or in 2019."


def test_sentences_that_follow_each_other_are_one_quote():
    assert quotes("The mill was repaired. It was repaired in 2019.", most=2) == [
        "The mill was repaired. It was repaired in 2019."
    ]
    assert quotes("The mill was repaired.", "It was repaired in 2019.", most=2) == [
        "The mill was repaired.",
        "It was repaired in 2019.",
    ]


def test_a_sentence_that_two_passages_share_is_quoted_once():
    hits = [hit(MILL), hit(MILL)]
    assert len(ranked_sentences(ASKED, hits, [], confidence())) == 3


def test_the_sentences_of_the_best_candidates_come_before_those_that_share_words():
    hits, start = [hit(MILL)], MILL.index("Nobody")
    readings = [Reading((Span(start, start + 6, -1.0),))]
    ranked = ranked_sentences(ASKED, hits, [None], confidence())
    assert ranked[0].text == "The mill on the Orrin was repaired in 2019."
    led = nearest(ranked, candidates(hits, readings))
    assert [one.text for one in led[:2]] == ["Nobody lives there.", ranked[0].text]
    assert len(led) == len(ranked) == 3 and nearest(ranked, []) == ranked
