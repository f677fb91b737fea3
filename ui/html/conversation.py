"""A conversation as safe HTML. Pure functions; the articles' words are styled apart from the page's own.

A button's ``name`` says what it does: ``verb:turn:part:candidate:citation``. Part 0 is the whole answer, 1 and up its
parts; candidate 0 is the answer, 1 and up the alternatives. ``page.js`` sends the name to the page's single action,
which checks every part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.sentences import sentence_at
from qa.answers import Alternative, Answer, Citation
from ui.html.citation_text import bibtex, markdown, plain
from ui.html.markup import EMPTY, Html, button, join, tag
from ui.html.narrowing import in_words
from ui.html.unmarked import unmarked, unmarked_around
from ui.state.conversations import Chat, ChatTurn
from ui.state.source_files import key_of

LONGEST_SENTENCE = 600  # characters around a quote; more pushes the sources off the screen
NEAR_PASSAGE = 260  # characters: enough to recognise a passage, short enough to list several
SOURCES_SHOWN = 3  # the others of an answer are folded away
DOCUMENTS_SHOWN = 12

NEAREST = "These sentences come nearest. They may not answer the question:"
WORDS = {"sure": "Sure", "likely": "Likely", "unsure": "Check"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands in a conversation: the turn, and the part (0: the whole)."""

    turn: str
    part: int = 0

    def opens(self, candidate: int, citation: int) -> str:
        """The name of the button that opens a citation."""
        return f"open:{self.turn}:{self.part}:{candidate}:{citation}"


def conversation(chat: Chat) -> Html:
    """All turns, oldest first, and a word about what of the file could not be read."""
    said = f"{counted(chat.unread, 'line')} of this conversation's file could not be read. The rest is below."
    return join([note(said) if chat.unread else EMPTY, *map(turn, chat.turns)])


def turn(one: ChatTurn) -> Html:
    """A question with its result below."""
    within = tag("p", in_words(one.within), class_="pc-note pc-within", dir="auto") if one.within else EMPTY
    question = tag("h2", one.question, class_="pc-question", dir="auto")
    return tag("section", question, within, _outcome(one), class_="pc-turn", id=f"turn-{one.id}")


def _outcome(one: ChatTurn) -> Html:
    """The card below a question."""
    if one.answer is not None:
        shown = _answer(Place(one.id), one.answer)
        return tag("div", _understood(one.id, one.answer), shown, _tools(one), class_=f"pc-card {_look(one.answer)}")
    if one.state == "reading":
        dots = tag("span", class_="pc-dots")
        said = tag("p", "Reading the nearest passages", dots, class_="pc-note")
        return tag("div", said, class_="pc-card pc-reading")
    why = "Stopped before all passages were read." if one.state == "stopped" else one.problem
    return tag("div", tag("p", why, class_="pc-note"), _tools(one), class_=f"pc-card pc-{one.state}")


def _look(answer: Answer) -> str:
    """The style of a card: the articles' words, Pincite's own, or neither."""
    if answer.text is not None or answer.parts:
        return "pc-found"
    return "pc-own" if answer.kind in ("notice", "overview") else "pc-missing"


def _answer(place: Place, answer: Answer) -> Html:
    """An answer by its kind: words of the articles, parts, what Pincite says itself, or the nearest sentences."""
    if answer.parts:
        return join([_notice(answer), *(_part(place.turn, number, one) for number, one in enumerate(answer.parts, 1))])
    if answer.text is not None:
        return (_overview if answer.kind == "overview" and answer.citations else _found)(place, answer)
    return _said(place, answer) if answer.kind in ("notice", "overview") else _not_found(place, answer)


def _part(turn_id: str, number: int, answer: Answer) -> Html:
    """The answer to one part of a message, below that part."""
    asked = tag("h3", answer.question, class_="pc-part-question", dir="auto")
    return tag("div", asked, _answer(Place(turn_id, number), answer), class_="pc-part")


def _found(place: Place, answer: Answer) -> Html:
    """An answer: large, then the sentence that holds it, then its sources."""
    first = answer.citations[0] if answer.citations else None
    return join(
        [
            _items(answer) if answer.items else _words(answer),
            _confidence(answer),
            _conflict(place, answer),
            sentence(first) if first is not None and not _is_sentence(first) else EMPTY,
            _notice(answer),
            _sources(place, 0, answer.citations),
            _alternatives(place, answer.alternatives, "Other readings"),
        ]
    )


def _overview(place: Place, answer: Answer) -> Html:
    """What a document is about: how it opens, its headings, and its central sentences, each with the place that it opens."""
    first, *rest = answer.citations
    headings = " · ".join(unmarked(one.quote, one.document) for one in answer.items)
    near = [_near(place, number, one) for number, one in enumerate(rest, 1)]
    return join(
        [
            _notice(answer),
            _words(answer),
            tag("ol", tag("li", _source(place, 0, 0, first)), class_="pc-sources"),
            tag("p", headings, class_="pc-note pc-words", dir="auto") if headings else EMPTY,
            tag("ol", *near, class_="pc-near") if near else EMPTY,
        ]
    )


def _words(answer: Answer) -> Html:
    words = unmarked(answer.text or "", answer.citations[0].document if answer.citations else "")
    size = "" if len(words) <= 80 else " pc-longer" if len(words) <= 240 else " pc-longest"
    return tag("p", words, class_=f"pc-answer{size}", dir="auto")


def _items(answer: Answer) -> Html:
    """The items of a list, each in the articles' words."""
    items = (tag("li", unmarked(item.quote, item.document), dir="auto") for item in answer.items)
    return tag("ul", *items, class_="pc-answer pc-longer pc-items")


def _not_found(place: Place, answer: Answer) -> Html:
    """No short answer: the sentences nearest to the question, or that there is nothing near."""
    near = [_near(place, number, one, answer.likeliest_in(one)) for number, one in enumerate(answer.citations)]
    listed = tag("ol", *near, class_="pc-near")
    if answer.nothing_near or not near:
        title, nearest = (
            "Nothing in your articles comes close to this",
            _folded("The nearest sentences", listed) if near else EMPTY,
        )
    else:
        title, nearest = "No short answer found", join([note(NEAREST), listed])
    return join(
        [
            tag("p", title, class_="pc-none"),
            _notice(answer),
            nearest,
            _alternatives(place, answer.alternatives, "Guesses too weak to give"),
        ]
    )


def _said(place: Place, answer: Answer) -> Html:
    """What Pincite says in its own words, with the documents and the sentences that it names."""
    rows = [_document(one.document, one.title, one.date) for one in answer.documents]
    shown, more = rows[:DOCUMENTS_SHOWN], rows[DOCUMENTS_SHOWN:]
    listed = tag("ul", *shown, class_="pc-listed") if shown else EMPTY
    rest = _folded(f"{len(more):,} more", tag("ul", *more, class_="pc-listed")) if more else EMPTY
    near = [_near(place, number, citation) for number, citation in enumerate(answer.citations)]
    quoted = tag("ol", *near, class_="pc-near") if near else EMPTY
    return join([tag("p", answer.notice or "", class_="pc-says", dir="auto"), listed, rest, quoted])


def _document(name: str, title: str, date: str | None) -> Html:
    """A document as a row that opens it."""
    when = tag("span", shown_date(date), class_="pc-where") if date else EMPTY
    title = tag("span", title, class_="pc-title", dir="auto")
    return tag("li", button(f"show:{key_of(name)}", title, when, class_="pc-source"))


def _notice(answer: Answer) -> Html:
    """Pincite's own words; nothing if it says none."""
    return tag("p", answer.notice, class_="pc-note", dir="auto") if answer.notice else EMPTY


def _understood(turn_id: str, answer: Answer) -> Html:
    """The question as the conversation completed it, with buttons to edit it or to ask it literally."""
    if not answer.understood or answer.understood == answer.question:
        return EMPTY
    read = tag("q", answer.understood, class_="pc-read")
    reword, literal = (
        button(f"edit:{turn_id}", "Edit", value=answer.understood),
        button(f"literal:{turn_id}", "Ask as I wrote it"),
    )
    tools = tag("span", reword, literal, class_="pc-tools")
    return tag("p", "Read as ", read, tools, class_="pc-note", dir="auto")


def _confidence(answer: Answer) -> Html:
    """How sure the answer is, in a word with the number on hover, and why."""
    number = f"Probability that this is right: {answer.confidence:.2f}"
    word = tag("span", WORDS[answer.certainty], title=number, class_=f"pc-badge pc-{answer.certainty}")
    why = answer.reason or ("read the sentence before you rely on it" if answer.certainty == "unsure" else "")
    return tag("p", word, " ", f"{why[:1].upper()}{why[1:]}", class_="pc-confidence")


def _conflict(place: Place, answer: Answer) -> Html:
    """The answers on which the articles disagree, each with its date and source, the later first."""
    if not answer.agreement.conflict or not answer.alternatives or not answer.citations:
        return EMPTY
    other = answer.alternatives[0]
    sides = [(answer.text or "", answer.citations[0], 0)]
    sides += [(other.answer, other.citations[0], 1)] if other.citations else []
    sides.sort(key=lambda side: side[1].date or "", reverse=True)
    rows = [
        tag(
            "li",
            tag("q", words, class_="pc-words", dir="auto"),
            " ",
            tag("span", shown_date(one.date) if one.date else "no date", class_="pc-where"),
            " ",
            button(place.opens(candidate, 0), one.title, class_="pc-open", dir="auto"),
        )
        for words, one, candidate in sides
    ]
    count = answer.agreement
    score = f" {counted(count.agreeing, 'article')} against {count.differing:,}." if count.agreeing > 1 else ""
    return tag("div", tag("p", tag("strong", "The articles disagree."), score), tag("ul", *rows), class_="pc-conflict")


def _is_sentence(citation: Citation) -> bool:
    """Whether the quote is already its whole sentence or more."""
    return len(sentence_of(citation)) <= len(citation.quote) + 2


def sentence_of(citation: Citation) -> str:
    """The sentence that holds a citation's quote; the quote if passage and quote do not match."""
    words, start = citation.passage.text, citation.start - citation.passage.start
    end = start + len(citation.quote)
    if start < 0 or not citation.quote or words[start:end] != citation.quote:
        return citation.quote
    span = sentence_at(words, start, end)
    return words[span.start : span.end].strip()


def sentence(citation: Citation) -> Html:
    """The sentence that holds a citation, with its quote marked; the bare passage if the two do not match."""
    words, start, name = citation.passage.text, citation.start - citation.passage.start, citation.document
    end = start + len(citation.quote)
    if start < 0 or not citation.quote or words[start:end] != citation.quote:
        return tag("blockquote", unmarked(_clipped(words, NEAR_PASSAGE), name), class_="pc-words", dir="auto")
    span = sentence_at(words, start, end)
    left, right = _room(words, span.start, start, -1), _room(words, span.end, end, 1)
    before, quote, after = unmarked_around(
        words[left:start], _clipped(words[start:end], LONGEST_SENTENCE), words[end:right], name
    )
    return tag(
        "blockquote",
        "… " if left > span.start else "",
        before,
        tag("mark", quote),
        after,
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


def _sources(place: Place, candidate: int, citations: Sequence[Citation]) -> Html:
    """Numbered sources, each a button that opens the document at the passage; the later ones folded away."""
    rows = [tag("li", _source(place, candidate, number, one)) for number, one in enumerate(citations)]
    if not rows:
        return EMPTY
    shown, more = rows[:SOURCES_SHOWN], rows[SOURCES_SHOWN:]
    rest = _folded(f"{counted(len(more), 'more source')}", tag("ol", *more, class_="pc-sources")) if more else EMPTY
    return join([tag("ol", *shown, class_="pc-sources"), rest])


def _source(place: Place, candidate: int, number: int, citation: Citation) -> Html:
    return button(
        place.opens(candidate, number),
        tag("span", str(number + 1), class_="pc-number"),
        tag("span", citation.title, class_="pc-title", dir="auto"),
        tag("span", where(citation), class_="pc-where", dir="auto"),
        class_="pc-source",
    )


def _near(place: Place, number: int, citation: Citation, inside: Citation | None = None) -> Html:
    """One of the nearest sentences with its likeliest words marked, or the first words of its passage, and its source."""
    words, name = citation.quote, citation.document
    if inside is None:
        whole = _clipped(words, LONGEST_SENTENCE) or _clipped(citation.passage.text.strip(), NEAR_PASSAGE)
        quoted = [unmarked(whole, name)]
    else:
        start, end = inside.start - citation.start, inside.end - citation.start
        left, right = _room(words, 0, start, -1), _room(words, len(words), end, 1)
        marked = _clipped(words[start:end], LONGEST_SENTENCE)
        before, marked, after = unmarked_around(words[left:start], marked, words[end:right], name)
        quoted = ["… " if left else "", before, tag("mark", marked), after, " …" if right < len(words) else ""]
    shown = tag("blockquote", *quoted, class_="pc-words", dir="auto")
    return tag("li", shown, _source(place, 0, number, citation))


def where(citation: Citation) -> str:
    """The date, the page, and whether it is outside the main text; the file's name if nothing else is known."""
    known = [
        shown_date(citation.date) if citation.date else "",
        f"page {citation.page}" if citation.page else "",
        "" if citation.main else "outside the main text",
    ]
    return " · ".join(filter(None, known)) or Path(citation.document).name


def _alternatives(place: Place, alternatives: Sequence[Alternative], label: str) -> Html:
    """Other candidates, folded away."""
    if not alternatives:
        return EMPTY
    rows = [_alternative(place, number, one) for number, one in enumerate(alternatives, 1)]
    return _folded(f"{label} ({len(rows)})", tag("ul", *rows))


def _alternative(place: Place, number: int, one: Alternative) -> Html:
    """Another candidate with its first source; its probability on hover."""
    sources = [_source(place, number, at, citation) for at, citation in enumerate(one.citations[:1])]
    probability = f"Probability that this is right: {one.confidence:.2f}"
    return tag("li", tag("span", one.answer, title=probability, class_="pc-words pc-other", dir="auto"), *sources)


def _folded(summary: str, inside: Html) -> Html:
    return tag("details", tag("summary", summary), inside, class_="pc-others")


def _tools(one: ChatTurn) -> Html:
    """Copy, the opinion, and a menu with the rest."""
    answer = one.answer
    copies = list(_copies(one)) if answer is not None and answer.text and answer.citations else []
    return tag(
        "div",
        join(copies[:1]),
        opinions(one) if answer is not None and answer.kind != "notice" else EMPTY,
        menu(
            one.id,
            *copies[1:],
            button(f"link:{one.id}", "Copy link", value=""),
            button(f"ask:{one.id}", "Ask again", value=one.question),
            button(f"edit:{one.id}", "Edit the question", value=one.question),
        ),
        class_="pc-tools",
    )


def menu(id: str, *inside: str) -> Html:
    """A small menu behind three dots; ``id`` is that of its turn or conversation."""
    opens = tag("button", "⋯", type="button", popovertarget=f"menu-{id}", class_="pc-tool pc-menu", aria_label="More")
    return join([opens, tag("div", *inside, id=f"menu-{id}", popover="auto", class_="pc-menu-list")])


def _copies(one: ChatTurn) -> Iterator[Html]:
    """Buttons that copy the answer with its source; Markdown ends with a link to the answer."""
    answer = one.answer
    if answer is None:
        return
    forms = (
        ("copy", "Copy", plain(answer, unmarked(sentence_of(answer.citations[0]), answer.citations[0].document))),
        ("link", "Copy as Markdown", f"{markdown(answer, sentence_of(answer.citations[0]))}\n\n"),
        ("copy", "Copy as BibTeX", bibtex(answer)),
    )
    for verb, label, value in forms:
        yield button(f"{verb}:{one.id}", label, value=value, title="Copy the sentence with its source")


def opinions(one: ChatTurn) -> Html:
    """Buttons that say that an answer is right or wrong."""
    buttons = [
        button(
            f"{word}:{one.id}",
            mark,
            aria_label=f"Say that this is {word}",
            title=f"Say that this is {word}",
            aria_pressed="true" if one.opinion == word else "false",
        )
        for word, mark in (("right", "✓"), ("wrong", "✗"))
    ]
    return tag("span", *buttons, class_="pc-opinions", id=f"opinions-{one.id}")


def correction(one: ChatTurn) -> Html:
    """The form that takes the right words for a turn."""
    field = tag("textarea", name="value", id="right-words", rows="2")
    label = tag("label", tag("span", f"The right words for “{one.question}”, copied from an article"), field)
    save = tag("button", "Save", type="submit", class_="pc-strong")
    rest = [button(f"absent:{one.id}", "The articles do not say"), button("close-form", "Cancel")]
    return tag("form", label, tag("div", save, *rest, class_="pc-tools"), name=f"correct:{one.id}", class_="pc-form")


def start(questions: Sequence[str], adding: Html) -> Html:
    """The page before the first question: what it does, questions to begin with, and a way to add articles."""
    promise = "Every answer is quoted word for word from your own articles, with its exact source."
    tries = [tag("li", button("ask", one, value=one, class_="pc-suggestion", dir="auto")) for one in questions]
    offered = join([tag("h2", "Try one of these"), tag("ul", *tries, class_="pc-suggestions")]) if tries else EMPTY
    return tag("div", tag("p", promise, class_="pc-lead"), offered, adding, class_="pc-start")


def note(words: str) -> Html:
    """A remark by the page."""
    return tag("p", words, class_="pc-note")


def counted(number: int, name: str) -> str:
    """A number with its noun: 1 document, 2,000 documents."""
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"


_MONTHS = "Jan Feb March April May June July Aug Sept Oct Nov Dec".split()


def shown_date(date: str | None) -> str:
    """An ISO date as it is read: 5 Nov 2024, Nov 2024 or 2024; anything else as it is."""
    parts = (date or "")[:10].split("-")
    if not all(part.isdigit() for part in parts) or (len(parts) > 1 and not 1 <= int(parts[1]) <= 12):
        return date or ""
    month = [_MONTHS[int(parts[1]) - 1]] if len(parts) > 1 else []
    return " ".join([*([str(int(parts[2]))] if len(parts) > 2 else []), *month, parts[0]])
