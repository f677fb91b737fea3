"""Pincite's reader as the assistant reads: after a look of the small reader, and no more passages than needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from eval.bench.peer_pincite import PinciteReader
from eval.bench.worker import ReaderJob, serve
from index.formats import Format
from index.store import Passage
from qa.confidence import Confidence
from qa.reader import ExtractiveReader, Reading
from qa.retriever import Hit
from qa.screening import read_enough, small_reader


class Screened(PinciteReader):
    """``qa.screening.read_enough``, both readers in the job's format, with passages that no search has ranked."""

    def __init__(self, job: ReaderJob) -> None:
        format, folder = cast(Format, job.format), Path(job.model)
        reader = ExtractiveReader.open(folder, format=format)
        self._reader, self._small = reader, small_reader(folder, format=format)
        self._confidence = Confidence.beside(folder, reader.fingerprint)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """One reading a passage, those at the end left out where an answer leads them."""
        hits = [
            Hit(Passage(number, str(number), "", "", 0, len(text), text, "", None), 0.0)
            for number, text in enumerate(passages)
        ]
        return read_enough([question], [hits], self._reader, self._small, self._confidence)[0]


if __name__ == "__main__":
    serve(Screened, ["torch"])
