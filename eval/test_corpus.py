"""The bundled questions on the bundled articles: the gold file is proved, floors hold, nothing got worse."""

from __future__ import annotations

import sys

import pytest

from eval.baseline import broken_floors, compare, read_baseline, read_floors, scores_of
from eval.bootstrap import mean_interval
from eval.conflicts import ask_conflicts, read_conflicts
from eval.corpus_run import QUESTIONS, check_gold, run_corpus
from eval.datasets.examples import load
from eval.messages import ask_messages, message_table, read_messages
from eval.records import Run
from eval.report.tables import headline, show_run
from qa.console import Terminal

LEAST = 300
MESSAGES_RIGHT, MESSAGES_USABLE = 0.72, 0.85
CONFLICTS_NAMED, CONFLICTS_IN_ORDER = 0.85, 0.75


@pytest.fixture(scope="module")
def measured() -> Run:
    """One run that all tests look at."""
    return run_corpus()


def test_every_gold_answer_stands_at_its_offset() -> None:
    """Each document is there, each answer at its offset, each id once."""
    assert check_gold() == []


def test_there_are_enough_questions() -> None:
    """Fewer would make the figures too coarse for the floors."""
    assert len(load(QUESTIONS).questions) >= LEAST


def test_floors_hold(measured: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Print the figures, then compare them with floors.toml."""
    with capsys.disabled():
        console = Terminal(width=110)
        console.print()
        show_run(measured, console)
    assert broken_floors(measured.records, read_floors()) == []


def test_articles_that_disagree_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The invented conflicts, flagged with both sides; the right side is mostly first."""
    told = ask_conflicts(read_conflicts())
    named, in_order = (mean_interval([float(getattr(one, name)) for one in told]) for name in ("named", "in_order"))
    with capsys.disabled():
        Terminal(width=110).print(headline({"Conflicts named": named, "… in order": in_order}))
    assert named.value >= CONFLICTS_NAMED and in_order.value >= CONFLICTS_IN_ORDER


def test_messages_of_all_kinds_are_answered_as_they_should_be(capsys: pytest.CaptureFixture[str]) -> None:
    """A row per kind of message; most of them right, and of those that are not some usable."""
    told = ask_messages(read_messages())
    with capsys.disabled():
        sys.stdout.write(f"\n{message_table(told)}\n")
    right, usable = (mean_interval([float(getattr(one, name)) for one in told]) for name in ("right", "usable"))
    assert right.value >= MESSAGES_RIGHT and usable.value >= MESSAGES_USABLE


def test_nothing_is_significantly_worse_than_the_baseline(measured: Run) -> None:
    """The paired bootstrap against eval/baseline.json, question by question."""
    changes = compare(scores_of(measured.records), read_baseline())
    assert changes, "the baseline has no question in common with the gold file: run `make eval-update`"
    assert [str(change) for change in changes if change.worse] == []
