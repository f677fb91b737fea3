"""``pincite status``: what an index holds, as plain values and as lines."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.embedder import SentenceEmbedder
from index.encoder.number_format import VECTOR_FORMATS, Shape, known_format
from index.folder_index import DocumentRecord
from index.store import Store, open_store
from qa.console import out, print_exactly, print_json
from qa.reader.reader import BUNDLED, fingerprint


def show_status(place: str | Path, document: str | None, *, text: bool, as_json: bool) -> None:
    """Print what the index holds, or with ``text`` the text of one document."""
    opened = open_store(place, thorough=True)
    if document is not None and text:
        print_exactly(opened.document_text(find(opened, document).name))
        return
    report = describe(opened, document)
    if as_json:
        print_json(report)
        return
    for name, value in report.items():
        rows = value if isinstance(value, list) else [value]
        out.say(f"{name.replace('_', ' ')}:", "bold")
        for line in (line for row in rows for line in lines(row, named=document is not None and name == "files")):
            out.say(f"  {line}")


def find(opened: Store, name: str) -> DocumentRecord:
    """The document of that name, in full or by the end of its path; ValueError if none or several match."""
    matches = [
        record for record in opened.documents if record.name == name or record.name.endswith("/" + name.lstrip("/"))
    ]
    if len(matches) != 1:
        raise ValueError(
            f"{name}: {'no such document' if not matches else 'several documents of this name'} in the index"
        )
    return matches[0]


def describe(opened: Store, document: str | None = None) -> dict[str, Any]:
    """Counts, settings, fingerprints, documents, and what could not be read and why."""
    records = opened.documents
    return {
        "index": opened.place,
        "documents": len(records),
        "passages": sum(record.passages for record in records),
        "vector_search": opened.vector_search,
        "settings": asdict(opened.settings),
        "reader": fingerprint(BUNDLED),
        "numbers": numbers(),
        "warnings": list(opened.warnings),
        "unreadable": [asdict(bad) for bad in opened.unreadable],
        "files": [asdict(record) for record in (records if document is None else [find(opened, document)])],
    }


def numbers() -> list[dict[str, str | None]]:
    """The number format of each bundled encoder on this processor, or None if it is not known yet, and why."""
    known = {
        "reader": known_format(Shape.read(BUNDLED)),
        "small reader": known_format(Shape.read(BUNDLED / "screen")),
        "embedder": known_format(Shape.read(SentenceEmbedder.open().folder), VECTOR_FORMATS),
    }
    return [{"encoder": name, "format": choice.format, "why": choice.why} for name, choice in known.items()]


def lines(value: object, *, named: bool = False) -> list[str]:
    """A value of the report as lines; with ``named``, one line per field of a record."""
    if not isinstance(value, dict):
        return [str(value)]
    if not named:
        return ["  ".join("-" if one is None else str(one) for one in value.values())]
    known = {name.replace("_", " "): one for name, one in value.items() if one not in (None, ())}
    return [f"{name}: {', '.join(map(str, one)) if isinstance(one, tuple) else one}" for name, one in known.items()]
