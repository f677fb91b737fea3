"""What the benchmarks share at both ends: their command line, the table they print, and the JSON they write."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from rich.console import Console
from rich.table import Table

from index.files import replace_file

console = Console(highlight=False)

# Options that several benchmarks have.
SHARED: dict[str, dict[str, Any]] = {
    "filler": {"type": Path, "help": "a SQuAD file (default: the bundled articles' own sentences)"},
    "reader": {"default": "", "help": "folder of the reader (default: the bundled one)"},
    "work": {
        "type": Path,
        "default": user_cache_path("pincite") / "bench",
        "help": "cache of indexes, environments and weights",
    },
}


def command_line(description: str | None, default: str, *shared: str, **numbers: float) -> argparse.ArgumentParser:
    """A parser with a script's docstring as its help, and ``--json``, the file that the results go to.

    It also has the ``shared`` options, and an option per name in ``numbers`` with that default and its type.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=Path(default))
    for name in shared:
        parser.add_argument(f"--{name}", **SHARED[name])
    for name, value in numbers.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return parser


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    left: Collection[str] = (),
    unbroken: Collection[str] = (),
) -> None:
    """Print one cell per value, on the right, or on the left in columns named in ``left``; ``unbroken`` ones never wrap."""
    table = Table(title=title)
    for name in columns:
        table.add_column(name, justify="left" if name in left else "right", no_wrap=name in unbroken)
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table)


def write_json(path: Path, report: object) -> None:
    """Write the results, dataclasses as objects, and say where they are."""
    replace_file(path, json.dumps(report, indent=1, default=asdict).encode())
    console.print(f"written to {path}", style="dim")
