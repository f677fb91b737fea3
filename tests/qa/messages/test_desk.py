"""What a message that is no question about a fact is answered with."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from assistant_fakes import assistant

from qa.assistant import Assistant
from qa.question.spelling import Speller

FILES = {
    "ferry-2019.md": (
        "---\ntitle: A new ferry for Skerrow\ndate: 2019-04-08\n---\n\nThe town of Skerrow will buy a new ferry. It will cost "
        "3 million crowns. The ferry will carry forty cars. It replaces a ferry of 1961.\n"
    ),
    "ferry-2021.md": (
        "---\ntitle: The ferry comes late\ndate: 2021-06-21\n---\n\nThe ferry for Skerrow came a year late. It cost 5 million "
        "crowns.\n"
    ),
    "harbour.md": (
        '# The Harbour Board\n\nThe Harbour Board was set up in 1952. Its head, Nadia Voss, said that "no pier outlives its '
        'keeper".\n\n## Dues\n\nBoats pay dues by their length. Boats of the town pay half of the dues. The dues pay for '
        "the lamps.\n\n## Lamps\n\nThe lamps on the pier burn oil. The oil comes from Port Ellam.\n"
    ),
}


@pytest.fixture
def asked(tmp_path: Path) -> Assistant:
    return assistant(
        tmp_path, {"Who is the head?": {"Nadia Voss": 3.0}, "Who pays half?": {"Boats of the town": 3.0}}, FILES
    )


def names(documents) -> list[str]:
    return [Path(one.document).name for one in documents]


@pytest.mark.parametrize("message", ["hi", "Thanks!", "What can you do?", "🏔", "bye"])
def test_small_talk_is_answered_in_pincites_own_words(asked: Assistant, message: str):
    answer = asked.ask(message)
    assert (answer.kind, answer.text, answer.citations) == ("notice", None, ())
    assert answer.notice


def test_how_many_documents_there_are(asked: Assistant):
    answer = asked.ask("How many articles do you have?")
    assert answer.notice == "There are 3 documents: 3 Markdown."
    assert names(answer.documents) == ["ferry-2019.md", "ferry-2021.md", "harbour.md"]


def test_newest_and_by_date(asked: Assistant):
    assert names(asked.ask("What is the newest article?").documents) == ["ferry-2021.md"]
    assert names(asked.ask("Which articles were published before 2020?").documents) == ["ferry-2019.md"]


def test_a_name_that_no_document_states_as_its_author_is_looked_for_in_the_texts(asked: Assistant):
    answer = asked.ask("Do you have anything by Nadia Voss?")
    assert answer.notice == "No document states Nadia Voss as its author; 1 document mentions the name."
    assert (answer.documents, ["Nadia Voss" in one.quote for one in answer.citations]) == ((), [True])
    assert asked.ask("Anything by Olaf Lund?").notice == "No document states Olaf Lund as its author."


def test_the_documents_that_mention_something_are_shown_with_a_sentence(asked: Assistant):
    answer = asked.ask("Which articles mention the ferry?")
    assert answer.notice == "2 documents mention the ferry."
    assert names(answer.documents) == ["ferry-2019.md", "ferry-2021.md"]
    assert all("ferry" in cited.quote.lower() for cited in answer.citations)


def test_a_condition_narrows_the_collection(asked: Assistant):
    assert names(asked.where("title ~ harbour").ask("Which articles do you have?").documents) == ["harbour.md"]


def test_an_overview_quotes_opening_headings_and_central_sentences(asked: Assistant):
    answer = asked.ask("What is harbour.md about?")
    assert answer.kind == "overview" and names(answer.documents) == ["harbour.md"]
    assert answer.text == answer.citations[0].quote
    assert answer.text.startswith("The Harbour Board was set up in 1952.")
    assert [heading.quote for heading in answer.items] == ["Dues", "Lamps"]
    source = FILES["harbour.md"]
    assert all(source[one.start : one.end] == one.quote for one in (*answer.citations, *answer.items))


def test_an_overview_of_everything_quotes_each_document(asked: Assistant):
    answer = asked.ask("Summarise the articles")
    assert names(answer.documents) == names(answer.citations) == ["ferry-2019.md", "ferry-2021.md", "harbour.md"]


def test_a_topic_gives_sentences_and_a_quotation_its_words(asked: Assistant):
    assert asked.ask("Tell me about dues").text == "Boats pay dues by their length."
    assert asked.ask("Give me the quote about the pier").text == "no pier outlives its keeper"


def test_a_named_document_is_read_alone_and_shown_as_understood(asked: Assistant):
    answer = asked.ask("Who is the head in harbour.md?")
    assert (answer.text, answer.understood) == ("Nadia Voss", "In “harbour.md”: Who is the head?")
    again = asked.ask(answer.understood)
    assert (again.text, again.understood) == ("Nadia Voss", None)
    assert asked.ask("Who is the head in ferry-2019.md?").text is None


def test_a_document_that_is_not_there_is_named(asked: Assistant):
    answer = asked.ask("Who pays in taxes.pdf?")
    assert (answer.kind, answer.text) == ("notice", None)
    assert "taxes.pdf" in answer.notice and len(answer.documents) == 3


def test_both_of_two_questions_are_answered_or_missed_in_words(asked: Assistant):
    answer = asked.ask("Who is the head? Who pays half?")
    assert [part.text for part in answer.parts] == ["Nadia Voss", "Boats of the town"]
    assert asked.ask("Who is the head? Who stole the lamp?").notice == "The second question has no answer here."


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("Wie viel kostet die ferry nicht?", "English"),
        ("Translate the dues", "translate"),
        ("Write a poem about the ferry", "write"),
    ],
)
def test_what_pincite_cannot_do_is_said_beside_the_nearest_sentences(asked: Assistant, message: str, word: str):
    answer = asked.ask(message)
    assert answer.kind == "notice" and word in answer.notice and answer.citations


def test_a_notice_comes_at_once(asked: Assistant):
    asked.ask("hi")
    began = time.perf_counter()
    asked.ask("How many articles do you have?")
    assert time.perf_counter() - began < 0.5  # 50 ms on an idle machine


def test_a_misspelt_message_or_title_is_understood_and_shown(asked: Assistant):
    asked._speller = Speller(asked.index.sample, lambda word: False)
    answer = asked.ask("whats the newset article")
    assert (names(answer.documents), answer.understood) == (["ferry-2021.md"], "what is the newest article")
    assert names(asked.ask("summarise the harbuor article").documents) == ["harbour.md"]


def test_documents_without_a_word_and_by_their_name(asked: Assistant):
    answer = asked.ask("Which articles do not mention the ferry?")
    assert (names(answer.documents), answer.notice) == (["harbour.md"], "1 document is without the ferry.")
    assert names(asked.ask("articles about 2019").documents) == ["ferry-2019.md"]


def test_a_date_without_a_document_is_said(asked: Assistant):
    answer = asked.ask("What does the article of 1 May 2015 say?")
    assert answer.kind == "notice" and "1 May 2015" in answer.notice
    assert names(asked.ask("The one from 21.6.2021: what did it cost?").documents) == ["ferry-2021.md"]


def test_a_quotation_by_somebody_named_beside_it(asked: Assistant):
    assert asked.ask("the quote from Nadia Voss").text == "no pier outlives its keeper"


def test_few_words_that_have_no_answer_are_a_topic(asked: Assistant):
    answer = asked.ask("port ellam oil")
    assert (answer.kind, answer.text) == ("passage", "The oil comes from Port Ellam.")


def test_a_question_inside_a_message_is_read(asked: Assistant):
    answer = asked.ask("hi, I wonder who the head is")
    assert (answer.text, answer.understood) == (None, "who is the head")


def test_a_count_is_the_number_stated_else_that_of_the_items_named(tmp_path: Path):
    answers = {
        "How many ships does the Board own?": {"two": 3.0},
        "How many sisters own the mill?": {"never": -4.0},
        "Which sisters own the mill?": {"Ada and Ruth Voss": 3.0},
        "How many lamps are there?": {"never": -4.0},
        "Which lamps are there?": {"Ada and Ruth Voss": 3.0},
    }
    text = "The Board owns two ships. The mill belongs to the sisters Ada and Ruth Voss. It never stood still.\n"
    asked = assistant(tmp_path, answers, {"mill.txt": text})
    assert asked.ask("How many ships does the Board own?").text == "two"
    counted = asked.ask("How many sisters own the mill?")
    assert (counted.kind, counted.text, counted.citations[0].quote) == (
        "list",
        "Ada and Ruth Voss",
        "Ada and Ruth Voss",
    )
    assert [one.quote for one in counted.items] == ["Ada", "Ruth Voss"]
    assert counted.notice == "2 are named here; the number itself was not found."
    assert asked.ask("How many lamps are there?").notice is None  # the list is not one of lamps


def test_mentions_are_found_by_stem_number_and_accent(tmp_path: Path):
    files = {
        "one.txt": "Many cities of the coast grew. A café opened.\n",
        "two.txt": "It cost 1,250 crowns.\n",
        "three.txt": "Nothing of it.\n",
    }
    asked = assistant(tmp_path, {}, files)
    assert names(asked.ask("Which articles mention the city?").documents) == ["one.txt"]
    assert names(asked.ask("Which articles mention a cafe?").documents) == ["one.txt"]
    assert names(asked.ask("Which articles mention 1250?").documents) == ["two.txt"]
