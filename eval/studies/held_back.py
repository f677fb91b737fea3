"""Write the questions that no reader is trained on, a SQuAD-format file per data set, for ``pincite read``.

``python -m eval.studies.held_back DIR OUT``; DIR holds the data sets of the recipe.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from qa.training.sources import write_held_back


def main(data: Path, out: Path) -> None:
    """Write the files, print their numbers of questions as one line of JSON."""
    sys.stdout.write(json.dumps(write_held_back(data, out)) + "\n")


if __name__ == "__main__":
    typer.run(main)
