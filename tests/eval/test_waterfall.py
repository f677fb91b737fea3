"""Each stage broken on purpose is caught and named."""

from __future__ import annotations

from eval_fakes import TEXTS, TOUR, answerer, knowing, sentences

from eval.datasets.questions import GoldQuestion
from eval.harness import run
from eval.waterfall import Outcome, count

QUESTION = "Where did Macron land on November 1?"
START = TEXTS[TOUR].index("Kazakhstan")
GOLD = GoldQuestion("q1", QUESTION, ("Kazakhstan",), "macron-tour.md", (START,), "where")
READS = knowing({QUESTION: [("Kazakhstan", 0.9), ("Uzbekistan", 0.6)]})


def outcome_of(assistant, gold=GOLD, k=3):
    return run([gold], assistant, k=k).records[0].outcome


def test_nothing_broken():
    assert outcome_of(answerer(READS)) is Outcome.RIGHT


def test_article_not_indexed():
    texts = {name: text for name, text in TEXTS.items() if name != TOUR}
    assert outcome_of(answerer(READS, texts=texts)) is Outcome.NOT_IN_CORPUS


def test_article_that_says_something_else():
    changed = {**TEXTS, TOUR: TEXTS[TOUR].replace("Kazakhstan", "Mongolia")}
    assert outcome_of(answerer(READS, texts=changed)) is Outcome.NOT_IN_CORPUS


def test_broken_chunker():
    def through_the_answer(text):
        return [(0, START + 4), (START + 4, len(text))]

    assert outcome_of(answerer(READS, chunker=through_the_answer)) is Outcome.SPLIT


def test_broken_retriever():
    assistant = answerer(READS)
    found = assistant.retriever.retrieve_many
    assistant.retriever.retrieve_many = lambda questions, k: [hits[1:] for hits in found(questions, k + 1)]
    assert outcome_of(assistant) is Outcome.NOT_RETRIEVED


def test_too_few_passages_read_is_the_search_s_fault_even_if_deeper_ones_are_looked_at():
    assistant = answerer(READS)
    found = assistant.retriever.retrieve_many
    assistant.retriever.retrieve_many = lambda questions, k: [
        [*found(questions, 9)[0][1:], found(questions, 9)[0][0]][:k]
    ]
    record = run([GOLD], assistant, k=3).records[0]
    assert record.outcome is Outcome.NOT_RETRIEVED
    assert any(record.relevance)


def test_broken_reader():
    assert outcome_of(answerer(knowing({QUESTION: [("Uzbekistan", 0.9)]}))) is Outcome.NOT_READ


def test_reader_that_finds_nothing_and_so_refuses():
    assert outcome_of(answerer(knowing({}))) is Outcome.NOT_READ


def test_another_candidate_won():
    reads = knowing({QUESTION: [("Kazakhstan", 0.7), ("Uzbekistan", 0.9)]})
    assert outcome_of(answerer(reads)) is Outcome.RANKED_LOWER


def test_another_candidate_crowded_it_out_of_the_alternatives():
    def distracted(question, passage):
        if "second stop" in passage:
            return [("Uzbekistan", 0.9)]
        return [("Kazakhstan", 0.7)] if "Kazakhstan" in passage else []

    assistant = answerer(distracted)
    whole = assistant.read_passages

    def one_candidate(question, passages):
        from dataclasses import replace

        return replace(whole(question, passages), alternatives=())

    assistant.read_passages = one_candidate
    assert outcome_of(assistant) is Outcome.RANKED_LOWER


def test_broken_threshold():
    assert outcome_of(answerer(READS, threshold=1.1)) is Outcome.WRONGLY_REFUSED


def test_refused_with_another_candidate_first_is_the_ranking_s_fault():
    reads = knowing({QUESTION: [("Kazakhstan", 0.2), ("Uzbekistan", 0.3)]})
    assert outcome_of(answerer(reads)) is Outcome.RANKED_LOWER


def test_right_place_other_boundaries():
    reads = knowing({QUESTION: [("in Kazakhstan", 0.9)]})
    assert outcome_of(answerer(reads)) is Outcome.INEXACT


def test_no_answer_there():
    nothing = GoldQuestion("q2", QUESTION, (), None, (), "unanswerable")
    assert outcome_of(answerer(READS), nothing) is Outcome.WRONGLY_ANSWERED
    assert outcome_of(answerer(knowing({})), nothing) is Outcome.RIGHT


def test_count_keeps_the_order_and_the_zeros():
    counted = count([Outcome.NOT_READ, Outcome.RIGHT, Outcome.RIGHT])
    assert list(counted) == list(Outcome)
    assert (counted[Outcome.RIGHT], counted[Outcome.NOT_READ], counted[Outcome.SPLIT]) == (2, 1, 0)


def test_sentences_of_the_fake():
    assert [TEXTS[TOUR][start:end] for start, end in sentences(TEXTS[TOUR])][1] == "He praised its leader warmly."
