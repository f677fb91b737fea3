"""Puts a text together block by block, keeping the offsets of what has been put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from index.loaders.text import Content, Heading

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


def drafted(draft: Draft, left_out: Mapping[str, int] | None = None, **fields: Any) -> Content:
    """The content of a draft; the first heading of level 1 is its title unless ``fields`` state one."""
    first = next((heading.text for heading in draft.headings if heading.level == 1), None)
    fields["title"] = fields.get("title") or first
    warnings = tuple(f"{count} {what} left out" for what, count in (left_out or {}).items() if count)
    return Content(draft.text, headings=tuple(draft.headings), warnings=warnings, **fields)
