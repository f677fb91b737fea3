"""A page that is killed at any moment loses nothing of what it has acknowledged."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from index import builder
from index.documents import load
from index.folder_index import Index, verify
from index.update.report import BuildReport
from ui.jobs.lazy_assistant import Loading
from ui.jobs.library import Library
from ui.state.background import Progress
from ui.state.conversations import Chat, ChatStore, ChatTurn
from ui.state.roots import Roots

KILLS = 200
MOST_LINES = 4  # of what a life writes before it is killed: that begins an action, or that it is done
LONGEST = 0.1  # seconds more until the kill
CHAT = "0" * 32


class Opened:
    """What a library needs of an assistant."""

    def __init__(self, index: Index) -> None:
        self.index = index


class Life:
    """One run of the page over a folder. It writes a line before and after each action, for whoever finds it killed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, random.Random(seed)
        self.chats = ChatStore(folder / "home" / "conversations")
        loading = Loading(lambda: Opened(Index.open(folder / "index")))  # type: ignore[arg-type]
        loading.wait()
        self.library = Library(loading, self.rebuild, folder / "home" / "uploads", by_path=True)

    def rebuild(self, roots: Roots, progress: Progress) -> BuildReport:
        return builder.build(
            roots.paths, self.folder / "index", FakeEmbedder(), without=sorted(roots.out), load=load, progress=progress
        )

    def live(self, report: int) -> None:
        while True:
            before = held(self.folder)
            uploads = sorted(name for name in before if name.startswith("up"))
            action = self.random.choice(["upload", "remove", "undo", "chat"])
            name = f"up{self.random.getrandbits(40):010x}.txt"
            if action == "remove" and uploads:
                name = self.random.choice(uploads)
                (place,) = self.library.uploads.glob(f"*/{name}")
                os.write(report, f"begin remove {name}\n".encode())
                self.wait(lambda place=place: self.library.remove([str(place)]))
                os.write(report, f"done remove {name}\n".encode())
                if self.random.random() < 0.5:
                    os.write(report, f"begin upload {name}\n".encode())
                    self.wait(self.library.undo)
                    os.write(report, f"done upload {name}\n".encode())
            elif action == "chat":
                os.write(report, f"begin chat {name}\n".encode())
                self.chats.add(Chat(CHAT), ChatTurn(name))
                os.write(report, f"done chat {name}\n".encode())
            elif action == "upload":
                (self.folder / name).write_text(f"The number is {name}.")
                os.write(report, f"begin upload {name}\n".encode())
                self.wait(lambda name=name: self.upload(name))
                os.write(report, f"done upload {name}\n".encode())

    def upload(self, name: str) -> None:
        self.library.keep({self.folder / name: name})
        self.library.add_uploads()

    def wait(self, work: object) -> None:
        work()  # type: ignore[operator]
        for thread in threading.enumerate():
            if thread.name == "index":
                thread.join()
        assert self.library.job is not None and self.library.job.state == "done", self.library.job


def held(folder: Path) -> set[str]:
    """The names of the documents in the index, each with its text checked."""
    index = Index.open(folder / "index")
    assert index.warnings == () and verify(folder / "index") == []
    names = {Path(record.name).name for record in index.documents}
    for record in index.documents:
        name = Path(record.name).name
        assert index.document_text(record.name) == ("Kept." if name == "kept.txt" else f"The number is {name}.")
        assert Path(record.name).read_text() == index.document_text(record.name)  # its file is there, and whole
    return names


def killed_life(folder: Path, seed: int) -> list[str]:
    """Live until killed at a random moment; the lines that were written."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            Life(folder, seed).live(writing)
        finally:  # it ends by being killed, or by a failure that the missing kill shows
            os.write(writing, b"failed\n")
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        pick = random.Random(seed)
        begun = b"".join(pipe.readline() for _ in range(pick.randint(1, MOST_LINES)))
        time.sleep(pick.random() * LONGEST)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return (begun + pipe.read()).decode().splitlines()


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_by_two_hundred_kills(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "kept.txt").write_text("Kept.")
    builder.build([tmp_path / "articles"], tmp_path / "index", FakeEmbedder(), load=load)
    wanted, pending, chats, actions = {"kept.txt"}, set[str](), set[str](), 0
    for seed in range(KILLS):
        lines = killed_life(tmp_path, seed)
        assert "failed" not in lines
        for line in lines:
            stage, action, name = line.split()
            if action == "chat":
                chats |= {name} if stage == "done" else set()
            elif stage == "begin":
                pending.add(name)
                wanted.discard(name)
            else:
                actions += 1
                pending.discard(name)
                wanted |= {name} if action == "upload" else set()
        now = held(tmp_path)
        # What was under way may have happened. An upload that was stored and not yet indexed may come with the next one.
        assert wanted <= now <= wanted | pending
        chat = ChatStore(tmp_path / "home" / "conversations").load(CHAT) or Chat(CHAT)
        assert chats <= {turn.question for turn in chat.turns}
    assert actions > KILLS / 4  # or the kills came too soon to try anything
