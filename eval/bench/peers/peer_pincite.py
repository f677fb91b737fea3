"""Pincite's own reader as a contestant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from eval.bench.peers.worker import ReaderJob, serve
from index.encoder.number_format import Format
from qa.reader.reader import ExtractiveReader, Reader, Reading
from qa.reader.windows import Pair


class PinciteReader:
    """``qa.reader.reader.ExtractiveReader``."""

    def __init__(self, job: ReaderJob) -> None:
        self._reader: Reader = ExtractiveReader.open(job.model, format=cast(Format, job.format))

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """One reading per passage."""
        return self._reader.read([Pair(question, passage) for passage in passages])

    def answer(self, question: str, passages: Sequence[str]) -> str:
        """The span of the highest score."""
        readings = self.read(question, passages)
        best = [(reading.spans[0].score, _text(reading, passage))
                for reading, passage in zip(readings, passages, strict=False) if reading.spans]  # fmt: skip
        return max(best)[1] if best else ""


def _text(reading: Reading, passage: str) -> str:
    return passage[reading.spans[0].start : reading.spans[0].end] if reading.spans else ""


if __name__ == "__main__":
    serve(PinciteReader, ["torch"])
