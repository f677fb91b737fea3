"""What the benchmarks share at both ends: their command line, the table they print, and the JSON they write."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from index.files import replace_file

console = Console(highlight=False)


def command_line(description: str | None, default: str) -> argparse.ArgumentParser:
    """A parser with a script's docstring as its help, and ``--json``, the file that the results go to."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=Path(default))
    return parser


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, left: Collection[str] = ()
) -> None:
    """Print one cell a value; columns are aligned to the right, those named in ``left`` to the left."""
    table = Table(title=title)
    for name in columns:
        table.add_column(name, justify="left" if name in left else "right")
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table)


def write_json(path: Path, report: object) -> None:
    """Write the results and say where they are."""
    replace_file(path, json.dumps(report, indent=1).encode())
    console.print(f"written to {path}", style="dim")
