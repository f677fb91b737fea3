"""Lists that the structure of a document gives: under a heading that a question names, and down the column of a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from assistant_fakes import assistant
from reader_fakes import hit

from qa.answering.sections import FoundSections, headed
from qa.retrieval.hybrid import Hit

MINUTES = {
    "march.md": "# Harbour board in March\n\nOlga Brandt was in the chair.\n\n## Decisions\n\n- The quay closes in June.\n"
    "- Fees rise by four per cent.\n\n## Requirements for tenders\n\nEach tender needs these:\n\n1. A survey.\n2. Insurance.\n",
    "april.md": "# Harbour board in April\n\n## Decisions\n\n* Tom Reyes becomes deputy.\n* The crane is sold.\n\n"
    "## Costs\n\nNone.\n",
}
MARCH = ["The quay closes in June.", "Fees rise by four per cent."]
APRIL = ["Tom Reyes becomes deputy.", "The crane is sold."]


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("List the decisions", MARCH + APRIL),
        ("Which decisions were taken?", MARCH + APRIL),
        ("Could you please list all decisions?", MARCH + APRIL),
        ("What were the decisions of the board in March?", MARCH),
        ("What are the requirements for tenders?", ["A survey.", "Insurance."]),
        ("Name all requirements for tenders.", ["A survey.", "Insurance."]),
    ],
)
def test_a_list_under_the_heading_that_is_named(tmp_path: Path, question: str, items: list[str]):
    answer = assistant(tmp_path, {}, MINUTES).ask(question)
    assert (answer.kind, answer.certainty) == ("list", "likely")
    assert sorted(one.quote for one in answer.items) == sorted(items)
    assert answer.text == answer.citations[0].quote
    for one in (*answer.citations, *answer.items):
        assert MINUTES[Path(one.document).name][one.start : one.end] == one.quote


@pytest.mark.parametrize(
    "question",
    [
        "What are the requirements?",  # for what is not said
        "List the decisions on the crane",
        "List the costs",  # a heading without a list
        "Who took the decisions?",
        "What were not decisions?",
        "List the harbour boards",  # a title and no heading of a list
    ],
)
def test_no_list_is_named(tmp_path: Path, question: str):
    assert assistant(tmp_path, {}, MINUTES).ask(question).text is None


def headed_hit(text: str, heading: str, *, main: bool = True) -> Hit:
    found = hit(text)
    return replace(found, passage=replace(found.passage, heading=heading, main=main))


def test_a_list_outside_the_main_text_is_not_meant():
    text = "- A survey.\n- Insurance."
    found = [headed_hit(text, "Tenders - Requirements")]
    assert [one.whole.quote for one in headed("What are the requirements?", found, FoundSections(found))] == [text[2:]]
    aside = [headed_hit(text, "Requirements", main=False)]
    assert headed("What are the requirements?", aside, FoundSections(aside)) == []


NAMES = [
    f"{first}{last}"
    for first in ("Al", "Bor", "Cas", "Dun", "El", "Far")
    for last in "ba di fo gu ha ki lo mu na po".split()
]


def test_items_without_a_mark_in_the_text(tmp_path: Path):
    page = "<h1>Mill</h1><p>It is old.</p><h2>Next steps</h2><ul><li>Ask Ida and Tom.</li><li>Pay.</li></ul>"
    answer = assistant(tmp_path, {}, {"mill.html": page}).ask("What are the next steps?")
    assert [one.quote for one in answer.items] == ["Ask Ida and Tom.", "Pay."]


FLEET = "Ship,Launched,Scrapped,Crew\n" + "".join(
    f"{name},{1900 + number},{1930 + number},{number}\n" for number, name in enumerate(NAMES)
)


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("Which ships are there?", range(1900, 1960)),
        ("Which ships were launched before 1905?", range(1900, 1905)),
        ("Which ships were launched after 1950?", range(1951, 1960)),
        ("Which ships were launched between 1910 and 1915?", range(1910, 1916)),
        ("Which ships were scrapped until 1932?", range(1900, 1903)),
    ],
)
def test_the_column_of_a_table_though_few_rows_are_read(tmp_path: Path, question: str, years: range):
    readings = dict.fromkeys(NAMES, 3.0)
    asked = {question: readings, "Which ships were launched?": readings, "Which ships were scrapped?": readings}
    answer = assistant(tmp_path, asked, {"fleet.csv": FLEET}).ask(question)
    assert [one.quote for one in answer.items] == [NAMES[year - 1900] for year in years]
    assert answer.text == answer.citations[0].quote in [one.quote for one in answer.items]


def test_sums_and_cells_of_prose_are_no_items(tmp_path: Path):
    table = (
        "Mill,Tons,Note\nAlder,20,Lund built this one in a hurry\nBirch,30,It belongs to the Voss brothers\nTotal,50,\n"
    )
    asked = {"Which mills are there?": {"Birch": 3.0}, "Which builders are there?": {"Lund": 3.0}}
    mills = assistant(tmp_path, asked, {"mills.csv": table})
    assert [one.quote for one in mills.ask("Which mills are there?").items] == ["Alder", "Birch"]
    assert mills.ask("Which builders are there?").items == ()
