"""Each kind of message by its form, what it is about, and that questions about facts are none of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from eval.studies.message_kinds import caught, questions_of
from qa.question.message_kind import message_of

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
SETS = ("squad2_dev_subset.json", "nq_search_questions.json", "qed_dev.jsonl", "qamr_dev.tsv")

MESSAGES = [
    ("Hello there!", "greeting", "", ""),
    ("Good morning, how are you?", "greeting", "", ""),
    ("Thanks a lot", "thanks", "", ""),
    ("ok", "thanks", "", ""),
    ("bye", "farewell", "", ""),
    ("Who are you?", "pincite", "", ""),
    ("What can you do for me?", "pincite", "", ""),
    ("…?!", "empty", "", ""),
    ("a", "empty", "", ""),
    ("Morning!", "greeting", "", ""),
    ("That's wrong", "remark", "", ""),
    ("which article is that from", "remark", "", ""),
    ("are you sure??", "remark", "", ""),
    ("i dont understand", "remark", "", ""),
    ("Where did you get that from?", "remark", "", ""),
    ("latest news on the pier", "topic", "the pier", ""),
    ("What are the articles saying about dues?", "topic", "dues", ""),
    ("🏔", "empty", "", ""),
    ("What is 12 * 7?", "calculation", "", ""),
    ("Translate the second paragraph into French", "translation", "", ""),
    ("Please write me a poem about the ferry", "writing", "the ferry", ""),
    ("What do you think about the ferry?", "opinion", "the ferry", ""),
    ("How many documents do you have?", "count", "", ""),
    ("Could you list all my articles?", "listing", "", ""),
    ("Which PDF files do you have", "listing", "", "pdf"),
    ("What is the newest article?", "superlative", "", "newest"),
    ("Which article is the shortest?", "superlative", "", "shortest"),
    ("Articles by Nadia Voss", "written by", "Nadia Voss", ""),
    ("Which articles did Nadia Voss write?", "written by", "Nadia Voss", "which"),
    ("Which documents were published after March 2020?", "written when", "March 2020", "after"),
    ("How many articles mention the lighthouse?", "mentions", "the lighthouse", "how many"),
    ("Which articles are about sea trade?", "about", "sea trade", "which"),
    ("Do you have anything on lighthouses?", "about", "lighthouses", ""),
    ("Summarise harbour.md", "overview", "harbour.md", ""),
    ("What is it about?", "overview", "it", ""),
    ("Main points", "overview", "", ""),
    ("What is harbour.md about?", "overview of a document", "harbour.md", ""),
    ("Tell me more", "more", "", ""),
    ("Give me the quote about storms", "quote", "storms", ""),
    ("Where does it say that the pier was closed?", "quote", "the pier was closed", ""),
    ("Could you tell me about the Harbour Board, please?", "topic", "the Harbour Board", ""),
    ("Explain tidal locks to me", "topic", "tidal locks", ""),
    ("Skerrow", "topic", "Skerrow", ""),
    ("Harbour Board", "topic", "Harbour Board", ""),
    ("Wie hoch ist der Leuchtturm?", "another language", "Wie hoch ist der Leuchtturm", ""),
    ("Où est le phare ?", "another language", "Où est le phare", ""),
    ("灯台はどこですか", "another language", "灯台はどこですか", ""),
]

FACTS = [
    "Where did the Board get the money from?",
    "Was the report wrong?",
    "Who owns the ferry?",
    "How many articles does the constitution have?",
    "Tell me who owns the ferry",
    "Explain why the pier was closed",
    "Hello Kitty was designed by whom?",
    "What can you catch in the bay?",
    "Should ships over 40 metres use a pilot?",
    "what is the difference in height",
    "Who wrote the report on the pier?",
    "What happened to the pier in 1962?",
    "harbour dues 2019",
    "Who said that the pier was closed?",
]


@pytest.mark.parametrize(("text", "kind", "topic", "detail"), MESSAGES)
def test_the_kind_and_what_about(text: str, kind: str, topic: str, detail: str):
    message = message_of(text)
    assert (message.kind, message.topic, message.detail) == (kind, topic, detail)


@pytest.mark.parametrize("text", FACTS)
def test_questions_about_facts_go_to_the_reader(text: str):
    assert message_of(text).kind == "question"


@pytest.mark.parametrize(
    "piece",
    [
        "hi ",
        "hi, there ",
        "no, ",
        "thanks ",
        "really great, ",
        "many ",
        "more ",
        "and ",
        "the ",
        "my data ",
        "i would ",
        "a, ",
        "1+",
        "list the ",
        "articles about ",
        "what is ",
        "a",
        "give me the ",
    ],
)
def test_long_messages_take_no_time(piece: str):
    began = time.perf_counter()
    message_of(piece * 10_000)
    message_of((piece * 300)[:299])
    message_of((piece * 300)[:297] + " x")
    assert time.perf_counter() - began < 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the question sets are not here")
@pytest.mark.parametrize("name", SETS)
def test_next_to_no_question_of_open_sets_is_caught(name: str):
    questions = questions_of(SHARED / name)
    found = caught(questions)
    double = {kind: ones for kind, ones in found.items() if kind in ("questions", "comparison")}
    elsewhere = sum(map(len, found.values())) - sum(map(len, double.values()))
    assert elsewhere * 1000 < len(questions)
    assert sum(map(len, double.values())) * 100 < len(questions)  # these are read, too: part by part


@pytest.mark.parametrize(
    ("text", "kind", "topic", "detail"),
    [
        ("heyyy", "greeting", "", ""),
        ("Good evening to you all", "greeting", "", ""),
        ("hello, hope you are well", "greeting", "", ""),
        ("great, that helped a lot", "thanks", "", ""),
        ("Just what I was looking for!", "thanks", "", ""),
        ("What sort of questions may I ask?", "pincite", "", ""),
        ("Which ferry would you recommend for a family?", "opinion", "", ""),
        ("what did I add so far", "listing", "", ""),
        ("How many texts are in here?", "count", "", ""),
        ("how many pdfs were uploaded so far", "count", "", "pdf"),
        ("Which file says anything about eels?", "mentions", "eels", "which"),
        ("that was very useful, thanks!", "thanks", "", ""),
        ("is my data safe with you?", "pincite", "", ""),
        ("Can you search the internet?", "pincite", "", ""),
        ("print this for me", "action", "", ""),
        ("Say that in simpler words", "writing", "", ""),
        ("how many docs did u load", "count", "", ""),
        ("which epub files r there", "listing", "", "epub"),
        ("when was the oldest article published", "superlative", "", "oldest"),
        ("Has Nadia Voss written anything?", "written by", "Nadia Voss", ""),
        ("anything from March 2020", "written when", "March 2020", "from"),
        ("Which articles are newer than 2019?", "written when", "2019", "newer than"),
        ("Which documents do not mention the pier?", "mentions", "the pier", "not"),
        ("Is the pier mentioned anywhere?", "mentions", "the pier", ""),
        ("whats harbour.md abt", "overview of a document", "harbour.md", ""),
        ("what else is in this article", "overview", "this article", ""),
        ("Are there any other interesting aspects about this article?", "overview", "this article", ""),
        ("sum it up pls", "overview", "it", ""),
        ("quotes by Nadia Voss", "quote", "Nadia Voss", ""),
        ("<i>Skerrow</i>", "topic", "Skerrow", ""),
        ("Do you know who owns the ferry?", "question", "who owns the ferry", ""),
        ("I wonder how old the ferry is", "question", "how old is the ferry", ""),
        ("Wer leitet das Museum?", "another language", "Wer leitet das Museum", ""),
    ],
)
def test_messages_in_a_hurry_and_in_other_words(text: str, kind: str, topic: str, detail: str):
    message = message_of(text)
    assert (message.kind, message.topic, message.detail) == (kind, topic, detail)
