"""Write the questions that no reader is trained on, a SQuAD-format file per data set, for ``pincite read``.

``python -m eval.studies.held_back DIR OUT``; DIR holds the data sets of the recipe.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from qa.training.sources import write_held_back


def main() -> int:
    """Write the files, print their numbers of questions as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    sys.stdout.write(json.dumps(write_held_back(arguments.data, arguments.out)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
