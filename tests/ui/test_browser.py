"""Asking in a real browser: every test also asserts that nothing went wrong in it and nothing left this machine."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched, look, open_chromium, view, watch
from page_fakes import FakeAssistant, FakeIndex, FakePassages

from ui.html.unmarked import unmarked

pytestmark = pytest.mark.browser
chromium = pytest.fixture(scope="module")(open_chromium)

WHEN = "When was the dam built?"
TRAP = "What is the trap?"
SLOW = "What is slow?"
LONG = "What takes long to read?"
DIFFERS = "When was the lake opened?"
WHOLE = "Why was the dam built?"

DAM = (
    "# The dam\n\n"
    + "A line of filling.\n\n" * 60
    + "The dam was built in 1962 by the Works.\n\n"
    + "More filling.\n\n" * 60
)
HOSTILE = (
    "# <img src=x onerror=window.ran=1>${window.ran=2}{{constructor.constructor('window.ran=3')()}}\n\n"
    "The trap <script>window.ran=4</script><img src=https://evil.example/a.png onerror=window.ran=5> is "
    "${window.ran=6} {{window.ran}} [link](javascript:window.ran=7) ![i](https://evil.example/b.png) "
    "<svg onload=window.ran=8> $$\\href{https://evil.example}{x}$$ <style>*{background:url(https://evil.example/c)}</style>.\n"
)
TRICK = "<img src=x onerror=window.ran=9>${window.ran=10}.md"
TRAPPED = HOSTILE[HOSTILE.index("<img src=https") : HOSTILE.index(" ![i]")]


@dataclass
class Site:
    address: str
    assistant: FakeAssistant
    gate: threading.Event


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from ui.app.page import build_app, launch
    from ui.jobs.queue import StoppableReader
    from ui.server.serving import free_port

    folder = tmp_path_factory.mktemp("articles")
    (folder / "dam.md").write_text(DAM)
    (folder / "lake.txt").write_text(
        "# The lake\n\nIt is said that in 1962 the lake was dry.\n\nOthers say 1964. Lake Mira was opened in 1958.\n"
    )
    (folder / TRICK).write_text(HOSTILE)
    gate = threading.Event()
    index = FakeIndex([folder / "dam.md", folder / "lake.txt", folder / TRICK])
    assistant = FakeAssistant(
        index,
        {WHEN: "1962", TRAP: TRAPPED, SLOW: "1964", DIFFERS: "1958", WHOLE: "The dam was built in 1962 by the Works."},
        others=("1964", TRAPPED),
        conflicts=frozenset({DIFFERS}),
        kinds={WHOLE: "passage"},
        slow={SLOW: gate},
        passages={LONG: 200},
        reader=StoppableReader(FakePassages()),
    )
    page = build_app(assistant, folder=tmp_path_factory.mktemp("home"))
    yield Site(launch(page, port=free_port("127.0.0.1", 0)), assistant, gate)
    gate.set()
    page.close(verbose=False)


@pytest.fixture
def opened(chromium: Any, site: Site) -> Iterator[Watched]:
    watched = watch(chromium, site.address)
    yield watched
    watched.close()


def test_an_answer_comes_with_its_sentence_and_its_document_at_the_very_words(opened: Watched) -> None:
    page = opened.page
    opened.ask(WHEN)
    assert page.locator(".pc-answer").inner_text() == "1962"
    assert page.locator(".pc-card blockquote").inner_text() == "The dam was built in 1962 by the Works."
    assert page.locator(".pc-card blockquote mark").inner_text() == "1962"
    assert page.locator(".pc-badge").first.get_attribute("title") == "Probability that this is right: 0.93"
    mark, box = page.locator("#pc-mark"), page.locator("#panel .pc-text")
    assert mark.inner_text() == "1962"
    inside = mark.bounding_box(), box.bounding_box()
    assert inside[1]["y"] < inside[0]["y"] < inside[1]["y"] + inside[1]["height"]
    assert page.get_by_label("Your question").input_value() == ""


def test_citations_are_stepped_through_by_button_and_key(opened: Watched) -> None:
    page, eyebrow = opened.page, opened.page.locator("#panel .pc-eyebrow")
    opened.ask(WHEN)
    assert eyebrow.inner_text() == "Source 1 of 2"
    first = page.locator("#panel h2").inner_text()
    page.get_by_role("button", name="Next source").click()
    page.get_by_text("Source 2 of 2").wait_for()
    assert page.locator("#panel h2").inner_text() != first
    page.locator("#panel .pc-text").focus()
    page.keyboard.press("p")
    page.get_by_text("Source 1 of 2").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("n")
    assert page.get_by_label("Your question").input_value() == "n"
    page.get_by_text("Other readings").click()
    page.locator(".pc-others .pc-source").first.click()
    page.locator("#pc-mark").filter(has_text="1964").wait_for()


def test_where_there_is_no_short_answer_the_nearest_sentences_look_different(opened: Watched) -> None:
    opened.ask("Who painted the picture?")
    page = opened.page
    assert page.locator(".pc-none").inner_text() == "No short answer found"
    assert page.get_by_text("may not answer the question").is_visible()
    assert page.locator(".pc-answer, .pc-card mark").count() == 0


def test_hostile_articles_stay_text_everywhere(opened: Watched) -> None:
    page = opened.page
    opened.ask(TRAP)
    assert page.locator(".pc-answer").inner_text() == unmarked(TRAPPED, TRICK)
    assert page.locator("#pc-mark").inner_text() == TRAPPED
    assert "<script>window.ran=4</script>" in page.locator("#panel .pc-text").inner_text()
    hostile = (
        "<img src=x onerror=window.ran=11>${window.ran=12}{{7*7}}[a](javascript:1)![b](https://evil.example/q.png)"
    )
    opened.ask(hostile)
    assert page.locator(".pc-turn:last-of-type .pc-question").inner_text() == hostile
    assert page.locator("#chats [aria-current]").count() == 1
    page.locator("#chats [aria-current]").click()
    assert (
        page.locator(".pc-turn :is(img, script, svg, a), #chats img, #panel :is(img, script, svg, iframe)").count() == 0
    )
    view(page, "Articles")
    page.locator("#articles .pc-open").filter(has_text="onerror").click()
    page.locator("#panel .pc-text").filter(has_text="{{window.ran}}").wait_for()
    assert "<img src=x onerror=window.ran=9>" in page.locator("#articles").text_content()
    page.wait_for_timeout(200)


def test_a_question_that_waits_can_be_stopped_and_asked_again(opened: Watched, site: Site) -> None:
    page = opened.page
    page.get_by_label("Your question").fill(SLOW)
    page.get_by_label("Your question").press("Enter")
    page.locator(".pc-reading").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Stopping").wait_for()
    page.wait_for_timeout(300)
    site.gate.set()
    page.locator(".pc-stopped").wait_for()
    page.get_by_label("More").last.click()
    page.get_by_role("button", name="Ask again").click()
    page.locator(".pc-turn:last-of-type .pc-found").wait_for()
    assert page.locator(".pc-turn").count() == 1


def test_what_is_stopped_is_read_no_further(opened: Watched, site: Site) -> None:
    page, reader = opened.page, site.assistant.reader.reader
    page.get_by_label("Your question").fill(LONG)
    page.get_by_label("Your question").press("Enter")
    page.locator(".pc-reading").wait_for()
    while not reader.read_so_far:
        page.wait_for_timeout(10)
    page.get_by_role("button", name="Stop").click()
    page.locator(".pc-stopped").wait_for()
    read = reader.read_so_far
    page.wait_for_timeout(500)
    assert reader.read_so_far == read < 200
    assert page.locator("#ask").is_visible()
    opened.go(page.url)
    page.locator(".pc-stopped").wait_for()
    opened.ask(WHEN)
    assert page.locator(".pc-turn").count() == 2


def test_a_question_is_edited_in_its_place_and_so_is_what_was_understood(opened: Watched) -> None:
    page, box = opened.page, opened.page.get_by_label("Your question")
    opened.ask(WHEN)
    opened.ask("And the lake?")
    read = page.locator(".pc-read").inner_text()
    assert "lake" in read and read != "And the lake?"
    box.press("ArrowUp")
    assert box.input_value() == "And the lake?"
    box.fill("When was the lake dry?")
    box.press("Enter")
    page.locator(".pc-turn").filter(has_text="When was the lake dry?").locator(".pc-missing").wait_for()
    assert page.locator(".pc-question").all_inner_texts() == [WHEN, "When was the lake dry?"]
    opened.ask("And the lake?")
    page.get_by_role("button", name="Ask as I wrote it").last.click()
    page.locator(".pc-turn:last-of-type .pc-read").wait_for(state="detached")
    assert page.locator(".pc-turn").count() == 3


@pytest.mark.parametrize(
    ("form", "copied"),
    [
        ("Copy", "“The dam was built in 1962 by the Works.” - The dam"),
        ("Copy as Markdown", f"**{WHEN}**\n\n> The dam was built in **1962** by the Works.\n\n1. The dam\n"),
        ("Copy as BibTeX", "@misc{dam-1232,\n  title = {The dam},\n  howpublished = {dam.md, characters 1232-1236},"),
    ],
    ids=["plain", "markdown", "bibtex"],
)
def test_an_answer_is_copied_with_its_source(opened: Watched, form: str, copied: str) -> None:
    page = opened.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.ask(WHEN)
    if form != "Copy":
        page.locator("#turns").get_by_label("More").click()
    page.get_by_role("button", name=form, exact=True).click()
    page.locator(".pc-toast").filter(has_text="Copied").wait_for()
    words = page.evaluate("() => navigator.clipboard.readText()")
    assert words.startswith(copied)
    link = f"{page.url}#{page.locator('.pc-turn').get_attribute('id')}"
    assert words.endswith(link) == (form == "Copy as Markdown")


def test_a_link_opens_the_very_answer_and_a_question_in_the_address_is_asked_once(opened: Watched, site: Site) -> None:
    page = opened.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.ask(WHEN)
    opened.ask("And the lake?")
    page.locator("#turns").get_by_label("More").last.click()
    page.get_by_role("button", name="Copy link").last.click()
    page.locator(".pc-toast").wait_for()
    link = page.evaluate("() => navigator.clipboard.readText()")
    page.get_by_role("button", name="New conversation").click()
    page.locator(".pc-start").wait_for()
    opened.go(link)
    page.locator(".pc-turn").nth(1).wait_for()
    assert page.locator(".pc-question").all_inner_texts() == [WHEN, "And the lake?"]
    opened.go(f"{site.address}?q=When%20was%20the%20dam%20built%3F")
    page.locator(".pc-answer").wait_for()
    assert "?q=" not in page.url
    opened.go(page.url)
    page.locator(".pc-answer").wait_for()
    assert page.locator(".pc-question").all_inner_texts() == [WHEN]


def test_articles_that_disagree_say_so(opened: Watched) -> None:
    opened.ask(DIFFERS)
    assert opened.page.locator(".pc-conflict strong").inner_text() == "The articles disagree."
    assert {"1958", "1964"} <= {words.strip('“”"') for words in opened.page.locator(".pc-conflict q").all_inner_texts()}
    opened.page.locator(".pc-conflict li").filter(has_text="1964").get_by_role("button").click()
    opened.page.locator("#pc-mark").filter(has_text="1964").wait_for()


def test_a_wrong_answer_is_corrected(opened: Watched) -> None:
    page = opened.page
    opened.ask(WHEN)
    page.get_by_role("button", name="Say that this is wrong").click()
    assert page.get_by_label("The right words").evaluate("(field) => field === document.activeElement")
    page.get_by_label("The right words").fill("no such words")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".pc-toast.pc-trouble").filter(has_text="No indexed document contains these words.").wait_for()
    page.get_by_label("The right words").fill("1964")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".pc-toast").filter(has_text="Saved for").wait_for()
    assert page.get_by_label("The right words").count() == 0
    view(page, "Evaluation")
    page.get_by_text("Corrections (1)").wait_for()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("Corrections (0)").wait_for()


def test_conversations_are_listed_found_renamed_deleted_and_brought_back(opened: Watched, site: Site) -> None:
    page, rows = opened.page, opened.page.locator("#chats li")
    page.get_by_role("button", name="New conversation").click()
    for _ in range(7):
        page.get_by_role("button", name="New conversation").click()
    opened.ask("What is the lake?")
    page.get_by_role("button", name="New conversation").click()
    opened.ask("What is the hill?")
    before = rows.count()
    page.get_by_label("Search conversations").fill("hill")
    page.wait_for_function("() => document.querySelectorAll('#chats li').length === 1")
    page.locator("#chats").get_by_label("More").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("New name").press("Escape")
    page.get_by_label("New name").wait_for(state="detached")
    page.locator("#chats").get_by_label("More").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("New name").press("Enter")  # the same name again
    page.get_by_label("New name").wait_for(state="detached")
    page.locator("#chats").get_by_label("More").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("New name").fill("Hills <b>")
    page.keyboard.press("Enter")
    rows.filter(has_text="Hills <b>").wait_for()
    page.locator("#chats").get_by_label("More").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("Deleted 1 conversation.").wait_for()
    page.locator(".pc-start").wait_for()
    page.get_by_role("button", name="Undo").click()
    rows.filter(has_text="Hills <b>").click()
    page.locator(".pc-question").filter(has_text="What is the hill?").wait_for()
    page.get_by_label("Search conversations").fill("")
    page.wait_for_function("(many) => document.querySelectorAll('#chats li').length === many", arg=before)
    address = page.url
    page.get_by_role("button", name="New conversation").click()
    page.locator(".pc-start").wait_for()
    page.go_back()
    page.locator(".pc-question").filter(has_text="What is the hill?").wait_for()
    assert page.url == address


def test_a_question_asked_before_the_new_conversation_has_come_begins_it(opened: Watched) -> None:
    page, held = opened.page, []
    opened.ask(WHEN)

    def late(route: Any) -> None:
        if "chat:" in (route.request.post_data or ""):
            held.append(route)
            page.wait_for_timeout(1000)
        route.continue_()

    page.route("**/component_server/**", late)
    page.get_by_role("button", name="New conversation").click()
    opened.ask("What is the hill?")
    page.wait_for_timeout(1500)
    assert page.locator(".pc-question").all_inner_texts() == ["What is the hill?"]
    assert page.locator("#chats [aria-current]").inner_text() == "What is the hill?"
    assert held
    page.unroute("**/component_server/**")


def test_two_pages_of_one_conversation_lose_nothing(chromium: Any, opened: Watched, site: Site) -> None:
    opened.ask(WHEN)
    other = watch(chromium, opened.page.url)
    other.address = site.address
    other.ask("What is the lake?")
    opened.ask("What is the hill?")
    opened.go(opened.page.url)
    opened.page.locator(".pc-turn").nth(2).wait_for()
    assert opened.page.locator(".pc-question").all_inner_texts() == [WHEN, "What is the lake?", "What is the hill?"]
    other.page.context.close()


def test_the_conversation_survives_a_refresh_and_is_saved_as_a_file(opened: Watched) -> None:
    page = opened.page
    opened.ask(WHEN)
    opened.go(page.url)
    page.locator(".pc-turn .pc-answer").wait_for()
    page.locator("#chats li").filter(has=page.locator("[aria-current]")).get_by_label("More").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as Markdown").and_(page.locator("a:visible")).click()
    assert (
        Path(saved.value.path()).read_text().startswith(f"## {WHEN}\n\n> The dam was built in **1962** by the Works.")
    )


def test_the_original_opens_as_plain_text(opened: Watched) -> None:
    opened.ask(WHEN)
    with opened.page.context.expect_page() as other:
        opened.page.get_by_role("link", name="Open the original").click()
    other.value.wait_for_load_state()
    assert "1962" in other.value.inner_text("body")


def test_keys_are_named_and_escape_closes_what_is_open(opened: Watched) -> None:
    page = opened.page
    opened.ask(WHEN)
    page.locator("#panel .pc-text").focus()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    page.locator("#turns").get_by_label("More").click()
    page.keyboard.press("Escape")
    assert page.locator(":popover-open").count() == 0
    page.keyboard.press("Escape")
    page.locator("#panel").wait_for(state="hidden")


def test_articles_are_searched(opened: Watched) -> None:
    page = opened.page
    view(page, "Articles")
    page.locator("#articles tbody tr").nth(2).wait_for()
    page.get_by_label("Search the articles").fill("lake")
    page.wait_for_function("() => document.querySelectorAll('#articles tbody tr').length === 1")
    page.locator("#articles").get_by_role("button", name="The lake").click()
    page.locator("#panel .pc-text").filter(has_text="in 1962 the lake was dry").wait_for()


def test_a_question_is_asked_within_some_of_the_articles(opened: Watched) -> None:
    page = opened.page
    page.get_by_role("button", name="Ask only some articles").click()
    page.get_by_label("From").and_(page.locator(":focus")).press("Escape")
    page.get_by_role("button", name="Ask only some articles").click()
    page.get_by_label("From").and_(page.locator(":focus")).fill("soon")
    page.keyboard.press("Enter")
    page.locator(".pc-toast.pc-trouble").filter(has_text="“soon” is not a date").wait_for()
    page.get_by_label("From").fill("")
    page.get_by_label("Type").select_option("txt")
    page.get_by_role("button", name="Ask only these").click()
    page.get_by_text("Only in txt files").wait_for()
    assert page.locator(".pc-toast").count() == 0
    opened.ask(WHEN)
    assert page.locator(".pc-within").inner_text() == "Only in txt files"
    assert page.locator("#panel h2").inner_text() == "The lake"
    page.get_by_role("button", name="Ask all articles").click()
    view(page, "Articles")
    assert page.get_by_role("button", name="Update").count() == 0  # a page that cannot change its articles
    page.locator("#articles").get_by_label("Select The dam").check()
    assert page.get_by_role("button", name="Remove selected").count() == 0
    page.get_by_role("button", name="Ask only these").click()
    page.get_by_text("Only in dam.md").wait_for()
    opened.ask(DIFFERS)
    assert page.locator(".pc-turn:last-of-type .pc-none").is_visible()


def test_on_a_phone_the_question_stays_in_sight_and_a_source_opens_over_it(chromium: Any, site: Site) -> None:
    watched = watch(chromium, site.address, viewport={"width": 390, "height": 844}, has_touch=True)
    page = watched.page
    for question in (WHEN, "What is the lake?", WHEN):
        watched.ask(question)
    box = page.get_by_label("Your question").bounding_box()
    assert 600 < box["y"] < 844
    page.locator(".pc-turn:last-of-type .pc-source").first.click()
    page.wait_for_function("() => document.querySelector('#panel').getBoundingClientRect().x === 0")
    page.go_back()
    page.locator("#panel").wait_for(state="hidden")
    assert page.locator(".pc-turn").count() == 3
    watched.close()


def test_a_conversation_is_printed_as_a_whole_and_alone(chromium: Any, site: Site) -> None:
    watched = watch(chromium, site.address, color_scheme="dark")
    for question in (WHEN, DIFFERS, WHOLE, WHEN):
        watched.ask(question)
    watched.page.emulate_media(media="print")
    assert watched.page.locator("#turns").evaluate("(one) => one.clientHeight === one.scrollHeight")
    for other in (".pc-bar", "#side", "#panel", "#composer", "#toasts", ".pc-tools >> nth=0"):
        assert not watched.page.locator(other).is_visible()
    assert (
        watched.page.locator(".pc-question").first.evaluate("(one) => getComputedStyle(one).color") == "rgb(27, 34, 38)"
    )
    watched.close()


@pytest.mark.parametrize("width", [320, 390, 820, 3840])
def test_nothing_overflows_at_any_width(chromium: Any, site: Site, width: int) -> None:
    watched = watch(chromium, site.address, viewport={"width": width, "height": 844})
    watched.ask(TRAP)
    for tab in ("Ask", "Articles", "Evaluation"):
        view(watched.page, tab)
        assert watched.page.evaluate("() => document.documentElement.scrollWidth") <= width
    watched.close()


def test_the_page_keeps_its_own_looks(opened: Watched) -> None:
    opened.ask(WHEN)
    assert "svg" in opened.page.locator("head link[rel=icon]").get_attribute("href")
    assert opened.page.locator(".pc-question").evaluate("(one) => getComputedStyle(one).fontWeight") == "600"
    assert opened.page.locator(".pc-card .pc-confidence").evaluate("(one) => getComputedStyle(one).marginTop") == "10px"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(chromium: Any, site: Site, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    watched = watch(chromium, site.address, color_scheme=scheme, viewport={"width": width, "height": 844})
    for question in (WHEN, DIFFERS, WHOLE, "Who painted the picture?"):
        watched.ask(question)
    found = []
    for tab in ("Ask", "Articles", "Evaluation"):
        view(watched.page, tab)
        watched.page.wait_for_timeout(300)
        for violation in Axe().run(watched.page).response["violations"]:
            nodes = [re.sub(r"\s+", " ", node["html"])[:160] for node in violation["nodes"]]
            found.append((tab, violation["id"], nodes[:4]))
    assert found == []
    assert watched.page.locator("h1").count() == 1
    watched.close()


def test_a_page_with_a_password_opens_to_who_knows_it(chromium: Any, tmp_path: Path) -> None:
    from ui.app.page import build_app, launch
    from ui.server.serving import free_port
    from ui.state.source_files import link

    (tmp_path / "dam.md").write_text("# The dam\n\nThe dam was built in 1962.\n")
    assistant = FakeAssistant(FakeIndex([tmp_path / "dam.md"]), {WHEN: "1962"})
    page = build_app(assistant, folder=tmp_path / "home")
    address = launch(page, port=free_port("127.0.0.1", 0), auth=("ann", "right"))
    watched = look(chromium, address)
    original = address.rstrip("/") + link(assistant.index.documents[0].name)
    assert watched.page.request.get(original).status == 401
    watched.page.get_by_label("username").fill("ann")
    watched.page.get_by_label("password").fill("right")
    watched.page.get_by_role("button", name="Login").click()
    watched.ask(WHEN)
    assert watched.page.locator(".pc-answer").inner_text() == "1962"
    assert watched.page.request.get(original).status == 200
    watched.close()
    page.close(verbose=False)
