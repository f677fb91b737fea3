"""Replacing a file or a folder: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FakeEmbedder

from eval.baseline import write_baseline
from eval.bench.results import write_json
from index import files
from index.builder import build
from index.documents import find_files
from index.files import digest, digest_of, replace_file, replace_folder
from index.folder_index import Index
from index.update.file_stamps import Seen
from qa.answering.confidence import unfitted
from qa.training.mixture import Mixture
from ui.jobs.library import Library
from ui.state.conversations import Chat, ChatStore, ChatTurn
from ui.state.corrections import Corrections

CALLS = ("fsync", "replace")


def refuse(*_: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def killed_at(call: str, work: Callable[[], object]) -> None:
    """Do some work in a child that is killed at the first such call of the operating system."""
    child = os.fork()
    if not child:
        setattr(os, call, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        work()
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_a_digest_is_the_sha256_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc" * 100_000)
    assert digest(b"abc" * 100_000) == digest_of(tmp_path / "a") == hashlib.sha256(b"abc" * 100_000).hexdigest()


def test_a_file_is_made_and_then_replaced_under_its_name(tmp_path: Path) -> None:
    place = tmp_path / ("ж" * 127)  # as long as a name may be
    for data in (b"one", b""):
        replace_file(place, data)
        assert place.read_bytes() == data and list(tmp_path.iterdir()) == [place]


def test_a_file_keeps_its_permissions_and_a_new_one_has_the_usual_ones(tmp_path: Path) -> None:
    kept, usual = tmp_path / "kept", tmp_path / "usual"
    usual.touch()
    kept.touch(mode=0o600)
    for place in (kept, tmp_path / "new"):
        replace_file(place, b"two")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (kept, usual, tmp_path / "new")]
    assert modes[0] == 0o600 and modes[1] == modes[2]


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "file", tmp_path / "link"
    target.write_text("one")
    link.symlink_to(target)
    replace_file(link, b"two")
    assert link.is_symlink() and target.read_text() == "two"


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=replace_file, args=(pipe, b"two"))
    writer.start()
    assert pipe.read_bytes() == b"two"
    writer.join()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("call", CALLS)
def test_a_failed_write_leaves_the_old_file_alone_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    place = tmp_path / "file"
    place.write_text("one")
    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(OSError, match=r"Input/output error: '.*/file'$"):
        replace_file(place, b"two")
    assert (place.read_text(), list(tmp_path.iterdir())) == ("one", [place])


def test_a_missing_folder_is_named_by_the_file_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'.*/gone/file'$"):
        replace_file(tmp_path / "gone" / "file", b"two")


@pytest.mark.parametrize("call", CALLS)
def test_a_kill_leaves_the_old_file_and_what_it_leaves_beside_it_does_no_harm(tmp_path: Path, call: str) -> None:
    place = tmp_path / "file.txt"
    place.write_text("one")
    killed_at(call, lambda: replace_file(place, b"two"))
    (stray,) = set(tmp_path.iterdir()) - {place}
    assert place.read_text() == "one" and find_files([tmp_path]) == [place]
    replace_file(place, b"three")
    assert place.read_text() == "three" and stray.exists()


def test_two_who_write_the_same_file_at_once_leave_that_of_one_of_them(tmp_path: Path) -> None:
    place, texts = tmp_path / "file", [bytes([65 + number]) * 50_000 for number in range(8)]
    writers = [threading.Thread(target=replace_file, args=(place, text)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert place.read_bytes() in texts and list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("renamed", [0, 1])
def test_a_kill_while_a_folder_is_replaced_leaves_one_that_is_whole(tmp_path: Path, renamed: int) -> None:
    place, fresh = tmp_path / "place", tmp_path / "fresh"
    for folder in (place, fresh):
        folder.mkdir()
        (folder / "file").write_text(folder.name)
    calls, rename = iter(range(2)), os.replace

    def replace() -> None:
        kill = os.replace
        files.os.replace = lambda *given: (kill if next(calls) == renamed else rename)(*given)
        replace_folder(fresh, place)

    killed_at("replace", replace)
    left = place if place.exists() else tmp_path / "place.old"
    assert (left.name, (left / "file").read_text()) == (("place", "place.old")[renamed], "place")
    replace_folder(fresh, place)
    assert [path.name for path in tmp_path.iterdir()] == ["place"] and (place / "file").read_text() == "fresh"


# --- who writes files


def uploads(folder: Path) -> Library:
    """A library of uploads in a folder; nothing else of it is asked."""
    library = Library.__new__(Library)
    library.uploads = folder / "uploads"
    library.uploads.mkdir(exist_ok=True)
    return library


def upload(folder: Path, text: str) -> None:
    file = folder / "kula.txt"
    file.write_text(text)
    uploads(folder)._stored(file, file.name)


def notes(folder: Path, text: str) -> None:
    seen = Seen()
    seen._notes[text] = ["1 1 1", text]
    seen.save(folder)


WRITERS: dict[str, Callable[[Path, str], object]] = {
    "corrections": lambda folder, text: Corrections(folder / "c.jsonl").add(ChatTurn(text), None, None),
    "notes": notes,
    "baseline": lambda folder, text: write_baseline([], folder / "baseline.json"),
    "results": lambda folder, text: write_json(folder / "results.json", text),
    "confidence": lambda folder, text: unfitted(text).write(folder),
    "mixture": lambda folder, text: Mixture([], [], [text]).write(folder / "examples.json"),
    "upload": upload,
}


def held(folder: Path) -> dict[str, bytes]:
    """What lies below a folder."""
    found = [path for path in folder.rglob("*") if path.is_file() and path != folder / "kula.txt"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if not path.name.startswith(".")}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_is_ever_half_written(tmp_path: Path, writer: str, call: str) -> None:
    write = WRITERS[writer]
    killed_at(call, lambda: write(tmp_path, "first"))
    assert held(tmp_path) == {}
    write(tmp_path, "one")
    before = held(tmp_path)
    killed_at(call, lambda: write(tmp_path, "two"))
    assert held(tmp_path) == before != {}


def test_a_turn_is_in_a_conversation_or_not_and_harms_none_before_it(tmp_path: Path) -> None:
    chats, chat = ChatStore(tmp_path), Chat("0" * 32)
    killed_at("fsync", lambda: chats.add(chat, ChatTurn("first")))
    chats.add(chat, ChatTurn("one"))
    with (tmp_path / f"{chat.id}.jsonl").open("ab") as file:
        file.write(b'{"turn": {"quest')  # what a crash left of a line
    chats.add(chat, ChatTurn("two"))
    kept = chats.load(chat.id)
    assert kept and [turn.question for turn in kept.turns][-2:] == ["one", "two"] and kept.unread == 1


def test_an_upload_that_is_not_what_its_name_says_is_written_anew(tmp_path: Path) -> None:
    library, file = uploads(tmp_path), tmp_path / "kula.txt"
    file.write_text("The keep at Kula was built in 1400.")
    kept = library._stored(file, file.name)
    assert library._stored(file.rename(tmp_path / "other.txt"), "other.txt") == kept
    file.write_text(kept.read_text())
    os.truncate(kept, 10)
    assert library._stored(file, file.name) == kept
    assert kept.read_text() == "The keep at Kula was built in 1400."


def test_what_a_kill_left_in_the_folder_of_an_index_does_no_harm(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "a.txt").write_text("One.")
    build([tmp_path / "a.txt"], tmp_path / "index", embedder)
    killed_at("replace", lambda: replace_file(tmp_path / "index" / "CURRENT", b"half"))
    assert Index.open(tmp_path / "index").warnings == ()
    build([tmp_path / "a.txt"], tmp_path / "index", embedder)
