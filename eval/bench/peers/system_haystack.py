"""Haystack as its documentation sets up hybrid retrieval and extractive question answering, in fp32.

BM25 and vectors in an ``InMemoryDocumentStore``, ten documents each, joined by reciprocal rank fusion, the best ten read.
"""

from __future__ import annotations

from typing import Any

from eval.bench.peers.worker import LibraryFolders, SystemJob, serve_system

PASSAGES_READ = 10


class HaystackSystem:
    """The pipeline; its answer is the first that has a text."""

    def __init__(self, job: SystemJob) -> None:
        self._pipeline = _pipeline(job, _store(job.library))
        self._best: Any = None

    def answer(self, question: str) -> str:
        """The answer ranked first, empty if there is none."""
        asked = {"embedder": {"text": question}, "terms": {"query": question}, "reader": {"query": question}}
        answers = self._pipeline.run(asked)["reader"]["answers"]
        self._best = next((answer for answer in answers if answer.data), None)
        return self._best.data if self._best else ""

    def document(self, question: str, answer: str) -> str:
        """The document of the answer ranked first."""
        return self._best.document.meta["document"] if self._best else ""


def _store(library: LibraryFolders) -> Any:
    """A document store with every passage and its vector."""
    import numpy
    from haystack import Document  # type: ignore[import-not-found]
    from haystack.document_stores.in_memory import InMemoryDocumentStore  # type: ignore[import-not-found]

    vectors, store = numpy.load(library.vectors, mmap_mode="r"), InMemoryDocumentStore()
    store.write_documents([
        Document(id=str(number), content=passage.text, meta={"document": passage.document}, embedding=row.tolist())
        for number, (passage, row) in enumerate(zip(library.passages(), vectors, strict=True))
    ])  # fmt: skip
    return store


def _pipeline(job: SystemJob, store: Any) -> Any:
    """Both retrievers, the joiner and the reader, connected."""
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner  # type: ignore[import-not-found]
    from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found]
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.utils import ComponentDevice  # type: ignore[import-not-found]
    from haystack_integrations.components.embedders.sentence_transformers import (  # type: ignore[import-not-found]
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.components.readers.transformers import (  # type: ignore[import-not-found]
        TransformersExtractiveReader,
    )

    device, pipeline = ComponentDevice.from_str("cpu"), Pipeline()
    embedder = SentenceTransformersTextEmbedder(model=job.library.embedder, device=device, progress_bar=False)
    pipeline.add_component("embedder", embedder)
    pipeline.add_component("terms", InMemoryBM25Retriever(document_store=store))
    pipeline.add_component("vectors", InMemoryEmbeddingRetriever(document_store=store))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=PASSAGES_READ))
    pipeline.add_component("reader", TransformersExtractiveReader(model=job.model, device=device))
    pipeline.connect("embedder.embedding", "vectors.query_embedding")
    pipeline.connect("terms.documents", "joiner.documents")
    pipeline.connect("vectors.documents", "joiner.documents")
    pipeline.connect("joiner.documents", "reader.documents")
    pipeline.warm_up()
    return pipeline


if __name__ == "__main__":
    packages = (
        "haystack-ai transformers-haystack sentence-transformers-haystack sentence-transformers transformers torch"
    )
    serve_system(HaystackSystem, packages.split())
