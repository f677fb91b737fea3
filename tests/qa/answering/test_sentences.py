from __future__ import annotations

from reader_fakes import hit

from qa.answering.confidence import unfitted
from qa.answering.ranking import ranking
from qa.answering.sentences import nearest_sentences
from qa.reader.reader import Reading, Span

MILL = "The Orrin rises in the hills. The mill on the Orrin was repaired in 2019. Nobody lives there."


def test_the_sentence_that_shares_most_words_is_quoted():
    [found] = nearest_sentences("Who repaired the mill?", [hit(MILL, start=20)], [])
    assert found.quote == "The mill on the Orrin was repaired in 2019."
    assert found.start == 20 + MILL.index(found.quote) and found.end == found.start + len(found.quote)


def test_the_sentence_of_the_best_candidate_comes_first_and_once():
    question, hits = "When was the mill repaired?", [hit(MILL), hit("The weir is old.", document="/b.txt")]
    start = MILL.index("2019")
    ranked = ranking(question, hits, [Reading((Span(start, start + 4, -2.0),)), Reading(())], unfitted("r"))
    first, second = nearest_sentences(question, hits, ranked)
    assert (first.quote, second.quote) == ("The mill on the Orrin was repaired in 2019.", "The weir is old.")
    assert first.confidence == ranked[0].probability
