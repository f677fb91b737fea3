"""Pincite's own reader behind the small one that stands in its folder, as the assistant reads."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from eval.bench.peer_pincite import Pincite
from eval.bench.worker import Job, serve
from qa.reader import ExtractiveReader, Format
from qa.screening import screened


class Screened(Pincite):
    """``qa.screening.ScreenedReader``, both readers in the job's format."""

    def __init__(self, job: Job) -> None:
        format, folder = cast(Format, job.format), Path(job.model)
        self._reader = screened(ExtractiveReader.open(folder, format=format), folder, format=format)


if __name__ == "__main__":
    serve(Screened, ["torch"])
