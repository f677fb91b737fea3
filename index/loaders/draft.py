"""Puts a text together block by block, keeping the offsets of what has been put."""

from __future__ import annotations

from collections.abc import Iterable

from index.loaders.text import Heading

BlockKind = str


class Draft:
    """A text in the making, block by block, with its headings."""

    def __init__(self) -> None:
        self.length = 0
        self.headings: list[Heading] = []
        self._parts: list[str] = []
        self._last = ""

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def add(
        self, text: str, kind: str = "paragraph", *, level: int = 0, main: bool = True, header: int | None = None
    ) -> int:
        """Append a block and return the offset of its first character; text without any but white space adds nothing."""
        words = text.strip()
        if not words:
            return self.length
        start = self._next(kind)
        self._parts += ("\n\n"[: start - self.length], words)
        self.length, self._last = start + len(words), kind
        if kind == "heading":
            self.headings.append(Heading(start, level, " ".join(words.split()), self.length))
        return start

    def add_row(
        self, cells: Iterable[str], *, header: int | None = None, names: bool = False, main: bool = True
    ) -> int:
        """Append a row of a table, its cells on one line, and return the offset at which it begins."""
        return self.add(" | ".join(filter(None, (" ".join(cell.split()) for cell in cells))), "table_row", main=main)

    def _next(self, kind: str) -> int:
        together = kind in ("list_item", "table_row") and self._last == kind
        return self.length + (1 if together else 2) * bool(self.length)
