"""Tells an index that was made in its folder, on this computer, from one that was made elsewhere and brought here."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from index.files import digest

_MACHINE = Path("/etc/machine-id")


def origin_of(folder: Path) -> str:
    """Return what an index made in this folder is marked with; raises OSError if the folder is gone.

    It is a digest of the machine's id and the folder's number on its disk: whoever makes an index elsewhere knows neither, and
    a copy has another number.
    """
    machine = b""
    with suppress(OSError):  # a container may have none
        machine = _MACHINE.read_bytes()
    return digest(machine + str(folder.stat().st_ino).encode("ascii"))
