"""How often two readers, or one in two number formats, give the same answer.

``python -m eval.studies.agreement SQUAD.json A[:FORMAT] B[:FORMAT] [--sample N]``; a reader is a folder, FORMAT fp32, bf16 or int8.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import cast

from eval.studies.squad_open import sampled
from index.encoder.number_format import Format
from qa.commands.read import load, predict
from qa.reader.reader import ExtractiveReader
from qa.squad_scores import normalise


def opened(given: str) -> ExtractiveReader:
    """The reader that ``FOLDER:FORMAT`` names."""
    folder, _, format = given.partition(":")
    return ExtractiveReader.open(folder, format=cast("Format | None", format or None))


def main() -> int:
    """Read, compare, print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("squad", type=Path)
    parser.add_argument("readers", nargs=2)
    parser.add_argument("--sample", type=int, default=300)
    arguments = parser.parse_args()
    questions = sampled(load(arguments.squad), arguments.sample)
    first, second = ([normalise(p.text) for p in predict(questions, opened(one))] for one in arguments.readers)
    same = sum(a == b for a, b in zip(first, second, strict=True)) / len(questions)
    sys.stdout.write(json.dumps({"questions": len(questions), "same_answers": round(same, 4)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
