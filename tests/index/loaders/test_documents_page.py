"""docs/documents.md says of each type what its files show."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench.store.specimens import SPECIMENS
from index.file_types import KINDS, TYPES
from index.loaders.paragraphs import structure_of
from index.loaders.text import Content

PAGE = Path(__file__).parents[3] / "docs" / "documents.md"
COLUMNS = ("headings", "tables", "notes", "pages", "title", "date", "authors")


def said() -> dict[str, dict[str, bool]]:
    """What the page says of each type, by its first suffix."""
    rows = [
        line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| .")
    ]
    return {
        row[0].split(",")[0].strip(): {
            name: cell.strip() == "yes" for name, cell in zip(COLUMNS, row[1:], strict=False)
        }
        for row in rows
    }


def shown(content: Content) -> dict[str, bool]:
    """What a file shows."""
    kinds = {block.kind for block in structure_of(content).blocks}
    return {
        "headings": "heading" in kinds,
        "tables": "table_row" in kinds,
        "notes": "note" in kinds,
        "pages": bool(content.pages),
        "title": bool(content.title),
        "date": bool(content.date),
        "authors": bool(content.authors),
    }


def test_the_page_names_every_suffix() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [suffix for suffix in KINDS if suffix not in text] == []
    assert [*said()] == [TYPES[kind].suffixes[0] for kind in TYPES if kind in SPECIMENS]


@pytest.mark.parametrize("kind", SPECIMENS)
def test_what_the_page_says_of_a_type_is_what_a_file_shows(kind: str) -> None:
    assert shown(TYPES[kind].load(SPECIMENS[kind]())) == said()[TYPES[kind].suffixes[0]]
