"""Lists whose items stand apart: in the rows of a table, and in several sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from assistant_fakes import assistant

FILES = {
    "fleet.csv": "Ship,Built,Passengers\nAurora,1961,120\nHalka,2004,12\nPetrel,1988,60\n",
    "library.txt": "The library has three branches. The first is in Market Street, the second at the school. The third: a mill.\n",
    "kit.md": "# Kit\n\nThe boat carries:\n\n- two rafts\n- a pump\n",
}
SHIPS = {"Petrel": 4.0, "Aurora": 3.0, "Halka": 2.0, "12": 1.0}
BRANCHES = {"Market Street": 4.0, "the school": 3.0, "a mill": 2.0}


@pytest.mark.parametrize(
    ("question", "answers", "text", "items"),
    [
        ("Which ships are in the fleet?", SHIPS, "Petrel", ["Aurora", "Halka", "Petrel"]),
        ("Which ships are in the blue fleet?", SHIPS, "Petrel", []),  # a condition that the table's head does not have
        ("Where are the three branches?", BRANCHES, "Market Street", ["Market Street", "the school", "a mill"]),
        ("Where are the two branches?", BRANCHES, "Market Street", ["Market Street", "the school"]),
        ("Where are the four branches?", BRANCHES, "Market Street", []),
        ("What does the boat carry?", {"two rafts\n- a pump": 4.0}, "two rafts\n- a pump", ["two rafts", "a pump"]),
    ],
)
def test_items_that_stand_apart(tmp_path: Path, question: str, answers: dict[str, float], text: str, items: list[str]):
    answer = assistant(tmp_path, {question: answers}, FILES).ask(question)
    assert (answer.text, [one.quote for one in answer.items]) == (text, items)
    assert answer.kind == ("list" if items else "span")
    for item in answer.items:
        source = FILES[Path(item.document).name]
        assert (
            item.passage.text[item.start - item.passage.start : item.end - item.passage.start] == item.quote in source
        )
