"""The running page, spoken to by programs: the named interface, the guard in place, the originals, the command."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from page_fakes import FakeAssistant, FakeIndex, FakeReport, FakeSettings

from index.folder_index import Duplicate, Unreadable
from ui.app.page import Page, build_app, launch
from ui.html.library import LibraryFile, job_note, matching, pages, problems, rows_of, table
from ui.jobs.lazy_assistant import Loading, problems_of
from ui.jobs.library import Library, results, told
from ui.jobs.queue import MOST_TOGETHER
from ui.server.serving import CannotServe, Models, free_port, opener_of
from ui.session.desk import CitationKey, Desk, clean_question, first_citation
from ui.session.reply import Sent
from ui.state.conversations import Chat, ChatStore, ChatTurn
from ui.state.roots import Roots
from ui.state.source_files import key_of, link


@dataclass(frozen=True)
class Served:
    address: str
    assistant: FakeAssistant
    page: Page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")
    (folder / "page.html").write_text("# A page\n\n<script>alert(1)</script>\n")
    index = FakeIndex([folder / "dam.md", folder / "page.html"])
    assistant = FakeAssistant(index, {"When was the dam built?": "1962"})
    page = build_app(assistant, folder=tmp_path_factory.mktemp("home"))
    address = launch(page, port=free_port("127.0.0.1", 0))
    yield Served(address.rstrip("/"), assistant, page)
    page.close(verbose=False)


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def test_programs_ask_and_search_by_name(served: Served) -> None:
    from gradio_client import Client

    client = Client(served.address, verbose=False)
    answer = client.predict("When was the dam built?", api_name="/ask")
    assert answer == json.loads(json.dumps(served.assistant.ask("When was the dam built?").as_dict()))
    assert list(answer)[:4] == ["id", "question", "understood", "answer"] and answer["answer"] == "1962"
    assert client.predict("Who painted it?", 3, api_name="/ask")["answer"] is None
    found = client.predict("dam built", 1, api_name="/search")
    assert [one["text"] for one in found] == ["The dam was built in 1962."]
    assert set(client.view_api(return_format="dict", print_info=False)["named_endpoints"]) == {"/ask", "/search"}


def test_a_program_is_told_what_is_wrong_with_its_question(served: Served) -> None:
    from gradio_client import Client

    client = Client(served.address, verbose=False)
    with pytest.raises(Exception, match="Type a question first"):
        client.predict(" ", api_name="/ask")
    with pytest.raises(Exception, match="at most 1,000 can be read"):
        client.predict("x" * 1001, api_name="/search")


def test_who_finds_the_line_full_is_turned_away_politely(tmp_path: Path) -> None:
    from gradio_client import Client

    (tmp_path / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")
    gate, when = threading.Event(), "When was the dam built?"
    index = FakeIndex([tmp_path / "dam.md"])
    page = build_app(FakeAssistant(index, {when: "1962"}, slow={when: gate}), folder=tmp_path, most_waiting=1)
    reading = ExitStack()
    try:
        address = launch(page, port=free_port("127.0.0.1", 0))
        people = [Client(address, verbose=False) for _ in range(3)]
        waiting = []
        for _ in range(MOST_TOGETHER - 1):
            reading.enter_context(page.desk.line.turn())
        for standing, person in enumerate(people[:2], MOST_TOGETHER):
            waiting.append(person.submit(when, api_name="/ask"))
            while len(page.desk.line._standing) < standing:
                time.sleep(0.01)
        with pytest.raises(Exception, match=r"1 question is already waiting\. Ask again in a moment"):
            people[2].predict(when, api_name="/ask")
        assert page.desk.ask(Chat(), ChatTurn(when)).problem.endswith("Ask again in a moment.")
        gate.set()
        assert [job.result(20)["answer"] for job in waiting] == ["1962", "1962"]
    finally:
        gate.set()
        reading.close()
        page.close(verbose=False)


def test_the_guard_stands_before_the_page(served: Served) -> None:
    status, headers, _ = fetch(served.address)
    assert status == 200
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert fetch(served.address, Host="evil.example")[0] == 421
    assert fetch(f"{served.address}/gradio_api/file=http://127.0.0.1:9/x")[0] == 403
    assert fetch(f"{served.address}/gradio_api/file=/etc/passwd")[0] in (403, 404)


def test_originals_are_had_by_key_alone(served: Served) -> None:
    dam, page = (served.address + link(record.name) for record in served.assistant.index.documents)
    status, headers, body = fetch(dam)
    assert status == 200 and body.startswith(b"# The dam")
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert fetch(page)[1]["content-disposition"].startswith("attachment")
    assert fetch(page)[1]["content-security-policy"].startswith("default-src 'none'")
    for wrong in ("0" * 20, "..%2f..%2fetc%2fpasswd", "/etc/passwd"):
        assert fetch(f"{served.address}/pincite/original/{wrong}")[0] == 404


def test_no_request_leaves_the_page_itself(served: Served) -> None:
    _, _, body = fetch(served.address)
    assert b"fonts.googleapis" not in body and b'"analytics_enabled":true' not in body.replace(b" ", b"")


def desk_over(tmp_path: Path, **options: object) -> Desk:
    path = tmp_path / "dam.md"
    path.write_text("# The dam\n\nThe dam was built in 1962.\n\nThe old dam was built in 1962, too.\n")
    answers = {"When was the dam built?": "1962"}
    assistant = FakeAssistant(FakeIndex([path]), answers, **options)  # type: ignore[arg-type]
    return Desk(assistant, ChatStore(tmp_path / "kept"))


def asked(desk: Desk, question: str, chat: Chat | None = None, **options: Any) -> Chat:
    """A conversation after one more question."""
    chat = chat or Chat()
    return chat.with_turn(desk.ask(chat, ChatTurn(question), **options))


def test_a_question_is_answered_stored_and_opened(tmp_path: Path) -> None:
    desk = desk_over(tmp_path)
    chat = asked(desk, "When was the dam built?")
    [turn] = chat.turns
    key = first_citation(turn)
    assert turn.state == "done" and key == CitationKey(turn.id)
    assert desk.chat(chat.id) == chat
    panel = desk.panel(chat, key)
    assert panel is not None and f'name="open:{turn.id}:0:0:1"' in panel  # the next source, and the one before
    assert desk.panel(chat, CitationKey(turn.id, 0, 0, 9)) is None
    assert desk.panel(chat, CitationKey(turn.id, 3)) is None and desk.panel(chat, CitationKey("t0")) is None
    judged = desk.judge(chat, turn, "wrong")
    assert judged.opinion == "wrong" and desk.chat(chat.id).turns == (judged,)
    assert desk.judge(chat, judged, "wrong").opinion is None


def test_a_question_asked_again_takes_the_place_of_its_turn(tmp_path: Path) -> None:
    desk = desk_over(tmp_path)
    chat = asked(desk, "Who painted it?")
    chat = asked(desk, "When was the dam built?", chat)
    first, second = chat.turns
    desk.ask(chat, ChatTurn("Who built it?", first.id), literally=True)
    assert [one.question for one in desk.chat(chat.id).turns] == ["Who built it?", second.question]
    with pytest.raises(ValueError, match="Load the page again"):
        desk.ask(chat, ChatTurn("Why?", "../t1"))


def test_a_page_loaded_again_waits_for_the_question_that_is_being_read(tmp_path: Path) -> None:
    gate, chat, turn = threading.Event(), Chat(), ChatTurn("What is slow?")
    desk = desk_over(tmp_path, slow={turn.question: gate})
    reading = threading.Thread(target=desk.ask, args=(chat, turn))
    reading.start()
    while not desk.chat(chat.id).turns:
        time.sleep(0.01)
    assert [one.state for one in desk.chat(chat.id).turns] == ["reading"]
    desk.stop(turn.id)
    gate.set()
    desk.wait(turn.id)
    reading.join(10)
    assert [one.state for one in desk.chat(chat.id).turns] == ["stopped"]


def test_what_cannot_be_read_is_said_in_the_turn(tmp_path: Path) -> None:
    class Broken:
        index = None
        retriever = None

        def ask_many(self, questions: object, k: int = 10, *, as_written: bool = False) -> list[object]:
            raise ValueError("the index is damaged; run `pincite index` again")

    last = asked(Desk(Broken(), ChatStore(tmp_path)), "Why?").turns[-1]  # type: ignore[arg-type]
    assert (last.state, last.problem) == ("failed", "The index is damaged; run `pincite index` again.")


def test_a_source_that_changes_on_disk_is_noticed(tmp_path: Path) -> None:
    desk = desk_over(tmp_path)
    chat = asked(desk, "When was the dam built?")
    key = CitationKey(chat.turns[0].id)
    assert "pc-notice" not in str(desk.panel(chat, key))
    (tmp_path / "dam.md").write_text("# The dam\n\nThe dam was built in 1999.\n")
    assert "has changed since it was indexed" in str(desk.panel(chat, key)) and "1962" in str(desk.panel(chat, key))
    (tmp_path / "dam.md").unlink()
    assert "has been moved or deleted" in str(desk.panel(chat, key))


def test_what_a_page_sends_is_text_or_ignored() -> None:
    sent = Sent.of({"chat": "c", "value": 3, "files": ["a", 1], "chosen": "x", "other": "y"})
    assert sent == Sent(chat="c", files=("a",))
    assert Sent.of(None) == Sent.of([1]) == Sent()


def test_actions_that_are_none_change_nothing_and_errors_are_messages(served: Served) -> None:
    page = served.page
    assert page.act("", {}) == page.act("nothing:1", {}) == {}
    for name in ("open:t1:x:0:0", "open:t1:0:0:0", "open", "right", "leaf:x", "show:0"):
        reply = page.act(name, {"chat": "0" * 32})
        assert reply["trouble"] and "<p" in reply["toast"], name


def test_questions_are_cleaned_or_refused() -> None:
    assert clean_question("  Who\n is it? ") == "Who is it?"
    with pytest.raises(ValueError, match="Type a question first"):
        clean_question(" \n")
    with pytest.raises(ValueError, match="1,001 characters"):
        clean_question("x" * 1001)


def test_loading_answers_once_it_is_open(tmp_path: Path) -> None:
    gate = threading.Event()
    assistant = desk_over(tmp_path).assistant

    def opening() -> object:
        gate.wait(10)
        return assistant

    loading = Loading(opening)  # type: ignore[arg-type]
    assert loading.status == "loading"
    gate.set()
    assert loading.ask_many(["When was the dam built?"])[0].text == "1962"
    assert loading.status == "ready" and loading.problem == ""


def test_loading_says_why_it_failed() -> None:
    def opening() -> object:
        raise OSError("no such model")

    loading = Loading(opening)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="no such model"):
        loading.wait()
    assert (loading.status, loading.problem) == ("failed", "no such model")


def library_over(tmp_path: Path, *, by_path: bool = True) -> tuple[Library, list[Roots]]:
    (tmp_path / "articles").mkdir()
    for name in ("a.md", "b.md"):
        (tmp_path / "articles" / name).write_text(f"# {name}\n\nOne.")
    (tmp_path / "one.md").write_text("One.")
    roots = tuple(str(tmp_path / name) for name in ("articles", "one.md", "gone"))
    desk = desk_over(tmp_path)
    desk.assistant.index.settings = FakeSettings(roots)
    built: list[Roots] = []

    def rebuild(roots: Roots, progress: Callable[[int, int, str], None]) -> FakeReport:
        built.append(roots)
        progress(1, 2, "/x/a.md")
        without = tuple(map(str, roots.out))
        desk.assistant.index.settings = FakeSettings(tuple(map(str, roots.paths)), without=without)
        return FakeReport()

    loading = Loading(lambda: desk.assistant)
    loading.wait()
    return Library(loading, rebuild, tmp_path / "home" / "uploads", by_path=by_path), built  # type: ignore[arg-type]


def finished(library: Library) -> str:
    for thread in threading.enumerate():
        if thread.name == "index":
            thread.join(10)
    assert library.job is not None and library.job.state != "running"
    return library.job.said


def test_articles_are_added_updated_removed_and_brought_back_in_a_job(tmp_path: Path) -> None:
    library, built = library_over(tmp_path)
    articles, one, uploads = tmp_path / "articles", tmp_path / "one.md", tmp_path / "home" / "uploads"
    library.update()
    assert finished(library) == "2 articles: 1 added, 1 not readable."
    assert built[-1] == Roots((articles, one))  # what is gone does not stop the others
    upload = tmp_path / "my file.txt"
    upload.write_text("New.")
    library.keep({upload: upload.name})
    library.add_uploads()
    assert finished(library).splitlines()[1:] == ["my file.txt was there already"]  # as the fake report says
    [kept] = uploads.glob("*/*")
    assert kept.name == "my file.txt" and built[-1] == Roots((articles, one, uploads))
    library.remove([str(one)])
    finished(library)
    assert built[-1] == Roots((articles, uploads))
    library.undo()
    finished(library)
    assert built[-1] == Roots((articles, one, uploads))
    library.remove([str(kept)])
    finished(library)
    assert built[-1] == Roots((articles, one, uploads), frozenset([kept])) and kept.exists()
    library.sweep()
    assert kept.exists()  # another page may just have stored it
    os.utime(kept, (0, 0))
    library.sweep()
    assert not kept.exists()
    with pytest.raises(ValueError, match="no such file or folder"):
        library.add_path(str(tmp_path / "nowhere"))


def test_a_folder_is_dropped_with_all_its_articles(tmp_path: Path) -> None:
    library, built = library_over(tmp_path)
    articles, one = tmp_path / "articles", tmp_path / "one.md"
    library.drop(key_of(str(articles)))
    finished(library)
    assert built[-1] == Roots((one,))
    library.undo()
    finished(library)
    assert built[-1] == Roots((articles, one))


def test_a_job_is_stopped_and_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    library, _ = library_over(tmp_path)

    def rebuild(roots: Roots, progress: Callable[[int, int, str], None]) -> FakeReport:
        library.stop()
        progress(1, 2, "/x/a.md")
        return FakeReport()

    library.rebuild = rebuild  # type: ignore[assignment]
    library.update()
    assert finished(library) == "Stopped. The index is as it was, and what was read is kept for the next time."


def test_a_large_file_counts_for_more_of_the_way_than_a_small_one(tmp_path: Path) -> None:
    library, _ = library_over(tmp_path)
    a, b = tmp_path / "articles" / "a.md", tmp_path / "articles" / "b.md"
    a.write_text("x" * 900)
    b.write_text("x" * 60)
    (tmp_path / "one.md").write_text("x" * 40)
    shares: list[float] = []

    def rebuild(roots: Roots, progress: Callable[[int, int, str], None]) -> FakeReport:
        for done, path in enumerate((a, b), 1):
            progress(done, 3, str(path))
            assert library.job is not None
            shares.append(library.job.share)
        return FakeReport()

    library.rebuild = rebuild  # type: ignore[assignment]
    library.update()
    finished(library)
    assert shares == [0.9, 0.96]


def test_what_became_of_each_upload_is_said_the_bad_ones_first(tmp_path: Path) -> None:
    files = [Path("/u/1/good.txt"), Path("/u/2/bad.pdf"), Path("/u/3/twice.txt")]
    bad, twice = Unreadable("/u/2/bad.pdf", "encrypted"), Duplicate("/u/3/twice.txt", "/u/1/good.txt")
    report = FakeReport(added=("/u/1/good.txt",), unreadable=(bad,), duplicates=(twice,))  # type: ignore[arg-type]
    assert results(report, files) == [  # type: ignore[arg-type]
        "bad.pdf was not read (encrypted)",
        "twice.txt has the same content as good.txt",
        "good.txt was added",
    ]


def test_a_file_taken_out_of_its_folder_stays_out_until_it_is_put_back(tmp_path: Path) -> None:
    library, built = library_over(tmp_path)
    articles, one = tmp_path / "articles", tmp_path / "one.md"
    a = articles / "a.md"
    library.remove([str(a)])
    finished(library)
    assert built[-1] == Roots((articles, one), frozenset([a])) and a.exists()
    library.update()
    finished(library)
    assert built[-1] == Roots((articles, one), frozenset([a]))
    rows = [*rows_of(library.assistant.index, library.roots.out)]
    assert (rows[-1].status, rows[-1].title) == ("taken out", "a.md")
    assert f'name="back:{key_of(str(a))}"' in problems(rows[-1:])["problems-list"]
    library.put_back(key_of(str(a)))
    finished(library)
    assert built[-1] == library.roots == Roots((articles, one))
    library.remove([str(a)])
    finished(library)
    library.add_path(str(articles))
    finished(library)
    assert built[-1] == Roots((articles, one))


def test_what_was_chosen_is_what_the_index_says(tmp_path: Path) -> None:
    library, _ = library_over(tmp_path)
    articles, taken = tmp_path / "articles", tmp_path / "articles" / "a.md"
    library.assistant.index.settings = FakeSettings((str(articles),), without=(str(taken),))
    assert library.roots == Roots((articles,), frozenset([taken]))


def test_the_last_document_cannot_be_removed(tmp_path: Path) -> None:
    library, _ = library_over(tmp_path)
    library.assistant.index.settings = FakeSettings((str(tmp_path / "one.md"),))
    with pytest.raises(ValueError, match="These are the only articles"):
        library.remove([str(tmp_path / "one.md")])
    articles = tmp_path / "articles"
    library.assistant.index.settings = FakeSettings((str(articles),), without=(str(articles / "a.md"),))
    with pytest.raises(ValueError, match="These are the only articles"):
        library.remove([str(articles / "b.md")])
    assert library.job is None


def test_uploads_may_take_so_much_room_together_and_no_more(tmp_path: Path) -> None:
    library, built = library_over(tmp_path)
    library.most_uploaded, upload = 3 * 1024 * 1024, tmp_path / "a.txt"
    upload.write_bytes(b"x" * 2 * 1024 * 1024)
    library.keep({upload: upload.name})
    library.add_uploads()
    finished(library)
    other = tmp_path / "b.txt"
    other.write_bytes(b"y" * 2 * 1024 * 1024)
    with pytest.raises(ValueError, match=r"All uploads together would take 4\.0 MB, and at most 3 MB are kept"):
        library.keep({other: other.name})
    assert len(built) == 1 and len(list(library.uploads.iterdir())) == 1


def test_folders_can_be_named_only_on_the_machine_itself(tmp_path: Path) -> None:
    library, _ = library_over(tmp_path, by_path=False)
    with pytest.raises(ValueError, match="this computer only"):
        library.add_path("/etc")


def test_one_job_at_a_time_and_its_failure_is_said(tmp_path: Path) -> None:
    library, _ = library_over(tmp_path)
    gate = threading.Event()

    def rebuild(roots: object, progress: object) -> object:
        gate.wait(10)
        raise ValueError("no document can be read")

    library.rebuild = rebuild  # type: ignore[assignment]
    library.update()
    with pytest.raises(ValueError, match="already running"):
        library.update()
    assert "Looking for files" in job_note(library.job)
    gate.set()
    assert finished(library) == "no document can be read"
    assert "Indexing failed" in job_note(library.job)


def test_ten_thousand_articles_are_searched_sorted_and_paged() -> None:
    rows = [LibraryFile(f"/a/{number}.md", f"Title {number:05}", "md", f"{number:05}") for number in range(10_000)]
    assert pages(rows) == 100
    assert table(rows, 99, "title").count("<tr>") == 101
    assert "9,901 to 10,000 of 10,000" in table(rows, 500, "title")
    assert [row.title for row in matching(iter(rows), "title 123.MD")] == ["Title 00123"] + [
        f"Title {number:05}" for number in range(1123, 10_000, 1000)
    ]
    assert "Title 00000" in table(rows[::-1], 0, "date")
    assert "Nothing matches" in table([], 0, "title")


def test_what_could_not_be_read_is_listed_with_its_reason(tmp_path: Path) -> None:
    index = desk_over(tmp_path).assistant.index
    index.unreadable = [Unreadable("/a/b.xyz", "unknown file type .xyz")]
    assert [row.status for row in rows_of(index)] == ["not read", "indexed"]
    shown = problems([*rows_of(index)][:1])
    assert shown["problems-title"] == "1 file not in the index"
    assert "unknown file type .xyz" in shown["problems-list"]
    assert f'name="remove:{key_of("/a/b.xyz")}"' in shown["problems-list"]


def test_a_report_in_words() -> None:
    assert told(FakeReport(added=(), unreadable=())) == "2 articles: nothing has changed."  # type: ignore[arg-type]


def test_a_port_that_is_taken_is_named_with_one_that_is_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=rf"port {port} of 127.0.0.1 cannot be used \(.*\); --port \d+ is free"):
            free_port("127.0.0.1", port)


def test_an_index_that_is_not_there_is_refused_unless_articles_can_be_added(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="run `pincite index`"):
        opener_of(tmp_path, Models())
    loading = Loading(opener_of(tmp_path, Models(), empty=True).open)
    while loading.status == "loading":
        time.sleep(0.01)
    assert loading.status == "empty" and problems_of(loading) == []
