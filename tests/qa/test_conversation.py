"""Conversations over a table of answers: what is asked, what is kept, what is said to have been understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from qa.answers import Answer, Citation, CitedPassage
from qa.conversation import Conversation, Turn, completed


class FakeAsks:
    """Knows some answers with their confidence; abstains from the rest, surely."""

    def __init__(self, known: Mapping[str, tuple[str, float]]) -> None:
        self.known = known
        self.asked: list[list[str]] = []

    def ask_many(self, questions: Sequence[str], *, as_written: bool = False) -> list[Answer]:
        self.asked.append(list(questions))
        return [Answer(question, *self.known.get(question, (None, 0.9)), citations=()) for question in questions]


HEAD = ("Who heads the IAEA?", ("Rafael Grossi", 0.9))


def test_a_question_that_stands_alone_is_asked_as_it_is():
    asks = FakeAsks(dict([HEAD]))
    conversation = Conversation(asks)
    answer = conversation.ask("Who heads the IAEA?")
    assert (answer.text, answer.understood) == ("Rafael Grossi", None)
    assert asks.asked == [["Who heads the IAEA?"]]
    assert conversation.turns == [Turn("Who heads the IAEA?", "Rafael Grossi")]


def test_a_pronoun_stands_for_the_last_answer():
    conversation = Conversation(FakeAsks(dict([HEAD, ("When did Rafael Grossi visit Tehran?", ("in May", 0.8))])))
    conversation.ask("Who heads the IAEA?")
    answer = conversation.ask("When did he visit Tehran?")
    assert (answer.text, answer.question) == ("in May", "When did he visit Tehran?")
    assert answer.understood == "When did Rafael Grossi visit Tehran?"


def test_the_reading_that_the_articles_answer_best_is_kept():
    asks = FakeAsks({
        "Who met Blinken?": ("Tokayev", 0.9),
        "Where was Tokayev born?": ("Almaty", 0.6),
        "Where was Blinken born?": ("New York", 0.8),
    })  # fmt: skip
    conversation = Conversation(asks)
    conversation.ask("Who met Blinken?")
    answer = conversation.ask("Where was he born?")
    assert set(asks.asked[1]) >= {"Where was Tokayev born?", "Where was Blinken born?"}
    assert (answer.text, answer.understood) == ("New York", "Where was Blinken born?")


def test_any_answer_is_better_than_an_abstention():
    asks = FakeAsks({"Who met Blinken?": ("Tokayev", 0.9), "Where was Blinken born?": ("New York", 0.2)})
    conversation = Conversation(asks)
    conversation.ask("Who met Blinken?")
    assert conversation.ask("Where was he born?").text == "New York"


def test_the_last_three_turns_are_kept():
    conversation = Conversation(FakeAsks({}))
    for number in range(5):
        conversation.ask(f"Who was number {number} of the Romans?")
    assert [turn.question for turn in conversation.turns] == [f"Who was number {n} of the Romans?" for n in (2, 3, 4)]


def test_a_correction_takes_the_place_of_what_was_understood():
    asks = FakeAsks(dict([HEAD]))
    conversation = Conversation(asks)
    conversation.ask("Who heads the IAEA?")
    conversation.ask("When did he go?")
    answer = conversation.correct("When did Macron go?")
    assert (answer.question, answer.understood, asks.asked[-1]) == (
        "When did Macron go?",
        None,
        ["When did Macron go?"],
    )
    assert [turn.question for turn in conversation.turns] == ["Who heads the IAEA?", "When did Macron go?"]


def test_a_later_pronoun_leans_on_what_was_understood():
    asks = FakeAsks(dict([HEAD, ("When did Rafael Grossi visit Tehran?", ("in May", 0.8))]))
    conversation = Conversation(asks)
    conversation.ask("Who heads the IAEA?")
    conversation.ask("When did he visit Tehran?")
    conversation.ask("Whom did he meet there?")
    assert any("Rafael Grossi" in question for question in asks.asked[2])


# --- "And X?" answered from where the last answer stood


SAID = "Kazakhstan's exports doubled. Oman's and Qatar's exports trebled."


class FakeCites(FakeAsks):
    """Cites each answer where it stands in SAID."""

    def ask_many(self, questions: Sequence[str], *, as_written: bool = False) -> list[Answer]:
        return [
            replace(answer, citations=(_cited(answer.text),)) if answer.text else answer
            for answer in super().ask_many(questions)
        ]


def _cited(text: str, said: str = SAID) -> Citation:
    start = said.index(text)
    return Citation("/a.md", "A", "0", start, start + len(text), text, None, CitedPassage(0, len(said), said), 1.0)


def test_the_last_answer_is_none_for_a_name_that_its_sentence_lacks():
    known = {f"How did {country}'s exports change?": ("doubled", 0.7) for country in ("Kazakhstan", "Oman")}
    conversation = Conversation(FakeCites(known))
    assert conversation.ask("How did Kazakhstan's exports change?").text == "doubled"
    answer = conversation.ask("And Oman's?")
    assert answer.understood == "How did Oman's exports change?"
    assert answer.text is None and answer.confidence == pytest.approx(0.3)
    assert [(cited.quote, cited.passage.text) for cited in answer.citations] == [("doubled", SAID)]


def test_the_last_answer_holds_for_another_name_of_its_sentence():
    known = {f"How did {country}'s exports change?": ("trebled", 0.7) for country in ("Oman", "Qatar")}
    conversation = Conversation(FakeCites(known))
    conversation.ask("How did Oman's exports change?")
    assert conversation.ask("What about Qatar's?").text == "trebled"


def test_the_last_answer_is_none_for_a_thing_that_its_sentence_lacks():
    known = {
        "How did Oman's exports change?": ("trebled", 0.7),
        "How did Oman's exports change of gas?": ("trebled", 0.7),
    }
    conversation = Conversation(FakeCites(known))
    conversation.ask("How did Oman's exports change?")
    assert conversation.ask("And of gas?").text is None


def test_going_on_names_the_words_cited_last():
    text = "The lamp is kept by Ben. He sleeps by day."
    passage = CitedPassage(0, len(text), text)
    turn = Turn(
        "Who keeps the lamp?", "Ben", Citation("/shelf/lamp.txt", "Lamp", "0" * 64, 20, 23, "Ben", None, passage, 1.0)
    )
    assert completed("Tell me more", [turn]) == ["What comes after “The lamp is kept by Ben.”?"]
    assert completed("What is it about?", [turn]) == ["Summarise “lamp.txt”"]
    assert completed("Who said that?", [turn]) == ["Who said Ben?"]


def test_small_talk_and_a_new_topic_are_not_completed():
    turn = Turn("Who keeps the lamp?", "Ben")
    assert completed("Thanks", [turn]) == ["Thanks"]
    assert completed("Tell me about the pier", [turn]) == ["Tell me about the pier"]


@pytest.mark.parametrize(
    ("words", "speaker"), [("Ben said that the mill is new.", "Ben"), ("Ben built the new mill.", None)]
)
def test_a_speaker_stands_in_a_sentence_of_somebodys_words(words: str, speaker: str | None):
    class Cites(FakeAsks):
        def ask_many(self, questions: Sequence[str], *, as_written: bool = False) -> list[Answer]:
            return [replace(one, citations=(_cited(one.text or "", words),)) for one in super().ask_many(questions)]

    conversation = Conversation(Cites({"What is new?": ("mill", 0.9), "Who said mill?": ("Ben", 0.8)}))
    conversation.ask("What is new?")
    assert conversation.ask("Who said that?").text == speaker


@pytest.mark.parametrize(("sure_from", "shown"), [(0.4, "doubled"), (0.7, "Oman")])
def test_of_readings_with_one_answer_the_likeliest_is_shown_unless_it_makes_that_less_sure(
    sure_from: float, shown: str
):
    class Doubts(FakeCites):
        def ask_many(self, questions: Sequence[str], *, as_written: bool = False) -> list[Answer]:
            told = super().ask_many(questions)
            return [replace(one, certainty="sure" if one.confidence > sure_from else "unsure") for one in told]

    known = {"How much did Oman export?": ("doubled", 0.9)} | {
        f"How much of {it} was oil?": ("trebled", confidence) for it, confidence in (("doubled", 0.5), ("Oman", 0.8))
    }
    conversation = Conversation(Doubts(known))
    conversation.ask("How much did Oman export?")
    assert conversation.ask("How much of it was oil?").understood == f"How much of {shown} was oil?"


def test_names_in_small_letters_are_known_by_the_quoted_passage():
    said = "Donald Hale, a secretary of Oman, and the Secretary of State met the minister."
    chosen = Answer("who met donald hale of oman, the secretary", "minister", 0.9, (_cited("minister", said),))
    assert Turn.of(chosen.question, chosen).question == "who met Donald Hale of Oman, the secretary"


def test_one_goes_on_from_what_was_before_thanks():
    conversation = Conversation(FakeAsks({}))
    conversation.turns = [Turn("What is the Ellam race?", None)]
    thanked = Answer("Thanks", None, 1.0, (), kind="notice", notice="You are welcome.")
    conversation._assistant.ask_many = lambda questions, **_: [thanked]  # type: ignore[method-assign]
    conversation.ask("Thanks")
    assert [turn.question for turn in conversation.turns] == ["What is the Ellam race?"]
