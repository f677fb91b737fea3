"""txtai as its documentation sets up extractive question answering: hybrid ``Embeddings``, and a reader over three passages.

The vectors of the passages are handed to it; those of questions come from its own way with the same model, in fp32. A
prediction that lies in the question or is "no answer" raises TypeError in its reader and counts as no answer here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.bench.peers.worker import SystemJob, serve_system

PASSAGES_READ = 3


class TxtaiSystem:
    """The pipeline that joins the passages found and reads them as one."""

    def __init__(self, job: SystemJob) -> None:
        from txtai import RAG, Embeddings  # type: ignore[import-not-found]
        from txtai.pipeline import Questions  # type: ignore[import-not-found]

        passages = job.library.passages()
        self._documents = [passage.document for passage in passages]
        texts = [passage.text for passage in passages]
        self._embeddings = Embeddings(method="external", transform=_transform(job, texts), hybrid=True, content=True)
        self._embeddings.index([(str(number), text, None) for number, text in enumerate(texts)])
        self._pipeline = RAG(self._embeddings, Questions(job.model, gpu=False), context=PASSAGES_READ)

    def answer(self, question: str) -> str:
        """The answer in the passages found, empty if there is none."""
        try:
            [(_, answer)] = self._pipeline([("answer", question, question, False)])
        except TypeError:
            return ""
        return str(answer or "")

    def document(self, question: str, answer: str) -> str:
        """The document of the first passage found that holds the answer; that of the first passage if none does."""
        found = self._embeddings.search(question, PASSAGES_READ)
        best = next((hit for hit in found if answer in hit["text"]), found[0]) if found else None
        return self._documents[int(best["id"])] if best else ""


def _transform(job: SystemJob, texts: Sequence[str]) -> Any:
    """What gives texts their vectors: those of passages as they were made, others by txtai's own way with the model."""
    import numpy
    from txtai.vectors import VectorsFactory  # type: ignore[import-not-found]

    vectors, rows = numpy.load(job.library.vectors), {text: row for row, text in enumerate(texts)}
    model = VectorsFactory.create({"path": job.library.embedder, "gpu": False}, None)

    def transform(asked: Sequence[str]) -> Any:
        known = [rows.get(text) for text in asked]
        return model.encode(list(asked)) if None in known else vectors[known]

    return transform


if __name__ == "__main__":
    serve_system(TxtaiSystem, ["txtai", "transformers", "torch"])
