"""Questions asked of a small assistant: the records, the figures, what survives an interruption."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from eval_fakes import PIPE, TEXTS, TOUR, answerer, knowing

from eval.baseline import Limit, broken_floors, compare, read_baseline, read_floors, scores_of, write_baseline
from eval.datasets.gold_places import GoldPlaces
from eval.datasets.questions import Dataset, Dialogue, GoldQuestion, UnreadableDataset, split_of
from eval.evaluation import Choice, evaluate, unfit
from eval.harness import run
from eval.metrics import Place
from eval.records import Run, read_run
from eval.report.comparison import changes, paired
from eval.report.markdown import words_table
from eval.summary import BY_KEY, STATISTICS, as_json, by_kind, figures
from eval.waterfall import Outcome

WHERE = "Where did Macron land?"
WHO = "Which companies use the pipeline?"
NONE = "How high is Mount Everest?"
LAND = TEXTS[TOUR].index("Kazakhstan")
BOTH = TEXTS[PIPE].index("Chevron and Exxon Mobil")
QUESTIONS = (
    GoldQuestion("q1", WHERE, ("Kazakhstan", "in Kazakhstan"), "macron-tour.md", (LAND, LAND), "where"),
    GoldQuestion(
        "q2",
        WHO,
        ("Chevron and Exxon Mobil",),
        "pipeline.md",
        (BOTH,),
        "list",
        (("Chevron",), ("ExxonMobil", "Exxon Mobil")),
    ),
    GoldQuestion("q3", NONE, (), None, (), "unanswerable"),
)
READS = knowing(
    {WHERE: [("Kazakhstan", 0.9), ("Uzbekistan", 0.3)], WHO: [("Chevron", 0.8)], NONE: [("November 1", 0.2)]}
)


def done(read=READS, **more):
    return run(QUESTIONS, answerer(read, **more), k=4, dataset="three")


def figure(records, key):
    return next(one.interval.value for one in figures(records) if one.key == key)


def test_right_answer():
    record = done().records[0]
    assert (record.given, record.em, record.f1, record.outcome) == ("Kazakhstan", 1, 1, Outcome.RIGHT)
    assert (record.relevance[0], sum(record.relevance), record.relevant) == (True, 1, 1)
    assert (record.right_document, record.citation_precision, record.citation_recall) == (1, 1, 1)
    assert record.passage[slice(*record.highlight)] == "Kazakhstan"
    assert (record.document, record.alternatives) == ("macron-tour.md", ("Uzbekistan",))
    assert (record.guess, record.guess_confidence, record.guess_right) == ("Kazakhstan", 0.9, 1)


def test_half_of_a_list():
    record = done().records[1]
    # One of four words, all of it right: 2 * 1 * 1/4 / (1 + 1/4).
    assert (record.em, record.f1, record.items_found) == (0, pytest.approx(0.4), 0.5)
    assert (record.citation_precision, record.citation_recall) == (1, len("Chevron") / len("Chevron and Exxon Mobil"))


def test_right_refusal():
    record = done().records[2]
    assert (record.given, record.refused, record.em, record.f1, record.outcome) == (None, True, 1, 1, Outcome.RIGHT)
    assert (record.relevance, record.right_document, record.citation_recall) == (None, None, None)
    assert record.highlight == (0, len(record.passage))  # the nearest sentence
    assert (record.guess, record.guess_confidence, record.guess_right) == ("November 1", 0.2, 0)


def test_refusal_without_a_candidate_is_a_guess_of_nothing():
    record = done(knowing({})).records[2]
    assert (record.guess, record.guess_confidence, record.guess_right) == (None, 0, 0)


def test_unanswerable_question_on_a_document_has_no_right_one():
    asked = GoldQuestion("q", WHERE, (), "macron-tour.md", (), "unanswerable")
    record = run([asked], answerer(READS), k=4).records[0]
    assert (record.given, record.outcome, record.right_document) == ("Kazakhstan", Outcome.WRONGLY_ANSWERED, None)


def test_words_are_counted_with_what_became_of_them():
    records = [
        replace(one, certainty=word) for one, word in zip(done().records, ("sure", "unsure", "sure"), strict=True)
    ]
    assert (figure(records, "sure_right"), figure(records, "right_sure"), figure(records, "nothing_near_right")) == (
        1,
        1,
        1,
    )
    assert figure(records, "conflicts_named") == 0
    told = words_table(records)
    assert "| answer, sure | 1 | 100.0 (100 to 100) |" in told and "| nothing near | 1 | 100.0 (100 to 100) |" in told
    assert "| answer, unsure | 1 | 0.0 (0 to 0) |" in told and "| answer, likely | 0 |  |" in told


def test_the_sentences_of_a_wrong_refusal_may_hold_the_answer():
    refused = done(knowing({})).records
    assert (refused[0].quotes_hold, refused[1].quotes_hold, refused[2].quotes_hold) == (1, 0, None)


def test_a_limit_of_a_statistic():
    limit = Limit(next(one for one in STATISTICS if one.key == "ece"), 0.3, most=True)
    assert broken_floors(done().records, [limit]) == ["ECE is 36.7 % (10.0 to 80.0), above the most allowed, 30.0 %"]


def test_figures_by_hand():
    records = done().records
    assert figure(records, "em") == 0.5
    assert figure(records, "f1") == pytest.approx(0.7)
    # The passages that hold the answers stand at ranks 1 and 3.
    assert figure(records, "recall_at_1") == 0.5
    assert figure(records, "recall_at_5") == 1
    assert figure(records, "mrr") == pytest.approx(2 / 3)
    assert figure(records, "unanswerable_refused") == 1
    assert figure(records, "answerable_refused") == 0
    assert figure(records, "refusals_right") == 1
    # Guesses 0.9 right, 0.8 wrong, 0.2 wrong, one a bin: (0.1 + 0.8 + 0.2) / 3.
    assert figure(records, "ece") == pytest.approx(1.1 / 3)
    assert figure(records, "coverage_at_90") == pytest.approx(1 / 3)
    assert figure(records, "aurc") == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)


def test_a_figure_that_applies_to_nothing_is_left_out():
    assert "unanswerable_refused" not in {one.key for one in figures(done().records[:1])}


def test_kinds():
    assert {kind: len(records) for kind, records in by_kind(done().records).items()} == {
        "list": 1,
        "unanswerable": 1,
        "where": 1,
    }


def test_other_documents_that_hold_an_answer_count():
    question = replace(QUESTIONS[0], documents=("macron-tour.md", "other.md"))
    texts = {**TEXTS, "/articles/other.md": "He went to Kazakhstan."}
    passages = GoldPlaces(answerer(READS, texts=texts).index)
    assert passages.places(question)[-1] == Place("/articles/other.md", 11, 21)
    assert [passage.document for passage in passages.holders(passages.places(question))] == [TOUR, "/articles/other.md"]


def test_without_an_offset_the_words_are_looked_for():
    question = GoldQuestion("x", WHERE, ("Kazakhstan",), None, (None,), "where")
    assert GoldPlaces(answerer(READS).index).places(question) == (Place(TOUR, LAND, LAND + 10),)


def test_progress_is_told():
    told = []
    run(QUESTIONS, answerer(READS), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_interruption_keeps_what_was_done():
    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    stopped = run(QUESTIONS, answerer(READS), progress=stop)
    assert [record.id for record in stopped.records] == ["q1", "q2"]
    assert stopped.interrupted and stopped.planned == 3
    assert as_json(stopped)["interrupted"] is True


def test_dialogue_turns_are_asked_in_one_conversation():
    turns = (replace(QUESTIONS[0], id="d#1", kind="dialogue"), replace(QUESTIONS[2], id="d#2", kind="dialogue"))
    talked = run([], answerer(READS), dialogues=[Dialogue("d", turns)])
    assert [(record.id, record.given) for record in talked.records] == [("d#1", "Kazakhstan"), ("d#2", None)]


def test_run_survives_json(tmp_path):
    before = replace(done(), complaints=("x",))
    path = tmp_path / "run.json"
    path.write_text(json.dumps(as_json(before, full=True)))
    assert read_run(path) == before


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"questions": [{}], "format": 2, "dataset": "", "k": 1}'])
def test_file_that_is_no_run(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(UnreadableDataset, match="not a run saved with"):
        read_run(path)


def test_run_of_another_format(tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(as_json(done(), full=True) | {"format": 99}))
    with pytest.raises(UnreadableDataset, match="saved in format 99"):
        read_run(path)


def test_changes_between_runs():
    worse = done(threshold=0.85)
    found = {change.score.key: change for change in changes(paired(worse, done()))}
    assert (found["f1"].before, found["f1"].now) == (pytest.approx(0.7), 0.5)
    assert (found["answerable_refused"].before, found["answerable_refused"].now) == (0, 0.5)


# ---- floors and baseline


def test_floors_that_hold():
    assert (
        broken_floors(done().records, [Limit(BY_KEY["em"], 0.5), Limit(BY_KEY["answerable_refused"], 0.0, most=True)])
        == []
    )


def test_floors_that_do_not_hold():
    limits = [
        Limit(BY_KEY["em"], 0.6),
        Limit(BY_KEY["em"], 0.9, kind="list"),
        Limit(BY_KEY["unanswerable_refused"], 0.9, most=True),
    ]
    assert broken_floors(done().records, limits) == [
        "Exact match is 50.0 % (0.0 to 100.0), below the floor of 60.0 %",
        "Exact match of list questions is 0.0 % (0.0 to 0.0), below the floor of 90.0 %",
        "Unanswerable refused is 100.0 % (100.0 to 100.0), above the most allowed, 90.0 %",
    ]


def test_floor_of_a_score_that_no_question_has():
    limit = Limit(BY_KEY["em"], 0.1, kind="dialogue")
    assert broken_floors(done().records, [limit]) == [
        "Exact match of dialogue questions cannot be told: no question has it"
    ]


def test_floors_file(tmp_path):
    path = tmp_path / "floors.toml"
    path.write_text("em = 0.5\nanswerable_refused_max = 0.1\n[dialogue]\nf1 = 0.4\n")
    assert read_floors(path) == [
        Limit(BY_KEY["em"], 0.5),
        Limit(BY_KEY["answerable_refused"], 0.1, most=True),
        Limit(BY_KEY["f1"], 0.4, kind="dialogue"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [("ems = 1", "'ems' is no score"), ("em = 'x'", "has to be a number"), ("em =", "floors.toml")],
)
def test_bad_floors_file(tmp_path, content, reason):
    path = tmp_path / "floors.toml"
    path.write_text(content)
    with pytest.raises(UnreadableDataset, match=reason):
        read_floors(path)


def test_own_floors_file_is_read():
    assert {limit.score.key for limit in read_floors()} >= {
        "em",
        "f1",
        "recall_at_5",
        "unanswerable_refused",
        "answerable_refused",
    }


def test_baseline_is_kept_question_by_question(tmp_path):
    path = tmp_path / "baseline.json"
    write_baseline(done().records, path)
    assert read_baseline(path) == scores_of(done().records)
    assert read_baseline(path)["q3"] == {"unanswerable_refused": 1}
    assert len(path.read_text().splitlines()) == 5


def test_no_baseline(tmp_path):
    with pytest.raises(UnreadableDataset, match="no baseline yet; `make eval-update` stores one"):
        read_baseline(tmp_path / "baseline.json")


def many(em):
    return {f"q{number}": {"em": em, "answerable_refused": 1 - em} for number in range(50)}


def test_consistently_worse_is_seen():
    assert [change.score.key for change in compare(many(0.0), many(1.0)) if change.worse] == [
        "em",
        "answerable_refused",
    ]
    assert [change for change in compare(many(1.0), many(0.0)) if change.worse] == []
    assert [change for change in compare(many(1.0), many(1.0)) if change.worse] == []


def test_baseline_compares_shared_questions_alone():
    assert compare(many(1.0), {"other": {"em": 1.0}}) == []
    assert compare(many(1.0), {"q1": {"em": 1.0}})[0].difference.count == 1


# ---- whole evaluations


def test_choice_of_a_half_and_a_sample():
    dataset = Dataset("x", tuple(replace(QUESTIONS[0], id=f"q{n}") for n in range(40)))
    dev = Choice("dev").of(dataset).questions
    assert {split_of(question.id) for question in dev} == {"dev"}
    assert len(Choice("dev", 3).of(dataset).questions) == 3
    with pytest.raises(UnreadableDataset, match="no question is left"):
        Choice().of(Dataset("x", ()))


def test_evaluate_says_what_is_wrong_with_the_data():
    lost = replace(QUESTIONS[0], id="q4", document="gone.md")
    moved = replace(QUESTIONS[0], id="q5", starts=(0, 0))
    evaluated = evaluate(Dataset("three", (*QUESTIONS, lost, moved)), answerer(READS), k=4)
    assert evaluated.misleading
    assert evaluated.run.complaints == (
        "three: the index lacks 1 of its 3 documents (gone.md), which 1 questions are about",
        "question q5: none of its answers stands at offset 0 of macron-tour.md",
    )
    assert [record.outcome for record in evaluated.run.records[3:]] == [Outcome.RIGHT, Outcome.RIGHT]


def test_evaluate_what_fits():
    assert not evaluate(Dataset("three", QUESTIONS), answerer(READS), k=4).misleading


def test_index_without_any_of_the_documents():
    elsewhere = Dataset("x", (replace(QUESTIONS[0], document="gone.md"),))
    with pytest.raises(
        UnreadableDataset, match="the index holds none of its 1 documents; index them or choose --index"
    ):
        evaluate(elsewhere, answerer(READS), k=4)
    brought = replace(elsewhere, paragraphs={"gone.md": "Not there."})
    with pytest.raises(UnreadableDataset, match="add --own-passages"):
        evaluate(brought, answerer(READS), k=4)


def test_questions_without_documents_are_no_fault():
    assert unfit(Dataset("x", (QUESTIONS[2],)), GoldPlaces(answerer(READS).index)) == []


def test_empty_run_has_no_figures():
    assert figures(Run("x", 10, 3, ()).records) == []
