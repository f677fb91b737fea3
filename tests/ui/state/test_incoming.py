"""Uploads wait in a folder of ours and are gone once they are taken."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ui.state.incoming import ABANDONED, Incoming


def arrive(incoming: Incoming, name: str = "one.txt", data: bytes = b"One.", *, age: float = 0) -> Path:
    """A file as gradio puts it there."""
    place = incoming.folder / f"hash-of-{name}"
    place.mkdir(exist_ok=True)
    (place / name).write_bytes(data)
    for path in (place / name, place):
        os.utime(path, (time.time() - age,) * 2)
    return place / name


def test_nobody_else_may_read_the_folder(tmp_path: Path) -> None:
    (tmp_path / "incoming").mkdir(mode=0o755)
    incoming = Incoming.below(tmp_path)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (incoming.folder, incoming.folder.parent)] == [0o700] * 2
    incoming.close()
    assert not incoming.folder.exists()


def test_what_is_taken_is_gone_even_where_taking_it_fails(tmp_path: Path) -> None:
    incoming = Incoming.below(tmp_path)
    one, two = arrive(incoming), arrive(incoming, "two.txt")
    with incoming.taking({str(one): "<one>"}) as files:
        assert {name: file.read_bytes() for file, name in files.items()} == {"<one>": b"One."}
    assert not one.exists() and two.exists()
    with pytest.raises(ValueError, match="full"), incoming.taking({str(two): "two.txt"}):
        raise ValueError("full")
    assert list(incoming.folder.iterdir()) == []


def test_nothing_that_lies_elsewhere_is_taken_or_removed(tmp_path: Path) -> None:
    incoming, own = Incoming.below(tmp_path), tmp_path / "own.txt"
    own.write_text("Mine.")
    (incoming.folder / "link").symlink_to(own)
    wrong = [own, incoming.folder, incoming.folder / "..", incoming.folder / "link", "/etc/passwd"]
    with incoming.taking(dict.fromkeys(map(str, wrong), "own.txt")) as files:
        assert files == {}
    assert own.exists() and incoming.folder.exists()


def test_what_nobody_takes_is_removed_after_a_while(tmp_path: Path) -> None:
    incoming = Incoming.below(tmp_path)
    old, fresh = arrive(incoming, "old.txt", age=ABANDONED + 5), arrive(incoming, "new.txt", age=ABANDONED - 60)
    (incoming.folder / "tmpold").write_bytes(b"half")
    os.utime(incoming.folder / "tmpold", (0, 0))
    assert incoming.refusal() is None
    assert list(incoming.folder.iterdir()) == [fresh.parent] and not old.exists()


def test_no_more_may_wait_than_there_is_room_for(tmp_path: Path) -> None:
    incoming = Incoming.below(tmp_path, most=5 * 1024 * 1024)
    arrive(incoming, data=bytes(4 * 1024 * 1024))
    assert incoming.refusal() is None
    two = arrive(incoming, "two.txt", bytes(2 * 1024 * 1024))
    assert incoming.refusal() == "6 MB of uploads are still being processed; try again in ten minutes"
    with incoming.taking({str(two): "two.txt"}):
        pass
    assert incoming.refusal() is None


def test_a_killed_server_leaves_nothing_behind_the_next_and_a_running_one_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from ui.state.incoming import Incoming\n"
        "incoming = Incoming.below(Path(sys.argv[1])); (incoming.folder / 'x').write_text('x')\n"
        "print(incoming.folder, flush=True); os.kill(os.getpid(), 9)"
    )
    running = Incoming.below(tmp_path)
    kept = arrive(running)
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60)
    left = Path(said.stdout.strip())
    assert left.joinpath("x").exists() and said.returncode == -9
    last = Incoming.below(tmp_path)
    assert not left.exists() and kept.exists()
    assert set((tmp_path / "incoming").iterdir()) == {running.folder, last.folder}
