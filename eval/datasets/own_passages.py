"""An index of what a data set brings along: a document for each of its paragraphs, held in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.builder import Progress
    from index.encoder.embedder import Embedder
    from index.folder_index import Index


def index_of(texts: Mapping[str, str], embedder: Embedder, *, progress: Progress | None = None) -> Index:
    """Index ``texts`` (file name to text) as text files, so that they go the way of every other document."""
    from index.builder import index_in_memory

    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        for name, text in texts.items():
            Path(folder, name).write_bytes(text.encode())
        return index_in_memory([Path(folder)], embedder, progress=progress)
