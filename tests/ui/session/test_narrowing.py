"""Asking within some of the articles."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_fakes import FakeAssistant, FakeIndex

from ui.html.narrowing import in_words
from ui.session.desk import Desk
from ui.session.narrowing import Narrowing
from ui.session.reply import Sent
from ui.state.conversations import Chat, ChatStore, ChatTurn
from ui.state.source_files import key_of

WHEN = "When was the dam built?"


@pytest.fixture
def assistant(tmp_path: Path) -> FakeAssistant:
    first, second = tmp_path / "first.md", tmp_path / "second.txt"
    first.write_text("The dam was built in 1962.\n")
    second.write_text("The lake is 12 km long.\n")
    return FakeAssistant(FakeIndex([first, second]), {WHEN: "1962"})


def test_a_question_is_answered_within_its_condition_alone(assistant: FakeAssistant, tmp_path: Path) -> None:
    desk = Desk(assistant, ChatStore(tmp_path / "kept"))  # type: ignore[arg-type]
    for within, found in (("type = md", "1962"), ("type = txt", None), ("", "1962")):
        answer = desk.ask(Chat(), ChatTurn(WHEN, within=within)).answer
        assert answer is not None and answer.text == found
    assert "is not a field" in desk.ask(Chat(), ChatTurn(WHEN, within="colour = red")).problem


def test_a_condition_is_made_of_what_is_chosen(assistant: FakeAssistant, tmp_path: Path) -> None:
    narrowing = Narrowing(assistant)  # type: ignore[arg-type]
    reply = narrowing.narrow(Sent(folder=str(tmp_path), kind="md"), ())
    assert reply.page["within"] == f'folder = "{tmp_path}" and type = md'
    assert narrowing.narrow(Sent(), ()).page["within"] == narrowing.widen(Sent(), ()).page["within"] == ""
    name = assistant.index.documents[1].name
    assert narrowing.chosen(Sent(chosen=(key_of(name),)), ()).page["within"] == f'file = "{name}"'
    with pytest.raises(ValueError, match="Select between 1 and 50 articles first"):
        narrowing.chosen(Sent(chosen=("0" * 20,)), ())
    with pytest.raises(ValueError, match="There are no such articles"):
        narrowing.narrow(Sent(kind="pdf"), ())
    with pytest.raises(ValueError, match="“soon” is not a date"):
        narrowing.narrow(Sent(since="soon"), ())


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            'folder = "/home/ann/old reports" and type = md and date >= 2023-01',
            "Only in old reports, in md files, from 2023-01",
        ),
        ("date <= 2024", "Only to 2024"),
        ('file = "/a/dam.md"', "Only in dam.md"),
        ("file = '/a/dam.md' or file = \"/a/it's.md\"", "Only in 2 articles"),
        ("type != md", "Only type != md"),
        ("<b>", "Only <b>"),
    ],
)
def test_a_condition_is_said_in_words(condition: str, said: str) -> None:
    assert in_words(condition) == said
