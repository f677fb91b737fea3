"""What a loader understood, as plain values to compare."""

from __future__ import annotations

from index.loaders.paragraphs import structure_of
from index.loaders.text import Content


def blocks(content: Content) -> list[tuple[str, str]]:
    """The kind and the text of each block."""
    return [(block.kind, content.text[block.start : block.end]) for block in structure_of(content).blocks]


def headings(content: Content) -> list[tuple[str, int]]:
    """The text and the level of each heading."""
    found = [block for block in structure_of(content).blocks if block.kind == "heading"]
    return [(content.text[block.start : block.end], block.level) for block in found]
