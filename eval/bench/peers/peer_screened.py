"""Pincite's reader as the assistant reads: after a look of the small reader, and no more passages than needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from eval.bench.peers.peer_pincite import PinciteReader
from eval.bench.peers.worker import ReaderJob, serve
from index.encoder.number_format import Format
from index.folder_index import Passage
from qa.answering.cascade import read_enough, small_reader
from qa.answering.confidence import Confidence
from qa.reader.reader import ExtractiveReader, Reading
from qa.retrieval.hybrid import Hit


class Screened(PinciteReader):
    """``qa.answering.cascade.read_enough``, both readers in the job's format, with passages that no search has ranked."""

    def __init__(self, job: ReaderJob) -> None:
        format, folder = cast(Format, job.format), Path(job.model)
        reader = ExtractiveReader.open(folder, format=format)
        self._reader, self._small = reader, small_reader(folder, format=format)
        self._confidence = Confidence.beside(folder, reader.fingerprint)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """One reading per passage; passages at the end go unread once no unread one can overtake the best answer."""
        hits = [
            Hit(Passage(number, str(number), "", "", 0, len(text), text, "", None), 0.0)
            for number, text in enumerate(passages)
        ]
        return read_enough([question], [hits], self._reader, self._small, self._confidence)[0]


if __name__ == "__main__":
    serve(Screened, ["torch"])
