"""The chat page in a process of its own, for the benchmarks that ask it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PINCITE = str(Path(sys.executable).with_name("pincite"))


def environment(home: str, reader: str) -> dict[str, str]:
    """Variables for a process that keeps its data in a folder, loads nothing from the net, and reads with a reader, if given.

    It keeps its modules compiled, as an installed program has them.
    """
    chosen = {"PINCITE_READER": reader} if reader else {}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"HF_HUB_OFFLINE": "1", "XDG_DATA_HOME": home} | chosen


@contextmanager
def serving(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[str]:
    """The address that a command prints, served until this is left; SystemExit with its error output if it prints none."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, env={**environ, "PYTHONUNBUFFERED": "1"}, text=True, stdout=subprocess.PIPE, stderr=said
        )
        try:
            assert process.stdout is not None
            found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)), None)
            if found is None:
                process.wait()
                said.seek(0)
                raise SystemExit(f"{' '.join(command)}: no address ({said.read().strip()[-500:]})")
            yield found.group()
        finally:
            process.terminate()
            process.wait()
