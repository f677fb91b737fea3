"""No folder of code holds more files than one can take in at a look."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST = 14  # Python files directly in a folder


def test_no_folder_is_crowded() -> None:
    files = (path for room in ("qa", "index", "ui", "eval") for path in (ROOT / room).rglob("*.py"))
    crowded = Counter(str(path.parent.relative_to(ROOT)) for path in files if path.name != "__init__.py")
    assert {folder: count for folder, count in crowded.items() if count > MOST} == {}
    assert crowded  # the folders are where they are sought
