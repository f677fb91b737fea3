"""Reads Jupyter notebooks: texts as Markdown, code as it stands, and what it printed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from index.loaders.draft import Draft, drafted
from index.loaders.markdown import load_markdown
from index.loaders.paragraphs import structure_of
from index.loaders.text import Content, UnreadableContent


def load_notebook(data: bytes) -> Content:
    """Read the cells in order; pictures are counted. Title, authors and language are those of the metadata."""
    try:
        book = json.loads(data)
        cells = book["cells"] if "cells" in book else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
        metadata = book.get("metadata", {})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableContent("damaged: it is not a Jupyter notebook") from None
    draft, left_out = Draft(), Counter[str]()
    for cell in cells:
        source = _joined(cell.get("source", cell.get("input", "")))
        if cell.get("cell_type") == "code":
            draft.add(source, "code")
            for output in cell.get("outputs", ()):
                _put_output(draft, output, left_out)
        elif cell.get("cell_type") == "markdown":
            text = load_markdown(source.encode("utf-8", "replace"))
            draft.append(text.text, structure_of(text))
        else:
            draft.add(source)
    authors = metadata.get("authors")
    return drafted(
        draft,
        left_out,
        title=_string(metadata.get("title")),
        authors=tuple(
            _string(one.get("name")) for one in (authors if isinstance(authors, list) else ()) if isinstance(one, dict)
        ),
        language=_string(metadata.get("lang")),
    )


def _put_output(draft: Draft, output: Any, left_out: Counter[str]) -> None:
    shown = output.get("data", output)
    left_out["pictures"] += any(kind.startswith(("image/", "png", "jpeg", "svg")) for kind in shown)
    draft.add(_joined(shown.get("text/plain", shown.get("text", ""))), "code", main=False)


def _joined(lines: Any) -> str:
    """Text that the format keeps as one string or as a list of lines; NUL, which no text holds, becomes a space."""
    text = "".join(map(str, lines)) if isinstance(lines, list) else _string(lines)
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
