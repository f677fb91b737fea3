"""The questions about saved pages, and what is counted of their answers; the pages themselves are not needed."""

from __future__ import annotations

from dataclasses import replace

from eval.studies.asides import PageQuestion, counts, questions
from qa.answers import Answer, Citation, CitedPassage

CITED = Citation("/a.html", "a", "", 0, 5, "Skela", None, CitedPassage(0, 5, "Skela"), 1.0)


def test_thirty_questions_are_about_asides_and_sixty_about_articles() -> None:
    asked = questions()
    assert [sum(one.aside for one in asked), len(asked)] == [30, 90]
    assert len({one.question for one in asked}) == 90 and all(one.answers for one in asked)


def test_answers_are_counted_by_their_mark_and_their_word() -> None:
    aside = PageQuestion("a", "Where?", ("Skela",), aside=True)
    fact = replace(aside, aside=False)
    given = Answer("Where?", "Skela", 0.9, (CITED,), certainty="sure")
    marked = replace(given, citations=(replace(CITED, main=False),), certainty="likely")
    wrong, none = replace(given, text="Osmora"), replace(given, text=None, kind="none")
    asked = [aside, aside, aside, aside, fact, fact]
    assert counts(asked, [given, marked, wrong, none, given, wrong]) == {
        "aside_questions": 4, "aside_answered": 3, "aside_answers": 2, "aside_without_mark": 1, "aside_sure": 1,
        "other_answers_sure": 1, "facts": 2, "facts_exact": 1,
    }  # fmt: skip
