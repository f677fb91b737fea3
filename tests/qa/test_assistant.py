"""The assistant over a few small files, with a fake embedder and a reader that knows its answers.

Without fitted numbers the probability of an answer is the logistic of its score, and it is given from even odds on.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import ANY

import pytest
from assistant_fakes import FILES, assistant
from document_fakes import pdf_of
from embedder_fakes import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_fakes import FakeReader

from index.builder import index_in_memory
from index.documents import load
from qa.answering.confidence import NEVER, unfitted
from qa.answers import Agreement, Answer, Citation
from qa.assistant import Assistant
from qa.reader.reader import Reading, Span, without_overlap
from qa.reader.windows import Pair
from qa.retrieval.hybrid import HybridRetriever

CAPITAL = "What is the capital of Kazakhstan?"


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def source(citation: Citation) -> str:
    """The file that is cited, as the offsets count its characters."""
    with open(citation.document, encoding="utf-8", newline="") as file:
        return file.read()


def every_citation(answer: Answer) -> list[Citation]:
    return [*answer.citations, *answer.items, *(cited for other in answer.alternatives for cited in other.citations)]


def check_places(answer: Answer) -> None:
    """What holds of every answer, whatever its form."""
    for cited in every_citation(answer):
        text, passage = source(cited), cited.passage
        assert text[cited.start : cited.end] == cited.quote
        assert text[passage.start : passage.end] == passage.text
        assert passage.start <= cited.start <= cited.end <= passage.end
        assert passage.text[cited.start - passage.start : cited.end - passage.start] == cited.quote
    assert 0.0 <= answer.confidence <= 1.0
    if answer.text is None:
        assert answer.kind in ("none", "notice") and all(cited.quote for cited in answer.citations)
    else:
        assert answer.text == answer.citations[0].quote != ""


def names(citations: tuple[Citation, ...]) -> list[str]:
    return [Path(cited.document).name for cited in citations]


def test_an_answer_is_cited_in_every_document_that_gives_it(tmp_path: Path):
    answer = assistant(tmp_path, {CAPITAL: {"Astana": 3.0, "Almaty": 1.0}}).ask(CAPITAL)
    check_places(answer)
    assert (answer.question, answer.text, answer.kind) == (CAPITAL, "Astana", "span")
    assert answer.confidence == pytest.approx(sigmoid(3.0))
    assert sorted(names(answer.citations)) == ["history.md", "north.txt"]
    assert [(other.answer, other.confidence) for other in answer.alternatives] == [
        ("Almaty", pytest.approx(sigmoid(1.0)))
    ]
    assert answer.agreement == Agreement(2)
    assert answer.items == () and answer.understood is None


def test_a_citation_tells_of_its_document(tmp_path: Path):
    answer = assistant(tmp_path, {CAPITAL: {"Almaty": 3.0}}).ask(CAPITAL)
    [cited] = answer.citations
    assert cited.document == str((tmp_path / "history.md").resolve())
    assert (cited.title, cited.page, cited.score) == ("History", None, 3.0)
    assert cited.sha256 == hashlib.sha256(FILES["history.md"].encode()).hexdigest()
    assert cited.start == FILES["history.md"].index("Almaty")


def test_the_page_of_a_citation_is_that_of_its_quote(tmp_path: Path):
    question, file, encoder = "When was it built?", tmp_path / "dam.pdf", FakeEmbedder()
    file.write_bytes(pdf_of("The dam stands in the hills.", "It was built in 1962."))
    index = index_in_memory([file], encoder, load=load)
    reader = FakeReader({question: {"1962": 3.0}})
    answer = Assistant(HybridRetriever(index, encoder), reader, unfitted("fake-reader-1"), index=index).ask(question)
    assert [(one.quote, one.page) for one in answer.citations] == [("1962", 2)]
    assert [one.page for one in index.passages] == [1]


def test_offsets_count_a_byte_order_mark_and_every_carriage_return(tmp_path: Path):
    answer = assistant(tmp_path, {"What did it cost?": {"$500 million": 3.0}}).ask("What did it cost?")
    check_places(answer)
    assert answer.citations[0].start == FILES["trade.txt"].index("$500 million")


def test_below_even_odds_there_is_no_answer(tmp_path: Path):
    answer = assistant(tmp_path, {CAPITAL: {"Astana": -1.0}}).ask(CAPITAL)
    check_places(answer)
    assert answer.text is None
    assert answer.confidence == pytest.approx(1 - sigmoid(-1.0))
    assert [other.answer for other in answer.alternatives] == ["Astana"]
    assert [cited.quote for cited in answer.citations] == [
        "The capital of Kazakhstan is Astana.",
        "Since 1997 the capital is Astana.",
    ]


def test_where_the_reader_finds_nothing_there_is_no_answer(tmp_path: Path):
    answer = assistant(tmp_path, {}).ask("What is the melting point of tungsten?")
    check_places(answer)
    assert (answer.text, answer.confidence, answer.alternatives) == (None, pytest.approx(1.0, abs=1e-3), ())
    assert 1 <= len(answer.citations) <= 3


def test_a_threshold_for_fewer_wrong_answers_refuses_more(tmp_path: Path):
    asked = assistant(tmp_path, {CAPITAL: {"Astana": 1.0}})
    asked.confidence = replace(asked.confidence, threshold=0.8)  # sigmoid(1.0) is 0.73
    assert asked.ask(CAPITAL).text is None


CROWDS = {
    "a.txt": "The stadium in Almaty holds 24,000 people.\n",
    "b.txt": "The stadium in Almaty holds 30,000 people.\n",
}
STADIUM = "How many people does the stadium hold?"


def test_documents_that_give_other_figures_are_in_conflict(tmp_path: Path):
    answer = assistant(tmp_path, {STADIUM: {"24,000": 3.0, "30,000": 2.5}}, CROWDS).ask(STADIUM)
    check_places(answer)
    assert (answer.text, answer.agreement.conflict, answer.alternatives[0].answer) == ("24,000", True, "30,000")
    assert names(answer.alternatives[0].citations) == ["b.txt"]


def test_two_days_of_one_month_are_in_conflict_and_a_month_and_its_day_are_not(tmp_path: Path):
    files = {
        "a.txt": "The dam broke on 14 March 2019.\n",
        "b.txt": "The dam broke on 16 March 2019.\n",
        "c.txt": "It broke in 2019.\n",
    }
    when = "When did the dam break?"
    days, year = {"14 March 2019": 3.0, "16 March 2019": 2.5}, {"14 March 2019": 3.0, "in 2019": 2.5}
    assert assistant(tmp_path, {when: days}, files).ask(when).agreement.conflict
    assert not assistant(tmp_path, {when: year}, files).ask(when).agreement.conflict


def test_a_figure_that_is_far_less_likely_is_no_conflict(tmp_path: Path):
    assert not assistant(tmp_path, {STADIUM: {"24,000": 6.0, "30,000": -1.0}}, CROWDS).ask(STADIUM).agreement.conflict


def test_two_figures_in_one_document_are_no_conflict(tmp_path: Path):
    both = {"a.txt": "It held 24,000 people then and holds 30,000 people now.\n", "b.txt": "Another text.\n"}
    assert not assistant(tmp_path, {STADIUM: {"24,000": 3.0, "30,000": 2.5}}, both).ask(STADIUM).agreement.conflict


def test_the_same_figure_in_other_words_is_no_conflict(tmp_path: Path):
    same = {"a.txt": "The stadium cost $500 million to build.\n", "b.txt": "It cost 500 million dollars in all.\n"}
    asked = "What did the stadium cost?"
    answer = assistant(tmp_path, {asked: {"$500 million": 3.0, "500 million dollars": 2.8}}, same).ask(asked)
    assert (answer.text, answer.agreement.conflict) == ("$500 million", False)


def test_a_name_that_more_documents_give_comes_first(tmp_path: Path):
    answer = assistant(tmp_path, {CAPITAL: {"Almaty": 3.0, "Astana": 2.9}}).ask(CAPITAL)
    check_places(answer)
    assert (answer.text, answer.agreement, answer.alternatives[0].answer) == ("Astana", Agreement(2, 1, True), "Almaty")


def test_words_that_are_no_figure_date_or_name_are_no_conflict(tmp_path: Path):
    asked = "What is said of the capital?"
    answer = assistant(tmp_path, {asked: {"in the north of the country": 3.0, "moved": 2.9}}).ask(asked)
    assert answer.agreement == Agreement(1)


def test_of_two_documents_that_disagree_the_later_comes_first(tmp_path: Path):
    files = {
        "old.md": "---\ndate: 2019-05-01\n---\nThe stadium in Almaty holds 24,000 people.\n",
        "new.md": "---\ndate: 2021-05-01\n---\nThe stadium in Almaty holds 30,000 people.\n",
    }
    answer = assistant(tmp_path, {STADIUM: {"24,000": 3.0, "30,000": 2.5}}, files).ask(STADIUM)
    assert (answer.text, answer.citations[0].date) == ("30,000", "2021-05-01")
    assert answer.agreement == Agreement(1, 1, True)


def test_where_nothing_is_searched_that_is_said(tmp_path: Path):
    answer = assistant(tmp_path, {}).where("type = pdf").ask(CAPITAL)
    assert (answer.kind, answer.text, answer.citations) == ("notice", None, ())
    assert answer.notice and "No article was searched" in answer.notice


def test_a_list_is_given_whole_with_its_items(tmp_path: Path):
    asked = "Which countries buy gas from Russia?"
    answer = assistant(tmp_path, {asked: {"Kazakhstan, Kyrgyzstan": 3.0}}).ask(asked)
    check_places(answer)
    assert (answer.text, answer.kind) == ("Kazakhstan, Kyrgyzstan and Uzbekistan", "list")
    assert [item.quote for item in answer.items] == ["Kazakhstan", "Kyrgyzstan", "Uzbekistan"]
    assert [item.start for item in answer.items] == [FILES["trade.txt"].index(item.quote) for item in answer.items]


def test_a_list_of_one_is_a_span(tmp_path: Path):
    asked = "Which cities were the capital?"
    answer = assistant(tmp_path, {asked: {"Almaty": 3.0}}).ask(asked)
    assert (answer.text, answer.kind, answer.items) == ("Almaty", "span", ())


def test_a_yes_no_question_gets_the_sentence_that_decides_it(tmp_path: Path):
    asked = "Is the border with China closed to lorries?"
    answer = assistant(tmp_path, {asked: {"closed": 3.0}}).ask(asked)
    check_places(answer)
    assert (answer.text, answer.kind) == ("The border with China is closed to lorries.", "yes_no")
    assert names(answer.citations) == ["border.txt"]


def test_a_yes_no_question_that_nothing_decides_is_refused(tmp_path: Path):
    answer = assistant(tmp_path, {}).ask("Does tungsten melt?")
    check_places(answer)
    assert answer.text is None


def test_many_questions_are_answered_as_one_by_one_in_one_reading(tmp_path: Path):
    questions = [CAPITAL, "What is tungsten?", "What did it cost?", CAPITAL]
    asked = assistant(tmp_path, {CAPITAL: {"Astana": 3.0}, "What did it cost?": {"$500 million": 2.0}})
    together = asked.ask_many(questions)
    assert [answer.text for answer in together] == ["Astana", None, "$500 million", "Astana"]
    assert len(asked.reader.calls) == 1
    alone = [asked.ask(question) for question in questions]
    assert [(a.citations, a.confidence) for a in alone] == [(a.citations, a.confidence) for a in together]


def test_no_questions_no_answers(tmp_path: Path):
    assert assistant(tmp_path, {}).ask_many([]) == []


def test_k_passages_are_read(tmp_path: Path):
    asked = assistant(tmp_path, {})
    asked.ask(CAPITAL, k=2)
    asked.ask(CAPITAL)
    assert [len(call) for call in asked.reader.calls] == [2, 4]  # there are no more than four


def many_files(count: int = 12) -> dict[str, str]:
    """Files in which there is all the more beside the one word of the question the higher the number."""
    return {f"{n:02}.txt": f"Dam of place {chr(65 + n)}{' on the river' * (n + 1)}.\n" for n in range(count)}


def test_what_is_settled_is_not_read_on(tmp_path: Path):
    question = "Which dam is it?"
    asked = assistant(tmp_path, {question: {"place A": 3.0}}, many_files())
    asked.confidence = replace(asked.confidence, settles_at=3.0)
    first = asked.ask(question, k=10)
    assert first.text == "place A"
    assert [len(call) for call in asked.reader.calls] == [1]
    asked.confidence = replace(asked.confidence, settles_at=3.001)
    assert asked.ask(question, k=10) == replace(first, milliseconds=ANY)
    assert [len(call) for call in asked.reader.calls] == [1] * 11
    asked.confidence = replace(asked.confidence, settles_at=NEVER)
    assert asked.ask(question, k=10) == replace(first, milliseconds=ANY)
    assert [len(call) for call in asked.reader.calls] == [*[1] * 11, 10]


def test_only_the_questions_that_are_open_are_read_on(tmp_path: Path):
    easy, hard = "Which dam is it?", "Which dam is near the sea?"
    asked = assistant(tmp_path, {easy: {"place A": 3.0}, hard: {"place H": 2.0}}, many_files())
    asked.confidence = replace(asked.confidence, settles_at=3.0)
    answers = asked.ask_many([hard, easy], k=12)
    assert [answer.text for answer in answers] == ["place H", "place A"]
    assert [{pair.question for pair in call} for call in asked.reader.calls] == [{easy, hard}, *[{hard}] * 11]
    assert [len(call) for call in asked.reader.calls] == [2, *[1] * 11]


def test_times_are_told_and_add_up(tmp_path: Path):
    spent = assistant(tmp_path, {}).ask(CAPITAL).milliseconds
    assert spent.retrieve > 0 and spent.read > 0
    assert spent.total == pytest.approx(spent.retrieve + spent.read)


def test_passages_given_are_read_without_retrieval(tmp_path: Path):
    asked = assistant(tmp_path, {CAPITAL: {"Almaty": 2.0, "Astana": 3.0}})
    history = [passage for passage in asked.index.passages if passage.document.endswith("north.txt")]
    answer = asked.read_passages(CAPITAL, history)
    check_places(answer)
    assert (answer.text, answer.alternatives, answer.milliseconds.retrieve) == ("Astana", (), 0.0)


def test_an_answer_object_is_json_with_the_keys_of_the_contract(tmp_path: Path):
    answer = assistant(tmp_path, {CAPITAL: {"Astana": 3.0, "Almaty": 1.0}}).ask(CAPITAL).with_id("q1")
    fields = json.loads(json.dumps(answer.as_dict()))
    assert {
        "id", "question", "understood", "answer", "kind", "confidence", "certainty", "notice", "citations", "alternatives",
        "agreement", "documents", "parts", "milliseconds"} <= set(fields)  # fmt: skip
    assert (fields["id"], fields["answer"]) == ("q1", "Astana")
    assert set(fields["citations"][0]) == {
        "document", "title", "date", "sha256", "start", "end", "quote", "page", "main", "confidence", "passage",
        "score"}  # fmt: skip
    assert fields["agreement"] == {"for": 2, "against": 0, "conflict": False}
    assert set(fields["citations"][0]["passage"]) == {"start", "end", "text"}
    assert set(fields["alternatives"][0]) == {"answer", "confidence", "citations"}
    assert set(fields["milliseconds"]) == {"retrieve", "read", "total"}


def test_an_assistant_without_index_says_so(tmp_path: Path):
    asked = assistant(tmp_path, {})
    bare = Assistant(asked.retriever, asked.reader, asked.confidence)
    with pytest.raises(ValueError, match="has no index"):
        bare.index  # noqa: B018


def test_a_conversation_completes_its_questions(tmp_path: Path):
    asked = assistant(tmp_path, {CAPITAL: {"Astana": 3.0}, "Where is Astana?": {"in the north": 2.0}})
    talk = asked.conversation()
    assert talk.ask(CAPITAL).text == "Astana"
    answer = talk.ask("Where is it?")
    assert (answer.text, answer.understood) == ("in the north", "Where is Astana?")


@pytest.mark.parametrize("question", ["", " ", "\n\t", "\u00a0"])
def test_an_empty_question_is_refused_in_words(tmp_path: Path, question: str):
    with pytest.raises(ValueError, match="the question is empty"):
        assistant(tmp_path, {}).ask(question)


def test_a_question_that_is_no_text_is_refused(tmp_path: Path):
    # half a surrogate pair, as "\ud800" in JSON or a byte that is not UTF-8 on a command line becomes
    with pytest.raises(ValueError, match="the question"):
        assistant(tmp_path, {}).ask("Who is \ud800?")


@pytest.mark.parametrize(
    "question",
    [
        "Astana",
        "?",
        "which countries " * 10_000,
        "what are the two " + "and " * 20_000,
        "why " * 20_000,
        "is " + "a" * 200_000,
        "what " + " " * 100_000 + "now",
        "<script>alert(1)</script> **bold** [link](http://x) $x^2$ {{7*7}} `code` & ' \" ; DROP TABLE",
        "\x00\x1b[31m\u202e\u200b",
        "首都在哪里？",
        "🏔" * 5_000,
    ],
    ids=["a word", "a mark", "list", "and", "why", "one word", "spaces", "markup", "controls", "Chinese", "emoji"],
)
def test_odd_questions_are_answered_in_bounded_time(tmp_path: Path, question: str):
    asked = assistant(tmp_path, {question: {"Astana": 3.0}})
    began = time.monotonic()
    answer = asked.ask(question)
    assert time.monotonic() - began < 10
    check_places(answer)
    assert answer.question == question
    json.dumps(answer.as_dict(), ensure_ascii=False).encode("utf-8")


class AnySpans:
    """A reader that answers with planned shares of each passage, whatever the question."""

    fingerprint = "any"

    def __init__(self, shares: list[tuple[float, float, float]]) -> None:
        self.shares = shares

    def read(self, pairs: list[Pair]) -> list[Reading]:
        return [self._reading(len(pair.passage)) for pair in pairs]

    def _reading(self, length: int) -> Reading:
        spans = [Span(int(at * (length - 1)), int(at * (length - 1)) + 1 + int(size * (length - 1 - int(at * (length - 1)))), score)
                 for at, size, score in self.shares]  # fmt: skip
        return Reading(tuple(without_overlap(spans)))


TEXTS = st.lists(
    st.sampled_from(
        ["Astana", "Almaty and Osh", "Иран,", "漢字。", "é", "e\u0301", "🏔", "$5", "1.4 billion", "“so”", "(a)", "the",
         "met.", "\n", "\r\n\r\n", "\t", "# ", "- ", "\u2028", "\u00a0"]
    ),
    min_size=3, max_size=60,
).map(" ".join).filter(lambda text: any(c.isalnum() for c in text))  # fmt: skip
SHARE = st.floats(0, 1)
QUESTIONS = ["Who came?", "Which countries met?", "Is it Astana?", "Why Almaty?", "漢字", "Name the towns."]


@settings(max_examples=60)
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=3),
    bom=st.booleans(),
    shares=st.lists(st.tuples(SHARE, SHARE, st.floats(-20, 20)), max_size=5),
    question=st.sampled_from(QUESTIONS),
)
def test_every_quote_stands_at_its_place(tmp_path_factory, texts, bom, shares, question):
    folder = tmp_path_factory.mktemp("any")
    files = {f"{number}.{'md' if number else 'txt'}": "\ufeff" * bom + text for number, text in enumerate(texts)}
    asked = assistant(folder, {}, files | {"last.txt": "Almaty and Osh met in Astana.\n"})
    asked.reader = AnySpans(shares)
    check_places(asked.ask(question))


def test_the_likeliest_words_are_known_inside_the_nearest_sentences(tmp_path: Path):
    answer = assistant(tmp_path, {CAPITAL: {"Astana": -1.0}}).ask(CAPITAL)
    first = answer.citations[0]
    inside = answer.likeliest_in(first)
    assert inside is not None and inside.quote == "Astana" and first.start < inside.start < inside.end < first.end
    assert answer.likeliest_in(replace(first, document="/elsewhere.txt")) is None
