"""``pincite status``: what an index holds, as plain values and as lines."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.store import DocumentRecord, Index
from qa.reader import BUNDLED, fingerprint


def find(opened: Index, name: str) -> DocumentRecord:
    """The document of that name, given whole or by its last parts; ValueError where it is none or several."""
    matches = [
        record for record in opened.documents if record.name == name or record.name.endswith("/" + name.lstrip("/"))
    ]
    if len(matches) != 1:
        raise ValueError(
            f"{name}: {'no such document' if not matches else 'several documents of this name'} in the index"
        )
    return matches[0]


def describe(opened: Index, folder: Path, document: str | None = None) -> dict[str, Any]:
    """Counts, settings, fingerprints, documents, and what could not be read and why."""
    records = [find(opened, document)] if document is not None else list(opened.documents)
    return {
        "index": str(folder),
        "documents": len(opened.documents),
        "passages": len(opened.passages),
        "vector_search": opened.dense.kind,
        "settings": opened.settings if isinstance(opened.settings, dict) else asdict(opened.settings),
        "reader": fingerprint(BUNDLED),
        "warnings": list(opened.warnings),
        "unreadable": [asdict(bad) for bad in opened.unreadable],
        "files": [asdict(record) for record in records],
    }


def lines(value: object, *, named: bool = False) -> list[str]:
    """How a value of the report is shown; the fields of a record under their names, where that is wanted."""
    if not isinstance(value, dict):
        return [str(value)]
    if not named:
        return ["  ".join(map(str, value.values()))]
    known = {name.replace("_", " "): one for name, one in value.items() if one not in (None, ())}
    return [f"{name}: {', '.join(map(str, one)) if isinstance(one, tuple) else one}" for name, one in known.items()]
