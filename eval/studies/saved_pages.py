"""How well the main content and the metadata of saved web pages are found.

``python -m eval.studies.saved_pages FOLDER``: for each NAME.html, NAME.txt holds its article and NAME.json what it states as
title, byline and publishedTime, null if nothing. Prints the means as JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.loaders.text import Content
from index.loaders.web.html import load_html

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Overlap:
    """How the words of two texts agree, 0..1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def overlap(given: str, wanted: str) -> Overlap:
    """Compare two texts as bags of words."""
    words, gold = Counter(_WORD.findall(given.lower())), Counter(_WORD.findall(wanted.lower()))
    shared = (words & gold).total()
    return Overlap(shared / max(1, words.total()), shared / max(1, gold.total()))


def main_text(content: Content) -> str:
    """The blocks marked main, one after the other."""
    assert content.structure is not None
    return "\n".join(content.text[block.start : block.end] for block in content.structure.blocks if block.main)


def agreements(content: Content, stated: dict[str, str | None]) -> dict[str, bool]:
    """Whether title, author and date are right, for those that the page states."""
    title, byline, published = (stated[field] or "" for field in ("title", "byline", "publishedTime"))
    right = {
        "title": (title, same_words(content.title, title)),
        "author": (byline, any(name.casefold() in byline.casefold() for name in content.authors)),
        "date": (published, (content.date or "")[:10] == published[:10]),
    }
    return {field: agrees for field, (said, agrees) in right.items() if said}


def same_words(given: str | None, wanted: str) -> bool:
    """Whether two titles have the same words in the same order."""
    return _WORD.findall((given or "").casefold()) == _WORD.findall(wanted.casefold())


def main() -> int:
    """Read the pages, compare, print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", action="store_true", help="print each page's figures too")
    arguments = parser.parse_args()
    pages = sorted(path for path in arguments.folder.glob("*.html") if path.with_suffix(".txt").exists())
    if not pages:
        parser.error(f"{arguments.folder}: no NAME.html beside NAME.txt")
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
            if arguments.pages and not agrees:
                sys.stdout.write(
                    f"{path.stem}: {field}: {(content.title, content.authors, content.date)} for {stated}\n"
                )
        if arguments.pages:
            sys.stdout.write(f"{path.stem}: {marked[-1].precision:.3f} {marked[-1].recall:.3f} {marked[-1].f1:.3f}\n")
    figures = {
        "pages": len(pages),
        "main": {name: _mean([getattr(one, name) for one in marked]) for name in ("precision", "recall", "f1")},
        "recall_of_all_text": _mean([one.recall for one in kept]),
        **{field: _mean(values) for field, values in right.items()},
        "seconds_per_megabyte": round(seconds * 1e6 / sum(path.stat().st_size for path in pages), 2),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


if __name__ == "__main__":
    sys.exit(main())
