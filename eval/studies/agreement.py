"""How often two readers, or one in two number formats, give the same answer.

``python -m eval.studies.agreement SQUAD.json A[:FORMAT] B[:FORMAT] [--sample N]``; a reader is a folder, FORMAT fp32, bf16 or int8.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import cast

import typer

from eval.datasets.questions import sample as sampled
from index.encoder.number_format import Format
from qa.commands.read import load, predict
from qa.reader.reader import ExtractiveReader
from qa.squad_scores import normalise


def opened(given: str) -> ExtractiveReader:
    """The reader that ``FOLDER:FORMAT`` names."""
    folder, _, format = given.partition(":")
    return ExtractiveReader.open(folder, format=cast("Format | None", format or None))


def main(squad: Path, readers: tuple[str, str], sample: int = 300) -> None:
    """Read, compare, print one line of JSON."""
    questions = sampled(load(squad), sample)
    first, second = ([normalise(p.text) for p in predict(questions, opened(one))] for one in readers)
    same = sum(a == b for a, b in zip(first, second, strict=True)) / len(questions)
    sys.stdout.write(json.dumps({"questions": len(questions), "same_answers": round(same, 4)}) + "\n")


if __name__ == "__main__":
    typer.run(main)
