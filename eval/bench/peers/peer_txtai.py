"""txtai's Questions pipeline as a contestant.

It reads one passage at a time and gives a text without a score, so that its answer over all passages is the first it
gives. A prediction that lies in the question or is "no answer" raises TypeError in it and counts as no answer here.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.bench.peers.worker import ReaderJob, serve


class TxtaiReader:
    """``txtai.pipeline.Questions``."""

    def __init__(self, job: ReaderJob) -> None:
        import torch
        from txtai.pipeline import Questions  # type: ignore[import-not-found]

        dtype = torch.bfloat16 if job.format == "bf16" else torch.float32
        self._questions = Questions(job.model, gpu=False, dtype=dtype)

    def answer(self, question: str, passages: Sequence[str]) -> str:
        """The first passage's answer that is one."""
        answers = [self._one(question, passage) for passage in passages]
        return next(filter(None, answers), "")

    def _one(self, question: str, passage: str) -> str:
        try:
            return self._questions([question], [passage])[0] or ""
        except TypeError:
            return ""


if __name__ == "__main__":
    serve(TxtaiReader, ["txtai", "transformers", "torch"])
