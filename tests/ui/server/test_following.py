"""A page that answers goes on answering while its index is made anew, and from then on answers from the new one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder
from opener_fakes import WHEN, FakeOpener

from index.builder import build
from index.storage.generations import current
from ui.jobs.lazy_assistant import Loading, problems_of
from ui.jobs.library import Library
from ui.server.serving import Models, Opener, follow
from ui.session.desk import CitationKey, Desk
from ui.state.conversations import Chat, ChatStore, ChatTurn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "dam.txt").write_text("The dam was built in 1962.\n")
    build([tmp_path / "articles"], tmp_path / "index", FakeEmbedder())
    return tmp_path


@pytest.fixture
def opener(folder: Path) -> Opener:
    return FakeOpener(folder / "index", Models())


@pytest.fixture
def followed(opener: Opener) -> Iterator[Loading]:
    assistant, stop = Loading(opener.open), threading.Event()
    assistant.wait()
    thread = threading.Thread(target=follow, args=(opener, assistant), kwargs={"every": 0.01, "stop": stop})
    thread.start()
    yield assistant
    stop.set()
    thread.join(10)


def until(true: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < 20
        time.sleep(0.01)


def test_an_index_made_anew_elsewhere_is_taken_up_without_a_failed_question(folder: Path, followed: Loading) -> None:
    desk, asking = Desk(followed, ChatStore(folder / "kept")), threading.Event()
    states: list[str] = []
    said: list[str | None] = []

    def ask() -> None:
        while not asking.is_set():
            turn = desk.ask(Chat(), ChatTurn(WHEN))
            desk.panel(Chat(turns=(turn,)), CitationKey(turn.id))
            states.append(turn.state)
            said.append(turn.answer.text if turn.answer else turn.problem)

    people = [threading.Thread(target=ask) for _ in range(3)]
    for one in people:
        one.start()
    until(lambda: "1962" in said)
    for number in range(4):  # the generations that were open are dropped on the way
        (folder / "articles" / "new.txt").write_text(f"The other dam was built in 1999. Note {number}.\n")
        build([folder / "articles"], folder / "index", FakeEmbedder())
    until(lambda: followed.index.generation == current(folder / "index") and said[-1] == "1999")
    asking.set()
    for one in people:
        one.join(10)
    assert set(states) == {"done"} and set(said) == {"1962", "1999"}


def test_one_that_cannot_be_opened_is_passed_over(folder: Path, followed: Loading, opener: Opener) -> None:
    before = followed.index.generation
    build([folder / "articles"], folder / "index", FakeEmbedder(fingerprint="another-embedder"))
    until(lambda: not opener.moved_on)
    (folder / "articles" / "new.txt").write_text("The other dam was built in 1999.\n")
    assert followed.index.generation == before and followed.ask_many([WHEN])[0].text == "1962"
    build([folder / "articles"], folder / "index", FakeEmbedder())
    until(lambda: followed.index.generation == current(folder / "index"))
    assert followed.ask_many([WHEN])[0].text == "1999"


@pytest.mark.parametrize("file", ["texts.utf8", "vectors.f32"])
def test_damage_is_found_in_the_background_and_said_on_the_page(
    folder: Path, opener: Opener, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setattr("index.storage.generations.CHEAP_TO_CHECK", 0)
    (folder / "articles" / "new.txt").write_text("The other dam was built in 1999.\n")
    build([folder / "articles"], folder / "index", FakeEmbedder())
    path = folder / "index" / "gen-00000002" / file
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    assistant, stop = Loading(opener.open), threading.Event()
    assert assistant.index.generation == "gen-00000002" and problems_of(assistant) == []
    thread = threading.Thread(target=follow, args=(opener, assistant), kwargs={"every": 0.01, "stop": stop})
    thread.start()
    until(lambda: assistant.index.generation == "gen-00000001")
    assert f"gen-00000002/{file} is damaged; run `pincite index`" in problems_of(assistant)[0]
    assert assistant.ask_many([WHEN])[0].text == "1962"
    stop.set()
    thread.join(10)


def test_damage_that_comes_while_the_page_is_open_is_said_and_gone_once_it_is_mended(
    folder: Path, followed: Loading
) -> None:
    time.sleep(0.1)  # it has been checked
    path = folder / "index" / "gen-00000001" / "texts.utf8"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-3] + b"?!\n")
    until(lambda: bool(problems_of(followed)))
    assert "run `pincite index`" in problems_of(followed)[0]
    build([folder / "articles"], folder / "index", FakeEmbedder())
    until(lambda: followed.index.generation == "gen-00000002" and not problems_of(followed))
    assert followed.ask_many([WHEN])[0].text == "1962"


def test_a_file_is_taken_out_of_a_real_index_and_put_back(folder: Path, followed: Loading, opener: Opener) -> None:
    kept = folder / "articles" / "lake.txt"
    kept.write_text("The lake was dry.\n")
    library = Library(followed, opener.rebuild, folder / "home" / "uploads", by_path=True)
    library.update()
    until(lambda: len(followed.index.documents) == 2 and library.job is not None and library.job.state == "done")
    dam = str(folder / "articles" / "dam.txt")
    library.remove([dam])
    until(lambda: library.job is not None and library.job.state == "done")
    assert library.job is not None and library.job.said == "1 article: 1 removed."
    assert [record.name for record in followed.index.documents] == [str(kept)]
    assert followed.ask_many([WHEN])[0].text is None
    library.update()
    until(lambda: library.job is not None and library.job.state == "done")
    assert [record.name for record in followed.index.documents] == [str(kept)]
    (folder / "articles" / "new.txt").write_text("Written later.\n")
    report = build([folder / "articles"], folder / "index", FakeEmbedder())  # as the shell does
    assert (report.left_out, report.documents) == ((dam,), 2)
    until(lambda: len(followed.index.documents) == 2)
    assert library.roots.out == {Path(dam)}
    library.add_path(dam)
    until(lambda: library.job is not None and library.job.state == "done")
    assert followed.ask_many([WHEN])[0].text == "1962"
    assert followed.index.settings.roots == (str(folder / "articles"),)
