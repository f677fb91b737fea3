"""Lists whose items stand apart: in the rows of a table, and in several sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from assistant_fakes import assistant

FILES = {
    "fleet.csv": "Ship,Built,Passengers\nAurora,1961,120\nHalka,2004,12\nPetrel,1988,60\n",
    "library.txt": "The library has three branches. The first is in Market Street, the second at the school. The third: a mill.\n",
    "owners.csv": "Ship,Owner,Drive\nMerle,Lund,steam\nOtter,Lund,sails\nPike,Voss,steam\n",
    "barges.txt": "Barge    Berth    Tons\nFinch    North    120\nLark     South    340\nWren     East      90\n",
    "kit.md": "# Kit\n\nThe boat carries:\n\n- two rafts\n- a pump\n",
}
OWNED = {"Merle": 4.0, "Otter": 3.0, "Pike": 2.0}
SHIPS = {"Petrel": 4.0, "Aurora": 3.0, "Halka": 2.0, "12": 1.0}
BARGES = {"Lark": 4.0, "Finch": 3.0, "Wren": 2.0, "South": 1.0}
BRANCHES = {"Market Street": 4.0, "the school": 3.0, "a mill": 2.0}


@pytest.mark.parametrize(
    ("question", "answers", "text", "items"),
    [
        ("Which ships are in the fleet?", SHIPS, "Petrel", ["Aurora", "Halka", "Petrel"]),
        ("Which ships are in the blue fleet?", SHIPS, "Petrel", []),  # a condition that the table's head does not have
        ("Which ships does Lund own?", OWNED, "Merle", ["Merle", "Otter"]),
        ("Which ships does Lund not own?", OWNED, "Merle", []),  # a row tells what is so
        ("Which barges have a berth?", BARGES, "Lark", ["Finch", "Lark", "Wren"]),  # columns that spaces set apart
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


def test_a_cell_and_not_its_row_tells_how(tmp_path: Path):
    answer = assistant(tmp_path, {"How is the Pike driven?": {"steam": 4.0}}, {"owners.csv": FILES["owners.csv"]}).ask(
        "How is the Pike driven?"
    )
    assert (answer.kind, answer.text) == ("passage", "steam")
