"""``pincite status``: what an index holds, as plain values and as lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.encoder.embedder import SentenceEmbedder
from index.encoder.number_format import VECTOR_FORMATS, Shape, known_format
from index.folder_index import DocumentRecord
from index.store import Store, open_store, vectors_there
from index.update.away import away
from qa.console import one_line, out, print_exactly, print_json
from qa.reader.reader import BUNDLED, fingerprint

TITLE = 48  # characters of a title in a line; more would push the file's name off the screen


def show_status(place: str | Path, document: str | None, *, text: bool, blocks: bool, as_json: bool) -> None:
    """Print what the index holds, or with ``text`` the text of one document, or with ``blocks`` how it was understood."""
    opened = open_store(place, thorough=True)
    if document is not None and text:
        print_exactly(opened.document_text(find(opened, document).name))
        return
    if document is not None and blocks:
        show_blocks(opened, find(opened, document), as_json=as_json)
        return
    report = describe(opened, document)
    if as_json:
        print_json(report)
        return
    for line in facts(find(opened, document)) if document is not None else summary(opened, report):
        out.say(line)


def show_blocks(opened: Store, record: DocumentRecord, *, as_json: bool) -> None:
    """Print the blocks of a document with their places, its warnings, and what its file holds and its text does not."""
    text, structure = opened.document_text(record.name), opened.structure(record.name)
    if as_json:
        print_json({
            "document": record.name,
            "blocks": [asdict(block) for block in structure.blocks],
            "marks": [asdict(mark) for mark in structure.marks],
            "omitted": [asdict(one) for one in record.omitted],
        })  # fmt: skip
        return
    for block in structure.blocks:
        name = f"{block.kind.replace('_', ' ')} {block.level or ''}".rstrip()
        page = f"  page {record.page_at(block.start)}" if record.pages else ""
        where = f"{block.start}-{block.end}{page}{'' if block.main else '  outside the main text'}"
        out.say(f"{name}  {where}", "bold" if block.main else "dim")
        out.say(f"  {one_line(text[block.start : block.end])}", None if block.main else "dim")
    aside = sum(not block.main for block in structure.blocks)
    out.say(f"{len(structure.blocks):,} blocks, {aside:,} outside the main text")
    for warning in record.warnings:
        out.say(f"warning: {warning}", "yellow")
    for one in record.omitted:
        out.say(f"not in the text: {one.what} ({one.count})", "yellow")


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
        "without_vector": opened.without_vector,
        "settings": asdict(opened.settings),
        "reader": fingerprint(BUNDLED),
        "numbers": numbers(),
        "warnings": list(opened.warnings),
        "away": [asdict(one) for one in away(opened.settings.roots, (record.name for record in records))],
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


def summary(opened: Store, report: dict[str, Any]) -> Iterator[str]:
    """What an index holds, as a person reads it: what it is, what is wrong, then one line per document."""
    settings = opened.settings
    built = f"{settings.built[:10]} {settings.built[11:16]} UTC"
    encoders = ", ".join(
        f"{one['encoder']} in {one['format'] or 'a format still to be measured'}" for one in report["numbers"]
    )
    yield from _columns(
        {
            "Index": str(report["index"]),
            "Articles": f"{report['documents']:,} in {report['passages']:,} passages, built {built}",
            "From": ", ".join(settings.roots),
            "Vectors": f"{report['vector_search']}, {settings.dimension} dimensions{_missing(opened)}",
            "Models": f"reader {report['reader'][:12]}, embedder {settings.embedder[:12]}; {encoders}",
        }
    )
    yield from (f"Warning    {warning}" for warning in opened.warnings)
    if opened.unreadable:
        yield ""
        yield f"Not read ({len(opened.unreadable):,}):"
        yield from (f"  {bad.name}: {bad.reason}" for bad in opened.unreadable)
    yield ""
    yield f"{'Title':<{TITLE}}  {'Type':<5}  {'Date':<10}  File"
    for one in opened.documents:
        title = one.title if len(one.title) <= TITLE else f"{one.title[: TITLE - 1]}…"
        yield f"{title:<{TITLE}}  {one.kind:<5}  {(one.date or '')[:10]:<10}  {one.name}"


def _missing(opened: Store) -> str:
    there = vectors_there(opened)
    return there and f"; {there}, questions make those that they need, and `pincite index` the others"


def facts(record: DocumentRecord) -> Iterator[str]:
    """All that is known of one document, one line each."""
    for name, value in asdict(record).items():
        if value not in (None, (), ""):
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            yield f"{name.replace('_', ' ')}: {shown}"


def _columns(values: dict[str, str]) -> Iterator[str]:
    for name, value in values.items():
        yield f"{name:<9}  {value}"
