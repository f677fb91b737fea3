"""Documents named in a message: by file, title, date or place, exactly or nearly."""

from __future__ import annotations

import pytest

from index.storage.layout import DocumentRecord
from qa.question.named_documents import iso_date, named_in, short_name


def record(name: str, title: str, date: str | None = None, authors: tuple[str, ...] = ()) -> DocumentRecord:
    return DocumentRecord(f"/shelf/{name}", title, "0" * 64, "txt", date, 0, 9, (), (), 0, 1, 0, 9, authors)


DOCUMENTS = [
    record("ferry-2019.txt", "A new ferry for Skerrow", "2019-04-08"),
    record("ferry-2021.txt", "The ferry comes late", "2021-06-21"),
    record("harbour.txt", "The Harbour Board", None, ("Nadia Voss",)),
]


@pytest.mark.parametrize(
    ("message", "names", "rest"),
    [
        ("In “ferry-2019.txt”: what did it cost?", ["ferry-2019.txt"], "what did it cost?"),
        ("What is the price in ferry-2021.txt?", ["ferry-2021.txt"], "What is the price?"),
        ("According to harbour.txt, who is the head?", ["harbour.txt"], "who is the head?"),
        ("What did it cost according to the 2021 article?", ["ferry-2021.txt"], "What did it cost?"),
        ("Who is named in the article of 8 April 2019?", ["ferry-2019.txt"], "Who is named?"),
        ("Who is named in the third document?", ["harbour.txt"], "Who is named?"),
        ("What does the harbour article say about dues?", ["harbour.txt"], "Tell me about dues?"),
        ("What did it cost in the ferry article?", ["ferry-2019.txt", "ferry-2021.txt"], "What did it cost?"),
        ("Who pays in the article titled The Harbour Board?", ["harbour.txt"], "Who pays?"),
        ("Who pays according to harbuor.txt?", ["harbour.txt"], "Who pays?"),
        ("Who wrote the article on the harbour?", ["harbour.txt"], "Who wrote?"),
        ("What did the 2021 articles say of dues?", ["ferry-2021.txt"], "Tell me about dues?"),
        ("What does the mail from Nadia Voss say about dues?", ["harbour.txt"], "Tell me about dues?"),
        ("Who pays in the article by Voss?", ["harbour.txt"], "Who pays?"),
        ("Who pays in taxes.pdf?", [], "Who pays?"),
    ],
)
def test_what_is_named_and_what_is_asked(message: str, names: list[str], rest: str):
    found = named_in(message, lambda: DOCUMENTS)
    assert found is not None
    assert ([short_name(one) for one in found.documents], found.rest) == (names, rest)


@pytest.mark.parametrize(
    "message", ["Who owns the ferry?", "Who wrote the newspaper article?", "When was the Harbour Board set up?"]
)
def test_a_subject_is_no_name_of_a_document(message: str):
    assert named_in(message, lambda: DOCUMENTS) is None


def test_a_name_with_another_figure_is_another_name():
    found = named_in("Summarise ferry-2018.txt", lambda: DOCUMENTS)
    assert found is not None and found.documents == ()


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("8 April 2019", "2019-04-08"),
        ("April 8", "-04-08"),
        ("June 2021", "2021-06"),
        ("2021", "2021"),
        ("2019-04", "2019-04"),
        ("soon", None),
    ],
)
def test_dates_in_words(words: str, date: str | None):
    assert iso_date(words) == date
