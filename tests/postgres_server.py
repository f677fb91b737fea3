"""A real PostgreSQL server with pgvector for the tests, in a temporary folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from eval.bench.postgres_server import NoServer, Server, running

SETTINGS = ("-F", "-c", "shared_buffers=32MB", "-c", "max_connections=40")


@contextmanager
def running_server(settings: Sequence[str] = (), programs: Path | None = None, port: int = 5432) -> Iterator[Server]:
    """A server until the end; skips where there is none."""
    folder = Path(tempfile.mkdtemp(prefix="pincite-pg-"))
    try:
        with running(folder, (*SETTINGS, *settings), programs, port) as server:
            yield server
    except NoServer as error:
        pytest.skip(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
