"""Words of a document as they are read: Markdown without its mark-up, a PDF without the ends of its lines."""

from __future__ import annotations

import re
from pathlib import Path

MARKDOWN = frozenset({".md", ".markdown"})

# Each on its own, because a quote may begin or end within a pair.
_MARKS = (
    (re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)"), r"\1"),  # a link keeps its words
    (re.compile(r"^[ \t]*\|?[ \t:|-]*-{3,}[ \t:|-]*$\n?", re.MULTILINE), ""),  # the line below a table's header
    (re.compile(r"^[ \t]*\|[ \t]*|[ \t]*\|[ \t]*$", re.MULTILINE), ""),
    (re.compile(r"[ \t]+\|[ \t]+"), " · "),
    (re.compile(r"^[ \t]*(?:#{1,6}|[-*+>])[ \t]+", re.MULTILINE), ""),
    (re.compile(r"\*\*|(?<!\w)__|__(?!\w)|`"), ""),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])"), ""),
)
_LINE_END = re.compile(r"(?<=\S)[ \t]*\n(?=\S)")
_EDGES = "\ufdd0\ufdd1"  # noncharacters: no text has them


def unmarked(words: str, document: str) -> str:
    """The words without mark-up if the document is Markdown, on one line if it is a PDF; else as they are."""
    kind = Path(document).suffix.lower()
    if kind == ".pdf":
        return _LINE_END.sub(" ", words)
    for mark, kept in _MARKS if kind in MARKDOWN else ():
        words = mark.sub(kept, words)
    return words


def unmarked_around(before: str, quote: str, after: str, document: str) -> list[str]:
    """A quote and the words around it without mark-up, which may begin in one of the three and end in another."""
    left, right = tuple(_EDGES)
    whole = left.join((before, f"{quote}{right}{after}"))
    parts = re.split(f"[{_EDGES}]", unmarked(whole, document))
    return [unmarked(part, document) for part in parts] if len(parts) == 3 else [before, quote, after]
