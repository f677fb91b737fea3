"""A conversation as safe HTML. Pure functions; the articles' words are styled apart from the page's own.

A button's ``name`` says what it does: ``verb:turn:candidate:citation``. Candidate 0 is the answer, 1 and up are the
alternatives. ``page.js`` sends the name to the page's single action, which checks every part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from index.sentences import sentence_at
from qa.answers import Alternative, Answer, Citation
from ui.html.citation_text import bibtex, markdown, plain
from ui.html.markup import EMPTY, Html, join, tag
from ui.state.conversations import Chat, ChatTurn
from ui.state.source_files import EXPORT_ROUTE

LONGEST_SENTENCE = 600  # characters around a quote; more pushes the sources off the screen
NEAR_PASSAGE = 260  # characters: enough to recognise a passage, short enough to list several


def conversation(turns: Sequence[ChatTurn], kept: str | None = None) -> Html:
    """All turns, oldest first; ``kept`` is the id of a stored conversation, which can be saved as a file."""
    return tag("div", *map(turn, turns), _saving(kept) if kept else EMPTY, class_="pc-turns")


def _saving(id: str) -> Html:
    """Download links for the conversation."""
    forms = (("Markdown", "md"), ("HTML", "html"), ("JSON", "json"))
    links = [
        tag("a", name, href=f"{EXPORT_ROUTE}/{id}.{form}", download="download", class_="pc-tool")
        for name, form in forms
    ]
    return tag("div", tag("span", "Save the conversation as", class_="pc-note"), *links, class_="pc-tools pc-saving")


def turn(one: ChatTurn) -> Html:
    """A question with its result below."""
    question = tag("h2", one.question, class_="pc-question", dir="auto")
    return tag("section", question, _outcome(one), class_="pc-turn", id=f"turn-{one.id}")


def _outcome(one: ChatTurn) -> Html:
    """The card below a question."""
    if one.answer is not None:
        return _card(one, one.answer)
    if one.state == "reading":
        dots = tag("span", class_="pc-dots")
        return tag("div", tag("p", "Reading the nearest passages", dots, class_="pc-note"), class_="pc-card pc-reading")
    note = "Stopped before all passages were read." if one.state == "stopped" else one.problem
    return tag("div", tag("p", note, class_="pc-note"), _tools(one), class_=f"pc-card pc-{one.state}")


def _card(one: ChatTurn, answer: Answer) -> Html:
    """An answer, the nearest sentences, or what Pincite says itself, by the kind of the answer."""
    if answer.text is not None:
        return _found(one, answer)
    return _said(one, answer) if answer.kind in ("notice", "overview") else _not_found(one, answer)


def _found(one: ChatTurn, answer: Answer) -> Html:
    """An answer: large, then the sentence that holds it, then its sources."""
    words = answer.text or ""
    size = "pc-answer" if len(words) <= 80 else "pc-answer pc-longer" if len(words) <= 240 else "pc-answer pc-longest"
    return tag(
        "div",
        _understood(one.id, answer),
        _items(answer) if answer.items else tag("p", words, class_=size, dir="auto"),
        _confidence(answer),
        _conflict(one.id, answer),
        _sentence(answer.citations[0]) if answer.citations else EMPTY,
        _sources(one.id, 0, answer.citations, "Sources"),
        _alternatives(one.id, answer.alternatives, "Other readings"),
        _tools(one),
        class_=f"pc-card pc-found pc-is-{answer.certainty}",
    )


def _items(answer: Answer) -> Html:
    """The items of a list, each in the articles' words."""
    return tag(
        "ul", *(tag("li", item.quote, dir="auto") for item in answer.items), class_="pc-answer pc-longer pc-items"
    )


def _not_found(one: ChatTurn, answer: Answer) -> Html:
    """No short answer: the sentences nearest to the question."""
    near = [_near(one.id, place, citation) for place, citation in enumerate(answer.citations)]
    nearest = "The sentences nearest to the question. They may not answer it:"
    return tag(
        "div",
        _understood(one.id, answer),
        tag("p", "No short answer found", class_="pc-none"),
        _notice(answer),
        join([note(nearest), tag("ol", *near, class_="pc-near")]) if near else EMPTY,
        _alternatives(one.id, answer.alternatives, "Guesses too weak to give"),
        _tools(one),
        class_="pc-card pc-missing",
    )


def _said(one: ChatTurn, answer: Answer) -> Html:
    """What Pincite says in its own words, with the documents and the sentences that it names."""
    named = [tag("li", document.title, dir="auto") for document in answer.documents]
    near = [_near(one.id, place, citation) for place, citation in enumerate(answer.citations)]
    return tag(
        "div",
        _understood(one.id, answer),
        _notice(answer),
        tag("ul", *named, class_="pc-near") if named else EMPTY,
        tag("ol", *near, class_="pc-near") if near else EMPTY,
        _tools(one),
        class_="pc-card pc-missing",
    )


def _notice(answer: Answer) -> Html:
    """Pincite's own words; nothing if it says none."""
    return note(answer.notice) if answer.notice else EMPTY


def _understood(turn_id: str, answer: Answer) -> Html:
    """The question as the conversation completed it, with buttons to edit it or to ask it literally."""
    if not answer.understood or answer.understood == answer.question:
        return EMPTY
    read = tag("q", answer.understood, class_="pc-read")
    reword = tag("button", "Edit this", type="button", name=f"reword:{turn_id}", class_="pc-tool")
    literal = tag("button", "Ask it as I wrote it", type="button", name=f"literal:{turn_id}", class_="pc-tool")
    return tag("p", "Read as ", read, " ", reword, literal, class_="pc-note", dir="auto")


def _confidence(answer: Answer) -> Html:
    """How sure the answer is, in a word with the number on hover, and why; whether it is a whole sentence."""
    number = f"Probability that this is right: {answer.confidence:.2f}"
    word = tag("span", answer.certainty.capitalize(), title=number, class_=f"pc-badge pc-{answer.certainty}")
    whole = answer.kind == "passage"
    kind = tag("span", "Passage", title="The answer is a whole sentence", class_="pc-kind") if whole else EMPTY
    return tag("p", word, " ", kind, " " if whole else "", answer.reason or "", class_="pc-confidence")


def _conflict(turn_id: str, answer: Answer) -> Html:
    """A warning that the articles disagree, with the other answer and a button that opens its source."""
    if not answer.agreement.conflict or not answer.alternatives:
        return EMPTY
    other = answer.alternatives[0]
    said = tag("q", other.answer, class_="pc-words")
    shape = {"type": "button", "class_": "pc-open", "name": f"open:{turn_id}:1:0", "dir": "auto"}
    where = join([" (", tag("button", other.citations[0].title, **shape), ")"]) if other.citations else EMPTY
    return tag("p", tag("strong", "The articles disagree."), " Another says ", said, where, ".", class_="pc-conflict")


def _sentence(citation: Citation) -> Html:
    """The sentence that holds a citation, with its quote marked; the bare passage if the two do not match."""
    words, start = citation.passage.text, citation.start - citation.passage.start
    end = start + len(citation.quote)
    if start < 0 or not citation.quote or words[start:end] != citation.quote:
        return tag("blockquote", _clipped(words, NEAR_PASSAGE), class_="pc-words", dir="auto")
    span = sentence_at(words, start, end)
    left, right = _room(words, span.start, start, -1), _room(words, span.end, end, 1)
    return tag(
        "blockquote",
        "… " if left > span.start else "",
        words[left:start],
        tag("mark", words[start:end]),
        words[end:right],
        " …" if right < span.end else "",
        class_="pc-words",
        dir="auto",
    )


def _room(words: str, edge: int, quote: int, side: int) -> int:
    """``edge``, or a nearer space between words if it is more than ``LONGEST_SENTENCE // 2`` from the quote."""
    if abs(edge - quote) <= LONGEST_SENTENCE // 2:
        return edge
    place = quote + side * LONGEST_SENTENCE // 2
    while place != quote and not words[place - 1 : place].isspace():
        place -= side
    return place


def _clipped(words: str, most: int) -> str:
    """At most ``most`` characters, cut between words."""
    if len(words) <= most:
        return words
    return words[:most].rsplit(None, 1)[0] + " …"


def _sources(turn_id: str, candidate: int, citations: Sequence[Citation], label: str) -> Html:
    """Numbered sources, each a button that opens the document at the passage."""
    rows = [tag("li", _source(turn_id, candidate, place, one)) for place, one in enumerate(citations)]
    return tag("ol", *rows, class_="pc-sources", title=label) if rows else EMPTY


def _source(turn_id: str, candidate: int, place: int, citation: Citation) -> Html:
    return tag(
        "button",
        tag("span", str(place + 1), class_="pc-number"),
        tag("span", citation.title, class_="pc-title", dir="auto"),
        tag("span", _where(citation), class_="pc-where", dir="auto"),
        type="button",
        class_="pc-source",
        name=f"open:{turn_id}:{candidate}:{place}",
    )


def _near(turn_id: str, place: int, citation: Citation) -> Html:
    """One of the nearest sentences, or the first words of its passage, with its source's button."""
    quoted = citation.quote or _clipped(citation.passage.text.strip(), NEAR_PASSAGE)
    words = tag("blockquote", quoted, class_="pc-words", dir="auto")
    return tag("li", _source(turn_id, 0, place, citation), words)


def _where(citation: Citation) -> str:
    name = Path(citation.document).name
    return f"page {citation.page}, {name}" if citation.page else name


def _alternatives(turn_id: str, alternatives: Sequence[Alternative], label: str) -> Html:
    """Other candidates, folded away."""
    if not alternatives:
        return EMPTY
    rows = [_alternative(turn_id, number, one) for number, one in enumerate(alternatives, 1)]
    summary = tag("summary", f"{label} ({len(rows)})")
    return tag("details", summary, tag("ul", *rows), class_="pc-others")


def _alternative(turn_id: str, number: int, one: Alternative) -> Html:
    """Another candidate with its first three sources; its probability on hover."""
    sources = [_source(turn_id, number, place, citation) for place, citation in enumerate(islice(one.citations, 3))]
    probability = f"Probability that this is right: {one.confidence:.2f}"
    answer = tag("span", one.answer, title=probability, class_="pc-words pc-other", dir="auto")
    return tag("li", answer, *sources)


def _tools(one: ChatTurn) -> Html:
    """Buttons of a turn: copy the answer or a link, ask again, edit, mark as right or wrong."""
    tools = [
        tag("button", label, type="button", name=f"{verb}:{one.id}", class_="pc-tool")
        for verb, label in (("link", "Copy link"), ("again", "Ask again"), ("edit", "Edit"))
    ]
    if one.answer is None:
        return tag("div", *tools, class_="pc-tools")
    return tag("div", _copies(one.answer), *tools, _opinions(one), class_="pc-tools")


def _copies(answer: Answer) -> Html:
    """Buttons that copy the answer with its source; the text of each is in a hidden element beside it."""
    if not answer.text or not answer.citations:
        return EMPTY
    forms = (("Plain text", plain(answer)), ("Markdown", markdown(answer)), ("BibTeX", bibtex(answer)))
    button = {"type": "button", "name": "copy", "class_": "pc-tool"}
    copies = [
        join([tag("button", label, **button), tag("span", value, hidden="hidden", class_="pc-copied")])
        for label, value in forms
    ]
    return tag("details", tag("summary", "Copy with source"), tag("div", *copies), class_="pc-copy")


def _opinions(one: ChatTurn) -> Html:
    buttons = [
        tag(
            "button",
            mark,
            tag("span", f" Marked {word}" if one.opinion == word else f" {word.capitalize()}"),
            type="button",
            name=f"{word}:{one.id}",
            title=f"Say that this is {word}",
            class_="pc-tool pc-chosen" if one.opinion == word else "pc-tool",
        )
        for word, mark in (("right", "✓"), ("wrong", "✗"))
    ]
    return tag("span", *buttons, class_="pc-opinions")


def nothing_asked(questions: Sequence[str], earlier: Sequence[Chat] = ()) -> Html:
    """The page before the first question: what it does, suggested questions, earlier conversations."""
    promise = "Every answer is quoted word for word from your own articles, with the place where it stands."
    rest = "Ask who, what, when, where or how many. If the articles do not answer a question, the page says so."
    buttons = [
        tag("button", one, type="button", name="suggest", class_="pc-suggestion", dir="auto") for one in questions
    ]
    tries = [tag("li", button) for button in buttons]
    offered = join([tag("h2", "To begin with"), tag("ul", *tries, class_="pc-suggestions")]) if tries else EMPTY
    lead, way = tag("p", promise, class_="pc-lead"), tag("p", rest, class_="pc-note")
    return tag("div", lead, way, offered, _earlier(earlier), class_="pc-start")


def _earlier(conversations: Sequence[Chat]) -> Html:
    """Earlier conversations, each a button that continues it."""
    shape = {"type": "button", "class_": "pc-suggestion", "dir": "auto"}
    rows = [tag("li", tag("button", one.title, name=f"resume:{one.id}", **shape)) for one in conversations]
    return join([tag("h2", "Earlier"), tag("ul", *rows, class_="pc-suggestions")]) if rows else EMPTY


def note(words: str) -> Html:
    """A remark by the page."""
    return tag("p", words, class_="pc-note")


def headline(documents: int | None, passages: int, problem: str = "", *, warnings: Sequence[str] = ()) -> Html:
    """The page's name and the size of the index with its warnings, or the reason why there is none yet."""
    if problem:
        state = tag("span", problem, class_="pc-status pc-failed")
    elif documents is None:
        state = tag("span", "Loading the models", tag("span", class_="pc-dots"), class_="pc-status")
    elif documents == 0:
        state = tag("span", "Nothing is indexed yet. Add articles first.", class_="pc-status pc-failed")
    else:
        size = f"{counted(documents, 'document')}, {counted(passages, 'passage')}"
        state = tag("span", size, class_="pc-status")
    tagline = tag("p", "Answers in your articles’ own words", class_="pc-tagline")
    said = [tag("span", warning, class_="pc-status pc-failed") for warning in warnings]
    return tag("div", tag("h1", "Pincite"), tagline, state, *said, class_="pc-headline")


def counted(number: int, name: str) -> str:
    """A number with its noun: 1 document, 2,000 documents."""
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"
