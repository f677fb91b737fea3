"""How well the main content and the metadata of saved web pages are found.

``python -m eval.studies.saved_pages FOLDER``: for each NAME.html, NAME.txt holds its article and NAME.json what it states as
title, byline and publishedTime, null if nothing. Prints the means as JSON.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from eval.metrics import PrecisionRecall
from index.loaders.text import Content
from index.loaders.web.html import load_html

_WORD = re.compile(r"\w+")


def overlap(given: str, wanted: str) -> PrecisionRecall:
    """Compare two texts as bags of words."""
    words, gold = Counter(_WORD.findall(given.lower())), Counter(_WORD.findall(wanted.lower()))
    shared = (words & gold).total()
    return PrecisionRecall(shared / max(1, words.total()), shared / max(1, gold.total()))


def main_text(content: Content) -> str:
    """The blocks marked main, one after the other."""
    assert content.structure is not None
    return "\n".join(content.text[block.start : block.end] for block in content.structure.blocks if block.main)


def agreements(content: Content, stated: dict[str, str | None]) -> dict[str, bool]:
    """Whether title, author and date are right, for those that the page states."""
    title, byline, published = (
        " ".join((stated[field] or "").split()) for field in ("title", "byline", "publishedTime")
    )
    right = {
        "title": (title, same_words(content.title, title)),
        "author": (byline, any(name.casefold() in byline.casefold() for name in content.authors)),
        "date": (published, (content.date or "")[:10] == published[:10]),
    }
    return {field: agrees for field, (said, agrees) in right.items() if said}


def same_words(given: str | None, wanted: str) -> bool:
    """Whether two titles have the same words in the same order."""
    return _WORD.findall((given or "").casefold()) == _WORD.findall(wanted.casefold())


def main(
    folder: Path, each: Annotated[bool, typer.Option("--pages", help="Print each page's figures too.")] = False
) -> None:
    """Read the pages, compare, print one line of JSON."""
    pages = sorted(path for path in folder.glob("*.html") if path.with_suffix(".txt").exists())
    if not pages:
        raise typer.BadParameter(f"{folder}: no NAME.html beside NAME.txt")
    marked, kept = [], []
    right: dict[str, list[bool]] = {"title": [], "author": [], "date": []}
    seconds = 0.0
    for path in pages:
        began = time.process_time()
        content = load_html(path.read_bytes())
        seconds += time.process_time() - began
        wanted = path.with_suffix(".txt").read_text(encoding="utf-8")
        marked.append(overlap(main_text(content), wanted))
        kept.append(overlap(content.text, wanted))
        stated = json.loads(path.with_suffix(".json").read_bytes())
        for field, agrees in agreements(content, stated).items():
            right[field].append(agrees)
            if each and not agrees:
                sys.stdout.write(
                    f"{path.stem}: {field}: {(content.title, content.authors, content.date)} for {stated}\n"
                )
        if each:
            sys.stdout.write(f"{path.stem}: {marked[-1].precision:.3f} {marked[-1].recall:.3f} {marked[-1].f1:.3f}\n")
    figures = {
        "pages": len(pages),
        "main": {name: _mean([getattr(one, name) for one in marked]) for name in ("precision", "recall", "f1")},
        "recall_of_all_text": _mean([one.recall for one in kept]),
        **{field: _mean(values) for field, values in right.items()},
        "seconds_per_megabyte": round(seconds * 1e6 / sum(path.stat().st_size for path in pages), 2),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


if __name__ == "__main__":
    typer.run(main)
