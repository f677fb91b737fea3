"""Words of a Markdown document as they are read: without the mark-up around them."""

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


def unmarked(words: str, document: str) -> str:
    """The words without mark-up if the document is Markdown; else as they are."""
    if Path(document).suffix.lower() not in MARKDOWN:
        return words
    for mark, kept in _MARKS:
        words = mark.sub(kept, words)
    return words
