"""Conversations on disk: nothing is lost by two pages, a crash, a damaged line or an older version."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

from qa.answers import Answer
from ui.state.conversations import Chat, ChatStore, ChatTurn

ANSWER = Answer("When?", "1962", 0.9, ())


def turn(question: str, **fields: object) -> ChatTurn:
    return ChatTurn(question, state="done", answer=replace(ANSWER, question=question), **fields)  # type: ignore[arg-type]


def test_a_conversation_is_kept_turn_by_turn_and_read_back_whole(tmp_path: Path) -> None:
    store, chat = ChatStore(tmp_path / "kept"), Chat()
    one, two = turn("When?", within="type = pdf"), turn("Where?")
    for each in (one, two):
        store.add(chat, each)
    assert store.load(chat.id) == Chat(chat.id, (one, two))
    store.add(chat, replace(one, opinion="right"))
    store.rename(chat.id, " The  dam ")
    assert store.load(chat.id) == Chat(chat.id, (replace(one, opinion="right"), two), name="The dam")
    assert store.load("../../etc/passwd") is None


def test_two_pages_and_two_stores_lose_no_turn(tmp_path: Path) -> None:
    chat = Chat()
    stores = [ChatStore(tmp_path) for _ in range(4)]

    def ask(store: ChatStore, page: int) -> None:
        for number in range(20):
            store.add(chat, turn(f"Question {page}.{number}?"))

    pages = [threading.Thread(target=ask, args=(store, page)) for page, store in enumerate(stores)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    known = stores[0].load(chat.id)
    assert known is not None and known.unread == 0
    assert {one.question for one in known.turns} == {f"Question {page}.{n}?" for page in range(4) for n in range(20)}


def test_a_line_that_a_crash_cut_off_costs_that_line(tmp_path: Path) -> None:
    store, chat = ChatStore(tmp_path), Chat()
    store.add(chat, turn("When?"))
    path = tmp_path / f"{chat.id}.jsonl"
    path.write_bytes(path.read_bytes() + b'{"turn": {"question": "Who')
    store.add(chat, turn("Where?"))
    known = store.load(chat.id)
    assert known is not None and known.unread == 1
    assert [one.question for one in known.turns] == ["When?", "Where?"]
    assert [(one.title, one.unread) for one in store.listed()] == [("When?", 1)]


def test_the_list_has_the_latest_first_and_only_ones_own(tmp_path: Path) -> None:
    store = ChatStore(tmp_path)
    for number, owner in enumerate(["ana", "ben", "ana"]):
        store.add(Chat(owner=owner), turn(f"Question {number}?", asked=f"2026-01-0{number + 1}T00:00:00+00:00"))
    assert [one.title for one in store.listed("ana")] == ["Question 2?", "Question 0?"]
    assert store.listed() == []


def test_what_is_forgotten_can_be_brought_back_until_it_is_swept(tmp_path: Path) -> None:
    store, chat = ChatStore(tmp_path), Chat()
    store.add(chat, turn("When?"))
    store.forget([chat.id, "../x"])
    assert store.load(chat.id) is None and store.listed() == []
    store.restore([chat.id])
    assert store.load(chat.id) is not None
    store.forget([chat.id])
    ChatStore(tmp_path).sweep()  # as a page that starts
    store.restore([chat.id])
    assert store.load(chat.id) is not None
    store.forget([chat.id])
    os.utime(tmp_path / f"{chat.id}.gone", (0, 0))
    store.sweep()
    store.restore([chat.id])
    assert store.listed() == [] and list(tmp_path.iterdir()) == []


def test_a_page_that_goes_on_with_what_another_has_forgotten_brings_all_of_it_back(tmp_path: Path) -> None:
    one, two, chat = ChatStore(tmp_path), ChatStore(tmp_path), Chat()
    one.add(chat, turn("When?"))
    one.forget([chat.id])
    two.add(chat, turn("Where?"))
    one.restore([chat.id])
    known = one.load(chat.id)
    assert known is not None and [each.question for each in known.turns] == ["When?", "Where?"]
    one.sweep()
    assert one.load(chat.id) == known


def test_conversations_of_older_versions_are_taken_over(tmp_path: Path) -> None:
    chat, known = Chat(), {"question": "When?", "id": "t1", "asked": "2025-01-01T00:00:00+00:00", "state": "done"}
    answer = ANSWER.as_dict() | {"conflict": False, "evidence": None}
    for name in ("notice", "reason", "agreement", "documents", "parts", "certainty"):
        del answer[name]
    old = {"id": chat.id, "turns": [{**known, "answer": answer, "problem": "", "opinion": None}]}
    (tmp_path / f"{chat.id}.json").write_text(json.dumps(old))
    (tmp_path / f"{'0' * 32}.json").write_text("{")
    store = ChatStore(tmp_path)
    assert [one.title for one in store.listed()] == ["When?"]
    taken = store.load(chat.id)
    assert taken is not None and taken.turns[0].answer is not None and taken.turns[0].answer.text == "1962"
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".damaged", ".jsonl"]
