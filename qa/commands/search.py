"""``pincite search``: the passages nearest to a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from index.encoder.embedder import SentenceEmbedder
from index.store import open_store
from qa.console import Terminal, out, print_json, warn
from qa.retrieval.hybrid import Hit, HybridRetriever


def find_passages(
    question: str, k: int, place: str | Path, *, embedder: str | None, where: str | None, as_json: bool
) -> None:
    """Search the index and print the ``k`` best passages."""
    opened = open_store(place)
    retriever = HybridRetriever(opened, SentenceEmbedder.open(embedder))
    hits = (retriever.where(where) if where is not None else retriever).retrieve(question, k)
    warn(opened.warnings)
    if as_json:
        print_json({"question": question, "passages": [asdict(hit.passage) | {"score": hit.score} for hit in hits]})
    else:
        show_passages(hits, out)


def show_passages(hits: Sequence[Hit], console: Terminal) -> None:
    """Print each passage below its place."""
    if not hits:
        console.say("No passage was found.", "yellow")
    for number, hit in enumerate(hits, 1):
        found = hit.passage
        page = f", page {found.page}" if found.page else ""
        place = f"[{number}] {found.title}{page}  {found.document}:{found.start}-{found.end}"
        console.say(place, "cyan")
        console.print(found.text, soft_wrap=True)
