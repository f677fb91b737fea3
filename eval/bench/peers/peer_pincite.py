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
        read = zip(readings, passages, strict=False)
        first = [(reading.spans[0], passage) for reading, passage in read if reading.spans]
        best = [(span.score, passage[span.start : span.end]) for span, passage in first]
        return max(best)[1] if best else ""


if __name__ == "__main__":
    serve(PinciteReader, ["torch"])
