from __future__ import annotations

from reader_fakes import hit, passage

from qa.answering.candidates import candidates, cited, in_its_sentence, item_citations, widened
from qa.reader.reader import Reading, Span

CAPITAL = "The capital is Astana, in the north."
OLD = "Until 1997 the capital was Almaty; then came Astana."


def spans(*texts_and_scores: tuple[str, float], text: str) -> Reading:
    return Reading(
        tuple(Span(text.index(words), text.index(words) + len(words), score) for words, score in texts_and_scores)
    )


def test_equal_answers_of_several_documents_are_one_candidate_with_every_place():
    hits = [hit(CAPITAL, document="/a.txt", start=100), hit(OLD, document="/b.txt", start=7)]
    found = candidates(hits, [spans(("Astana", 4.0), text=CAPITAL), spans(("Almaty", 3.0), ("Astana", 5.0), text=OLD)])
    assert [(candidate.text, candidate.score, candidate.documents) for candidate in found] == [
        ("Astana", 5.0, 2), ("Almaty", 3.0, 1)]  # fmt: skip
    assert [(s.hit.passage.document, s.start, s.end, s.rank) for s in found[0].supports] == [
        ("/b.txt", 7 + OLD.index("Astana"), 7 + OLD.index("Astana") + 6, 2),
        ("/a.txt", 115, 121, 1),
    ]


def test_answers_are_equal_as_squad_compares_them():
    texts = ["It was the Agency.", "An agency did it."]
    hits = [hit(text, document=f"/{number}.txt") for number, text in enumerate(texts)]
    readings = [spans(("the Agency", 2.0), text=texts[0]), spans(("An agency", 1.0), text=texts[1])]
    [candidate] = candidates(hits, readings)
    assert [support.text for support in candidate.supports] == ["the Agency", "An agency"]


def test_answers_of_marks_alone_stay_apart():
    text = "the sign is + or -"
    found = candidates([hit(text)], [spans(("+", 2.0), ("-", 1.0), text=text)])
    assert [candidate.text for candidate in found] == ["+", "-"]


def test_overlapping_passages_of_a_document_give_a_place_once():
    text = "First words. The capital is Astana."
    whole, part = hit(text, start=50), hit(text[13:], start=63)
    [candidate] = candidates(
        [whole, part], [spans(("Astana", 4.0), text=text), spans(("is Astana", 6.0), text=text[13:])]
    )
    assert [(s.text, s.start, s.rank) for s in candidate.supports] == [("is Astana", 50 + text.index("is Astana"), 2)]


def test_the_same_place_in_two_documents_is_two_places():
    hits = [hit(CAPITAL, document="/a.txt"), hit(CAPITAL, document="/b.txt")]
    [candidate] = candidates(hits, [spans(("Astana", 4.0), text=CAPITAL)] * 2)
    assert candidate.documents == 2


def test_between_equal_scores_the_better_passage_comes_first():
    hits = [hit(CAPITAL, document="/a.txt"), hit(OLD, document="/b.txt")]
    found = candidates(hits, [spans(("Astana", 4.0), text=CAPITAL), spans(("Almaty", 4.0), text=OLD)])
    assert [candidate.text for candidate in found] == ["Astana", "Almaty"]


def test_nothing_read_gives_no_candidate():
    assert candidates([hit(CAPITAL)], [Reading(())]) == []
    assert candidates([], []) == []


def test_a_citation_quotes_the_document():
    [candidate] = candidates([hit(CAPITAL, start=100)], [spans(("Astana", 4.0), text=CAPITAL)])
    citation = candidate.best.citation()
    assert (citation.quote, citation.start, citation.end, citation.score) == ("Astana", 115, 121, 4.0)
    assert (citation.passage.start, citation.passage.end, citation.passage.text) == (100, 136, CAPITAL)


def test_a_list_is_cited_whole_and_item_by_item():
    text = "They sold gas to Kazakhstan, Tajikistan and Uzbekistan in May."
    [candidate] = candidates([hit(text, start=20)], [spans(("Kazakhstan, Tajikistan", 4.0), text=text)])
    whole = widened(candidate.best.citation())
    assert (whole.start, whole.quote) == (20 + text.index("Kazakhstan"), "Kazakhstan, Tajikistan and Uzbekistan")
    assert [(one.start, one.quote) for one in item_citations(whole)] == [
        (20 + text.index(name), name) for name in ("Kazakhstan", "Tajikistan", "Uzbekistan")]  # fmt: skip


def test_a_span_is_cited_with_its_whole_sentence():
    text = "It rained. The border is closed. Nobody came."
    found = candidates([hit(text, start=5)], [Reading((Span(25, 31, 2.0),))])
    citation = in_its_sentence(found[0].best.citation())
    assert (citation.quote, citation.start, citation.end) == ("The border is closed.", 16, 37)


def test_a_page_goes_from_the_passage_to_the_citation():
    assert cited(passage(CAPITAL, page=7), 0, 11, 0.5).page == 7
