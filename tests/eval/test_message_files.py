"""The messages and the articles they are asked of, and how an answer is judged."""

from __future__ import annotations

import re
from collections import Counter

from eval.messages import ARTICLES, Message, judged, message_table, read_messages
from qa.answers import Answer, ListedDocument

MESSAGES = read_messages()
TEXTS = {path.name: " ".join(path.read_text(encoding="utf-8").split()) for path in ARTICLES.iterdir()}


def message(**fields) -> Message:
    return Message(
        **{"id": "x", "kind": "k", "turns": ("q",), "outcomes": ("span",), "holds": (), "documents": None, "says": ()}
        | fields
    )


def test_each_message_has_an_id_of_its_own_and_three_stand_for_a_kind():
    assert len({one.id for one in MESSAGES}) == len(MESSAGES) >= 240
    kinds = Counter(one.kind for one in MESSAGES)
    assert len(kinds) >= 32 and min(kinds.values()) >= 3


def test_the_words_wanted_stand_in_the_articles_and_the_documents_are_there():
    everything = " ".join(TEXTS.values())
    for one in MESSAGES:
        assert all(re.search(re.escape(words), everything, re.I) for words in one.holds), one
        assert set(one.documents or ()) <= set(TEXTS), one


def test_right_is_the_kind_the_words_the_documents_and_the_notice():
    listed = (ListedDocument("/shelf/ferry.md", "Ferry", None),)
    answer = Answer("q", "60 cars", 0.9, (), documents=listed, notice="1 document mentions it.")
    assert judged(message(holds=("60 cars",), documents=("ferry.md",), says=("1 document",)), answer).right
    assert not judged(message(outcomes=("passage",)), answer).right
    assert not judged(message(documents=()), answer).right
    wrong = judged(message(outcomes=("none",), holds=("60 cars",)), answer)
    assert not wrong.right and wrong.usable


def test_the_table_has_a_row_per_kind_and_half():
    told = [
        judged(message(id=id, kind=kind), Answer("q", "a", 0.9, ()))
        for id, kind in (("a", "one"), ("b", "one"), ("c", "two"))
    ]
    rows = message_table(told).split("\n")
    assert rows[2] == "| one | 2 | 100 | 100 |" and rows[-1] == "| **all** | 3 | 100 | 100 |"
