"""Opens real indexes with a fake embedder and a fake reader."""

from __future__ import annotations

from embedder_fakes import FakeEmbedder
from reader_fakes import FakeReader

from index.folder_index import Index
from qa.answering.confidence import unfitted
from qa.assistant import Assistant
from qa.retrieval.hybrid import HybridRetriever
from ui.server.serving import Opener

WHEN = "When was the dam built?"


class FakeOpener(Opener):
    """Opens with a fake embedder and a fake reader."""

    embedder = FakeEmbedder()

    def over(self, index: Index) -> Assistant:
        reader = FakeReader({WHEN: {"1962": 5.0, "1999": 6.0}})
        return Assistant(HybridRetriever(index, self.embedder), reader, unfitted("fake-reader-1"), index=index)
