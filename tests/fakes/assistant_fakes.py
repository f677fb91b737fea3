"""An assistant over a few small files, with a fake embedder and a reader that knows its answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from embedder_fakes import FakeEmbedder
from reader_fakes import FakeReader

from index.builder import index_in_memory
from index.documents import load
from qa.answering.confidence import unfitted
from qa.assistant import Assistant
from qa.retrieval.hybrid import HybridRetriever

FILES = {
    "north.txt": "The capital of Kazakhstan is Astana. It lies in the north of the country.\n",
    "history.md": "# History\r\n\r\nKazakhstan moved its capital from Almaty. Since 1997 the capital is Astana.\r\n",
    "trade.txt": "\ufeffRussia sells gas to Kazakhstan, Kyrgyzstan and Uzbekistan. The pipeline cost $500 million.\n",
    "border.txt": "The border with China is closed to lorries. Nobody said when it opens again.\n",
}


def write(folder: Path, files: Mapping[str, str] = FILES) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    return [folder / name for name in files]


def assistant(folder: Path, answers: Mapping[str, Mapping[str, float]], files: Mapping[str, str] = FILES) -> Assistant:
    encoder = FakeEmbedder()
    index = index_in_memory(write(folder, files), encoder, load=load)
    return Assistant(HybridRetriever(index, encoder), FakeReader(answers), unfitted("fake-reader-1"), index=index)
