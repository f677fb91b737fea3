"""What is shown, as markup: every text inert, every state told apart. No Gradio, no browser."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from page_fakes import FakeAssistant, FakeIndex, FakeRecord

from index.blocks import Block, Box, Structure
from qa.answers import Agreement, Answer, Citation, CitedPassage, ListedDocument
from ui.html.citation_text import bibtex, markdown, plain
from ui.html.conversation import Place, _near, conversation, sentence, shown_date, start, turn
from ui.html.document import PART, Look, Source, Steps, cited, document
from ui.html.markup import EMPTY, Html, join, tag, text
from ui.html.status import banner
from ui.session.export import as_html, as_json, as_markdown
from ui.session.suggestions import checked, first_questions
from ui.state.conversations import Chat, ChatTurn, answer_from_dict
from ui.state.corrections import Corrections
from ui.state.source_files import key_of

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "${window.ran=1}",
    "{{constructor.constructor('return 1')()}}",
    "[link](javascript:alert(1)) ![image](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "$$\\href{javascript:alert(1)}{x}$$",
    "```mermaid\nx\n```\n\n# heading\n\n- item\n\n    code",
    "a & b &amp; &#60;b&#62; \" ' ` \\ | ~~x~~ **y** _z_ :smile: __i18n__{}",
]
SAFE_TEXT = re.compile(r"(?:[^<>&\"']|&(?:lt|gt|amp|quot|#x27);)*")
STEPS = Steps(1, 2, "open:t1:0:0:1", "open:t1:0:0:0", "open:t1:0:0:1")


class Reader(HTMLParser):
    """Collects tags, attribute names and text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.words: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words_of(markup: str) -> str:
    return "".join(Reader(markup).words)


@pytest.fixture
def assistant(tmp_path: Path) -> FakeAssistant:
    first, second = tmp_path / "first.md", tmp_path / "second.txt"
    first.write_text("# The dam\n\nThe dam was built in 1962. It cost $5 million, said A. Keller, the head of Works.\n")
    second.write_text("# The lake\n\nThe lake behind the dam is 12 km long. Some say the dam was built in 1964.\n")
    return FakeAssistant(FakeIndex([first, second]), {"When was the dam built?": "1962"}, others=("1964",))


def done(answer: Answer, opinion: str | None = None) -> ChatTurn:
    asked = "2024-01-01T00:00:00+00:00"
    return ChatTurn(answer.question, "t1", asked, "done", answer, opinion=opinion)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", HOSTILE)
def test_text_holds_no_markup_and_reads_back_whole(value: str) -> None:
    shown = text(value)
    assert SAFE_TEXT.fullmatch(shown)
    assert html.unescape(shown) == value


def test_text_shows_line_breaks_and_what_cannot_be_shown() -> None:
    assert html.unescape(text("a\r\nb\rc\x00\x85\u202e\ud800")) == "a\nb\nc\ufffd\ufffd\ufffd\ufffd"


def test_only_markup_made_here_is_left_as_it_is() -> None:
    assert tag("b", "<i>", Html("<i></i>"), title='"x"') == '<b title="&quot;x&quot;">&lt;i&gt;<i></i></b>'
    assert tag("br") == "<br>"
    assert tag("p", class_="a", hidden=None) == '<p class="a"></p>'
    assert isinstance(join(["<", tag("b")]), Html)


def test_an_overview_shows_its_opening_its_headings_and_every_sentence_with_its_place(assistant: FakeAssistant) -> None:
    [opening] = assistant.places("The dam was built in 1962.")
    [other] = assistant.places("The lake behind the dam is 12 km long.")
    [heading] = assistant.places("head of Works")
    about = Answer("What is it about?", opening.quote, 1.0, (opening, other), kind="overview", items=(heading,))
    shown = Reader(turn(done(about)))
    words = "".join(shown.words)
    assert words.index(opening.quote) < words.index("head of Works") < words.index(other.quote)
    assert [name for name in re.findall(r'name="(open:[^"]+)"', turn(done(about)))] == [
        "open:t1:0:0:0",
        "open:t1:0:0:1",
    ]
    assert "pc-badge" not in turn(done(about)) and "li" in shown.tags
    for saved in (as_markdown(Chat(turns=(done(about),))), as_html(Chat(turns=(done(about),)))):
        assert 0 < saved.index("built in 1962") < saved.index("12 km long")


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_words_anywhere_add_no_tag_and_no_attribute(value: str) -> None:
    def answer(words: str) -> Answer:
        passage = CitedPassage(0, len(words) + 4, f"It {words}.")
        one = Citation(f"/x/{words}.md", words, "0" * 64, 3, 3 + len(words), words, 2, passage, 1.0)
        near = replace(one, quote="", end=3)
        found = Answer(
            words,
            words,
            0.7,
            (one, one),
            agreement=Agreement(1, 1, True),
            understood=words + "?",
            reason=words,
            items=(one,),
        )
        return replace(found, alternatives=()) if words == "x" else replace(found, citations=(one, near))

    def page(words: str) -> Html:
        source = Source(f"It {words}.", "0" * 64, "changed", "/pincite/original/1")
        shown = answer(words)
        missing = Answer(words, None, 0.5, shown.citations, kind="none", notice=words)
        listed = replace(missing, kind="notice", documents=(ListedDocument(words, words, words),))
        parted = replace(missing, parts=(shown, missing))
        about = replace(shown, kind="overview")
        failed = ChatTurn(words, "t2", "", "failed", problem=words, within=words)
        return join(
            [
                conversation(Chat(turns=(done(shown), done(missing), done(listed), done(parted), done(about), failed))),
                cited(shown.citations[0], source, STEPS),
                document(FakeRecord(words, words, "0" * 64, "md", words), f"It {words}.", "/pincite/original/1"),
                start([words], EMPTY),
                banner([words], changing=True),
            ]
        )

    harmless, hostile = Reader(page("x y")), Reader(page(value))
    assert set(hostile.tags) <= set(harmless.tags) | {"strong"}
    assert set(hostile.attributes) <= set(harmless.attributes)


def test_an_answer_is_shown_with_its_sentence_sources_and_confidence(assistant: FakeAssistant) -> None:
    shown = turn(done(assistant.ask("When was the dam built?")))
    assert '<p class="pc-answer" dir="auto">1962</p>' in shown
    sentence = re.search(r"<blockquote.*?</blockquote>", shown)
    assert sentence is not None
    assert words_of(sentence.group()) == "The dam was built in 1962."
    assert "<mark>1962</mark>" in sentence.group()
    assert ">Sure<" in shown and 'title="Probability that this is right: 0.93"' in shown
    assert 'name="open:t1:0:0:0"' in shown
    assert "Other readings (1)" in words_of(shown)
    assert 'name="open:t1:0:1:0"' in shown


def test_no_short_answer_looks_different_and_shows_the_nearest_sentences(assistant: FakeAssistant) -> None:
    shown = turn(done(assistant.ask("Who painted it?")))
    assert "No short answer found" in words_of(shown)
    assert "They may not answer the question" in words_of(shown)
    assert "pc-missing" in shown and "pc-answer" not in shown and "<mark" not in shown
    assert shown.count('class="pc-near"') == 1


def test_a_conflict_is_named_with_the_other_answer(assistant: FakeAssistant) -> None:
    answer = replace(assistant.ask("When was the dam built?"), agreement=Agreement(1, 1, True))
    earlier, later = answer.citations[0], answer.alternatives[0].citations[0]
    answer = replace(
        answer,
        citations=(replace(earlier, date="2019-03"),),
        alternatives=(replace(answer.alternatives[0], citations=(replace(later, date="2024-11-09"),)),),
    )
    shown = turn(done(answer))
    assert "The articles disagree." in words_of(shown)
    assert "1964 9 Nov 2024 The lake1962 March 2019 The dam" in words_of(shown)
    assert 'name="open:t1:0:1:0" class="pc-open"' in shown


def test_a_sentence_that_is_the_answer_is_not_repeated(assistant: FakeAssistant) -> None:
    answer = assistant.ask("When was the dam built?")
    whole = replace(answer.citations[0], start=11, end=37, quote="The dam was built in 1962.")
    shown = turn(done(replace(answer, kind="passage", text=whole.quote, citations=(whole,))))
    assert "<blockquote" not in shown and shown.count("The dam was built in 1962.") == 4  # and three copies


def test_each_part_of_a_message_has_its_own_answer(assistant: FakeAssistant) -> None:
    found, missing = assistant.ask("When was the dam built?"), assistant.ask("Who painted it?")
    shown = turn(done(replace(missing, parts=(found, missing), notice="The second question has no answer here.")))
    assert 'name="open:t1:1:0:0"' in shown and 'name="open:t1:2:0:0"' in shown
    assert "The second question has no answer here." in words_of(shown)


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2024-11-09", "9 Nov 2024"),
        ("2024-03", "March 2024"),
        ("2024", "2024"),
        ("soon", "soon"),
        ("2024-99-01", "2024-99-01"),
    ],
)
def test_dates_are_shown_as_they_are_read(date: str, shown: str) -> None:
    assert shown_date(date) == shown


def test_the_original_of_a_page_opens_at_that_page(assistant: FakeAssistant) -> None:
    one = assistant.ask("When was the dam built?").citations[0]
    source = Source(None, None, "same", "/pincite/original/1")
    assert 'href="/pincite/original/1"' in cited(one, source, STEPS)
    shown = html.unescape(cited(replace(one, page=7), source, STEPS))
    assert 'href="/pincite/original/1#page=7"' in shown


def test_a_completed_question_is_shown_as_it_was_read(assistant: FakeAssistant) -> None:
    answer = replace(assistant.ask("When was the dam built?"), understood="When was the old dam built?")
    shown = turn(done(answer))
    assert (
        "When was the old dam built?" in words_of(shown) and 'name="literal:t1"' in shown and 'name="edit:t1"' in shown
    )


def test_the_reason_stands_beside_the_word(assistant: FakeAssistant) -> None:
    answer = replace(assistant.ask("When was the dam built?"), certainty="likely", reason="2 of 3 articles agree")
    assert "Likely 2 of 3 articles agree" in words_of(turn(done(answer)))


def test_what_pincite_says_itself_is_no_answer(assistant: FakeAssistant) -> None:
    named = ListedDocument("/x/lake.txt", "The lake", "2024-05-01")
    answer = Answer("How many?", None, 1.0, (), kind="notice", notice="2 documents.", documents=(named,))
    shown = turn(done(answer))
    assert "2 documents." in words_of(shown) and "The lake" in words_of(shown)
    assert "No short answer" not in words_of(shown) and "pc-answer" not in shown


def test_copies_name_the_place(assistant: FakeAssistant) -> None:
    answer = assistant.ask("When was the dam built?")
    start, sentence = answer.citations[0].start, "The dam was built in 1962."
    assert plain(answer, sentence) == "“The dam was built in 1962.” - The dam"
    dated = replace(answer, citations=(replace(answer.citations[0], date="2024-05-01", page=3),))
    assert plain(dated, sentence) == "“The dam was built in 1962.” - The dam, 2024-05-01, p. 3"
    assert markdown(answer, sentence).startswith(
        "**When was the dam built?**\n\n> The dam was built in **1962**.\n\n1. The dam"
    )
    assert bibtex(answer).startswith(f"@misc{{first-{start},\n  title = {{The dam}},")
    hostile = replace(answer, text="a_b **c** [d](e) {f} 5%")
    assert "> a\\_b \\*\\*c\\*\\* \\[d\\](e) \\{f\\} 5%" in markdown(hostile, hostile.text or "")
    assert r"a\_b **c** [d](e) \{f\} 5\%" in bibtex(hostile)
    assert plain(assistant.ask("Who painted it?"), "") == ""


def test_the_document_is_shown_whole_with_passage_sentence_and_answer_marked(assistant: FakeAssistant) -> None:
    one = assistant.ask("When was the dam built?").citations[0]
    whole = assistant.index.document_text(one.document)
    shown = cited(one, Source(whole, one.sha256, "same", "/pincite/original/1"), STEPS)
    box = shown[shown.index('class="pc-text') :]
    assert words_of("<div " + box) == whole
    assert '<mark id="pc-mark">1962</mark>' in shown
    assert '<span class="pc-in-sentence">The dam was built in </span><mark id="pc-mark">1962</mark>' in shown
    assert "Source 1 of 2" in words_of(shown) and 'name="open:t1:0:0:1"' in shown


@pytest.mark.parametrize(
    ("source", "said", "marked"),
    [
        (("same", "text", "sha"), "", True),
        (("changed", "text", "sha"), "has changed since it was indexed", True),
        (("gone", "text", "sha"), "has been moved or deleted", True),
        (("same", "text", "other"), "indexed again after", False),
        (("same", "shifted", "sha"), "not at their place", False),
        (("gone", None, None), "no longer in the index", False),
    ],
)
def test_nothing_is_marked_unless_the_words_stand_there(
    assistant: FakeAssistant, source: tuple[str, str | None, str | None], said: str, marked: bool
) -> None:
    one = assistant.ask("When was the dam built?").citations[0]
    whole = assistant.index.document_text(one.document)
    texts = {"text": whole, "shifted": "x" + whole, None: None}
    hashes = {"sha": one.sha256, "other": "f" * 64, None: None}
    now = Source(texts[source[1]], hashes[source[2]], source[0], None)
    shown = cited(one, now, STEPS)
    assert ("<mark" in shown) is marked
    assert said in words_of(shown)
    assert ("pc-notice" in shown) is bool(said)


def test_first_questions_are_offered_only_if_their_sentence_answers_them(assistant: FakeAssistant) -> None:
    found = first_questions(assistant.index)
    assert {one.question for one in found} == {"Who is the head of Works?"}
    for answer, offered in (("A. Keller", ["Who is the head of Works?"]), ("1964", [])):
        right = replace(assistant, answers={"Who is the head of Works?": answer})
        assert [*checked(found, right.ask)] == offered


def test_first_questions_are_of_different_kinds_and_documents(tmp_path: Path) -> None:
    stated = {
        "Ana Lund, the president of Norland, spoke. Jo Berg, the king of Sudland, did not.": "Who is the king of Sudland?",
        "The Vell Tower was built in May 1897. It was built in 1902.": "When was the Vell Tower built?",
        "The capital of Norland was moved in 1830. Alma is a ferry.": "What is Alma?",
        "Some 40 people worked in the mill, and it stopped.": "How many people worked in the mill?",
        "The Osk Canal was closed in 1912 because it leaked.": "Why was the Osk Canal closed in 1912?",
        "Clara Dahl was born in Vell.": "Where was Clara Dahl born?",
    }
    for number, words in enumerate(stated):
        (tmp_path / f"{number}.txt").write_text(words)
    asked = [one.question for one in first_questions(FakeIndex(sorted(tmp_path.iterdir())))]
    assert set(asked[:6]) == set(stated.values())
    assert {"Who is the president of Norland?", "When was the Osk Canal closed?"} == set(asked[6:])


def test_a_conversation_is_saved_as_a_file_in_which_nothing_runs(assistant: FakeAssistant) -> None:
    kept = Chat(turns=(done(assistant.ask("When was the dam built?")), done(assistant.ask("<script>{{x}}"))))
    said = as_markdown(kept)
    assert said.startswith("## When was the dam built?\n\n> The dam was built in **1962**.\n\n1. The dam")
    assert "## \\<script\\>\\{\\{x\\}\\}\n\n> No short answer found." in said
    assert "<script>" not in as_html(kept) and "default-src 'none'" in as_html(kept)
    assert "The dam was built in <mark>1962</mark>." in as_html(kept)
    assert json.loads(as_json(kept))["turns"][0]["answer"]["answer"] == "1962"


def test_an_answer_survives_the_way_through_json(assistant: FakeAssistant) -> None:
    for question in ("When was the dam built?", "Who painted it?"):
        answer = assistant.ask(question)
        assert answer_from_dict(json.loads(json.dumps(answer.as_dict()))) == answer


def test_a_correction_is_a_gold_question_at_its_place(assistant: FakeAssistant, tmp_path: Path) -> None:
    corrections = Corrections(tmp_path / "gold" / "corrections.jsonl")
    wrong = done(assistant.ask("When was the dam built?"))
    row = corrections.add(wrong, " built  in\n1964", assistant.index)
    assert row["answers"] == ["built in 1964"] and row["kind"] == "correction"
    assert assistant.index.document_text(row["document"])[row["start"] :].startswith("built in 1964")
    with pytest.raises(ValueError, match="No indexed document contains"):
        corrections.add(wrong, "built in 1999", assistant.index)
    corrections.add(wrong, None, assistant.index)
    assert [(one["answers"], one["document"], one["kind"]) for one in corrections.rows()] == [
        ([], None, "unanswerable")
    ]


def test_a_correction_keeps_the_completed_question_and_the_nearest_place(tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text(
        "It opened in 1962. " + "Filling. " * 40 + "The dam was built then, in 1962, not 1964."
    )
    assistant = FakeAssistant(FakeIndex([tmp_path / "two.txt"]), {"And then?": "1964"})
    answer = replace(assistant.ask("And then?"), understood="When was the dam built?")
    row = Corrections(tmp_path / "corrections.jsonl").add(done(answer), "1962", assistant.index)
    assert row["question"] == "When was the dam built?"
    assert row["start"] == assistant.index.document_text(row["document"]).rindex("1962")


def test_a_page_is_shown_with_boxes_where_the_words_stand(assistant: FakeAssistant) -> None:
    one = assistant.ask("When was the dam built?").citations[0]
    whole = assistant.index.document_text(one.document)
    boxes = [Box(one.start, one.end, 2, 1000, 2500, 2000, 2600), Box(one.end, len(whole), 3, 0, 0, 10, 10)]
    source = Source(whole, one.sha256, "same", None, Structure.of([], boxes=boxes), 3)
    shown = cited(replace(one, page=2), source, STEPS)
    assert f'src="/pincite/page/{key_of(one.document)}/2"' in shown
    assert 'style="left:10.00%;top:25.00%;width:10.00%;height:1.00%" class="pc-box pc-box-quote"' in shown
    assert shown.count("pc-box-quote") == 1 and "Page 2 of 3" in words_of(shown)
    assert 'name="open:t1:0:0:0:page:3"' in shown and 'name="open:t1:0:0:0:page:1"' in shown
    assert "pc-box-quote" not in cited(one, source, STEPS, Look(page=3))
    assert "<img" not in cited(one, source, STEPS, Look(plainly=True))
    assert "<img" not in cited(one, replace(source, state="changed"), STEPS)


def test_a_long_text_is_shown_in_parts_that_hold_all_of_it(assistant: FakeAssistant) -> None:
    words = "".join(f"<{number:05}> is said here. " for number in range(20_000))
    start, length = words.index("<09999>"), len("<09999>")
    passage = CitedPassage(start, start + 20, words[start : start + 20])
    one = replace(
        assistant.ask("When was the dam built?").citations[0],
        start=start,
        end=start + length,
        quote="<09999>",
        passage=passage,
    )
    paragraphs = [Block(at, at + 2200) for at in range(0, len(words), 2200)]
    for structure in (None, Structure.of([Block(0, len(words))]), Structure.of(paragraphs)):
        source = Source(words, one.sha256, "same", None, structure)
        shown = cited(one, source, STEPS)
        assert "&lt;09999&gt;</mark>" in shown and len(shown) < 2 * PART
        count = int(re.search(r"Part \d+ of (\d+)", shown)[1])
        parts = [cited(one, source, STEPS, Look(page=number)) for number in range(1, count + 1)]
        assert sum("<mark" in part for part in parts) == 1
        assert {*re.findall(r"&lt;(\d+)&gt;", "".join(parts))} == {f"{number:05}" for number in range(20_000)}
    assert 'name="open:t1:0:0:0:text:page:2"' in cited(one, source, STEPS, Look(plainly=True, page=1))


def test_a_sentence_without_end_is_cut_around_what_is_marked(assistant: FakeAssistant) -> None:
    words = "x " * 5000 + "1962" + " y" * 5000
    passage = CitedPassage(0, len(words), words)
    whole = replace(
        assistant.ask("When was the dam built?").citations[0], start=0, end=len(words), quote=words, passage=passage
    )
    quote = replace(whole, start=10_000, end=10_004, quote="1962")
    for shown in (_near(Place("t1"), 0, whole, quote), _near(Place("t1"), 0, whole), sentence(quote)):
        assert len(words_of(shown)) < 800 and "…" in shown
    assert "<mark>1962</mark>" in _near(Place("t1"), 0, whole, quote)
