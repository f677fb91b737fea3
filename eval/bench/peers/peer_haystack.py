"""Haystack's extractive reader as a contestant, as it comes: twenty answers, a "no answer" beside them."""

from __future__ import annotations

from collections.abc import Sequence

from eval.bench.peers.worker import ReaderJob, serve


class HaystackReader:
    """``TransformersExtractiveReader``; its answer over all passages is the first that has a text."""

    def __init__(self, job: ReaderJob) -> None:
        import torch
        from haystack import Document  # type: ignore[import-not-found]
        from haystack.utils import ComponentDevice  # type: ignore[import-not-found]
        from haystack_integrations.components.readers.transformers import (  # type: ignore[import-not-found]
            TransformersExtractiveReader,
        )

        dtype = torch.bfloat16 if job.format == "bf16" else torch.float32
        device = ComponentDevice.from_str("cpu")
        self._document = Document
        self._reader = TransformersExtractiveReader(model=job.model, device=device, model_kwargs={"dtype": dtype})
        self._reader.warm_up()

    def answer(self, question: str, passages: Sequence[str]) -> str:
        """The answer ranked first."""
        documents = [self._document(id=str(number), content=passage) for number, passage in enumerate(passages)]
        found = self._reader.run(query=question, documents=documents)["answers"]
        return next((answer.data for answer in found if answer.data), "")


if __name__ == "__main__":
    serve(HaystackReader, ["transformers-haystack", "haystack-ai", "transformers", "torch"])
