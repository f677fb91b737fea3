"""Tables between markers: the gold table from a small invented run, and what is written where."""

from __future__ import annotations

import pytest
from eval_fakes import PIPE, TEXTS, TOUR, answerer, knowing

from eval.corpus_run import ROOT
from eval.datasets.questions import GoldQuestion
from eval.harness import run
from eval.report.markdown import file_type_table, fill, gold_table, table

WHERE, WHO, WHEN, NONE = "Where did he land?", "Which companies use it?", "When did he land?", "How high is it?"
QUESTIONS = (
    GoldQuestion("q1", WHERE, ("Kazakhstan",), "macron-tour.md", (TEXTS[TOUR].index("Kazakhstan"),), "where"),
    GoldQuestion("q2", WHO, ("Chevron and Exxon Mobil",), "pipeline.md", (TEXTS[PIPE].index("Chevron and"),), "list"),
    GoldQuestion("q3", WHEN, ("Kazakhstan",), "macron-tour.md", (TEXTS[TOUR].index("Kazakhstan"),), "where"),
    GoldQuestion("q4", NONE, (), None, (), "unanswerable"),
)
# The first is right, the second gives one of four words, the third and the fourth are refused.
READS = knowing(
    {WHERE: [("Kazakhstan", 0.9)], WHO: [("Chevron", 0.8)], WHEN: [("Kazakhstan", 0.2)], NONE: [("November 1", 0.2)]}
)


def test_gold_table_by_hand():
    assert gold_table(run(QUESTIONS, answerer(READS), k=4).records).splitlines() == [
        "| kind | questions | EM, % | F1, % | recall@5, % | refused, % |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| list | 1 | 0.0 | 40.0 | 100.0 | 0.0 |",
        "| unanswerable | 1 |  |  |  | 100.0 |",
        "| where | 2 | 50.0 | 50.0 | 100.0 | 50.0 |",
        "| **all with an answer** | 3 | 33.3 | 46.7 | 100.0 | 33.3 |",
        "| **all without an answer** | 1 |  |  |  | 100.0 |",
    ]


def test_answers_by_type_of_file_by_hand():
    asked = (*QUESTIONS[:2], GoldQuestion("q4", NONE, (), "macron-tour.csv", (), "unanswerable"))
    sure = knowing({WHERE: [("Kazakhstan", 0.9)], WHO: [("Chevron", 0.8)], NONE: [("November 1", 0.7)]})
    assert file_type_table(run(asked, answerer(sure), k=4).records).splitlines() == [
        "| file | questions | EM, % | F1, % | recall@5, % | refused, % | sure, wrong |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| `.md` | 2 | 50.0 | 70.0 | 100.0 | 0.0 | 1 |",
        "| **all with an answer** | 2 | 50.0 | 70.0 | 100.0 | 0.0 | 1 |",
        "| **all without an answer** | 1 |  |  |  | 0.0 | 0 |",
    ]


def test_a_total_of_no_questions_is_left_out():
    assert "without an answer" not in gold_table(run(QUESTIONS[:1], answerer(READS), k=4).records)


def test_fill_replaces_what_stands_between_the_markers(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("Before\n<!-- gold -->\nold\n<!-- /gold -->\nafter\n", encoding="utf-8")
    for text in ("first", table(("a", "b"), [("c", "1")])):
        fill(page, "gold", text)
    filled = "| a | b |\n| --- | --- |\n| c | 1 |"
    assert page.read_text(encoding="utf-8") == f"Before\n<!-- gold -->\n{filled}\n<!-- /gold -->\nafter\n"


@pytest.mark.parametrize("text", ["none", "<!-- gold -->", "<!-- /gold --> <!-- gold -->"])
def test_fill_changes_nothing_without_both_markers(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md: has no <!-- gold -->"):
        fill(page, "gold", "table")
    assert page.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("page", "name"), [("docs/accuracy.md", "gold"), ("docs/accuracy.md", "tables"), ("qa/model/README.md", "measured")]
)
def test_the_pages_that_scripts_fill_have_their_markers(tmp_path, page, name):
    copy = tmp_path / "page.md"
    copy.write_bytes((ROOT / page).read_bytes())
    fill(copy, name, "table")
    assert f"<!-- {name} -->\ntable\n<!-- /{name} -->" in copy.read_text(encoding="utf-8")
