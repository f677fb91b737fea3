"""A document as safe HTML, with the cited passage, its sentence and the answer marked in place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from index.blocks import PAGE_PARTS, Block, Box, Structure
from index.folder_index import DocumentRecord
from index.sentences import Offsets, sentence_at
from qa.answers import Citation
from ui.html.conversation import shown_date, where
from ui.html.markup import EMPTY, Html, button, join, tag, text
from ui.html.rendered import Highlights, Rendering
from ui.state.source_files import PAGE_ROUTE, key_of

# Characters of a text that are shown at once, enough for an article as a whole; more would take long to send and draw.
PART = 50_000
AROUND = 2_000  # characters that a part shares with the one before and after, so that what it marks has its context


@dataclass(frozen=True, slots=True)
class Source:
    """A cited document as it is now.

    ``indexed`` is its stored text and ``indexed_sha256`` the hash of the file it came from; both are None if it is no
    longer in the index. ``state`` compares the original file with the cited one; ``link`` opens it;
    ``structure`` holds the blocks of ``indexed``, ``pages`` is the number of pages that can be drawn with boxes.
    """

    indexed: str | None
    indexed_sha256: str | None
    state: str
    link: str | None
    structure: Structure | None = None
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """How a document is shown: as its pages if it has some, as it looks, or ``plainly``, the very characters of the
    indexed text. ``page`` is the page, or the part of a long text, from 1; 0 is the one that is cited, or the first.
    ``undrawn`` says that its page could not be drawn.
    """

    plainly: bool = False
    page: int = 0
    undrawn: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a citation stands among its neighbours: its number of how many, and the buttons' names that open
    those before and after, and itself."""

    number: int
    count: int
    back: str
    this: str
    on: str


def fits(citation: Citation, source: Source) -> bool:
    """Whether a citation's offsets still hold: same file, and the quote and the passage stand where it says."""
    return (
        source.indexed is not None
        and source.indexed_sha256 == citation.sha256
        and source.indexed[citation.start : citation.end] == citation.quote
        and source.indexed[citation.passage.start : citation.passage.end] == citation.passage.text
    )


def cited(citation: Citation, source: Source, steps: Steps, look: Look | None = None) -> Html:
    """The panel beside the chat: the citation's place, its links, and the document with its words marked."""
    look = look or Look()
    fitting = source.indexed is not None and fits(citation, source)
    highlights = highlights_of(citation) if fitting else Highlights()
    if source.indexed is None:
        body, plainly = _box(text(citation.passage.text), "Passage"), False
    elif fitting and source.structure is not None and source.pages and not look.plainly and source.state == "same":
        number, name = look.page or citation.page or 1, citation.document
        body = _page(name, source.structure, highlights, number, source.pages, steps.this)
        plainly = False
    else:
        plainly = look.plainly
        body = _body(source.indexed, source.structure, highlights, look, steps.this)
    notice = UNDRAWN if look.undrawn else _notice(citation, source)
    return join([_head(citation, source, steps, plainly=plainly), notice, body])


def drawable(record: DocumentRecord, structure: Structure) -> int:
    """The number of pages that can be drawn, with boxes over words; 0 where a document has none."""
    return record.drawable if len(structure.boxes) else 0


def _page(document: str, structure: Structure, highlights: Highlights, number: int, count: int, name: str) -> Html:
    """A page of a PDF, or a picture, with boxes over the passage, the sentence and the quote, and steps to others;
    ``name`` is that of the button that opens the document."""
    number = min(max(number, 1), count)
    spans = (("passage", highlights.passage), ("sentence", highlights.sentence), ("quote", highlights.quote))
    boxes = [
        (kind, _placed(box))
        for kind, span in spans
        if span is not None
        for box in structure.boxes_of(span.start, span.end)
        if box.page == number
    ]
    marked = next((at for at, (kind, _) in enumerate(boxes) if kind == "quote"), 0)
    drawn = (
        tag("span", style=place, class_=f"pc-box pc-box-{kind}", id="pc-mark" if at == marked else None)
        for at, (kind, place) in enumerate(boxes)
    )
    image = tag(
        "img",
        src=f"{PAGE_ROUTE}/{key_of(document)}/{number}",
        alt=f"Page {number}",
        name=f"{name}:undrawn",
        loading="lazy",
        class_="pc-page",
    )
    pager = _pager("Page", number, count, name) if count > 1 else EMPTY
    return join([pager, tag("div", tag("div", image, *drawn, class_="pc-sheet"), class_="pc-text", tabindex="0")])


def _pager(what: str, number: int, count: int, name: str) -> Html:
    """Which page or part is shown, between buttons to its neighbours; ``name`` is that of the button that opens it."""
    back = button(f"{name}:page:{number - 1}", f"‹ Previous {what.lower()}") if number > 1 else EMPTY
    on = button(f"{name}:page:{number + 1}", f"Next {what.lower()} ›") if number < count else EMPTY
    said = tag("span", f"{what} {number:,} of {count:,}", class_="pc-note")
    return tag("div", back, said, on, class_="pc-pager")


def _placed(box: Box) -> str:
    """Where a box stands on the image of its page."""
    left, top = (100 * part / PAGE_PARTS for part in (box.left, box.top))
    wide, high = (100 * part / PAGE_PARTS for part in (box.right - box.left, box.bottom - box.top))
    return f"left:{left:.2f}%;top:{top:.2f}%;width:{wide:.2f}%;height:{high:.2f}%"


def highlights_of(citation: Citation) -> Highlights:
    """The passage, the sentence and the quote of a citation, as characters of its document."""
    outer = Offsets(citation.passage.start, citation.passage.end)
    if not citation.quote:
        return Highlights(outer)
    inner = sentence_at(citation.passage.text, citation.start - outer.start, citation.end - outer.start)
    sentence = Offsets(outer.start + inner.start, outer.start + inner.end)
    return Highlights(outer, sentence, Offsets(citation.start, citation.end))


def _body(words: str, structure: Structure | None, highlights: Highlights, look: Look, name: str) -> Html:
    """The text, as it looks or character by character; of a long one the part that is asked for, or holds what is marked."""
    count = max(1, -(-len(words) // PART))
    marked = highlights.quote or highlights.passage or Offsets(0, 0)
    number = min(look.page or marked.start // PART + 1, count)
    first = _between(words, (number - 1) * PART - AROUND) if number > 1 else 0
    last = _between(words, number * PART + AROUND) if number < count else len(words)
    pager = _pager("Part", number, count, f"{name}:text" if look.plainly else name) if count > 1 else EMPTY
    plainly = look.plainly or structure is None or not len(structure.blocks)
    if structure is None or plainly:
        structure = Structure.of([Block(first, last, "code")])
    shown = Rendering(words, structure, highlights).shown(first, last)
    return join([pager, _box(shown, "Document", "pc-plain" if plainly else "")])


def _between(words: str, place: int) -> int:
    """The first place between two words from there on; there, if it is far."""
    space = re.compile(r"\s").search(words, place, place + 200)
    return space.start() if space else place


def document(
    record: DocumentRecord, words: str, original: str, structure: Structure | None = None, look: Look | None = None
) -> Html:
    """A document opened from the library, as it looks or as its text was indexed."""
    look, name = look or Look(), f"show:{key_of(record.name)}"
    known = [shown_date(record.date) if record.date else "", record.kind, f"{record.characters:,} characters"]
    said = [" · ".join(filter(None, known)), *record.warnings]
    link = tag("a", "Open the original", href=original, target="_blank", rel="noopener", class_="pc-tool")
    head = tag(
        "div",
        _top(Path(record.name).name),
        tag("h2", record.title, dir="auto", id="panel-title"),
        *(tag("p", one, class_="pc-note") for one in said),
        tag("div", _look(name, plainly=look.plainly), link, class_="pc-tools"),
        class_="pc-head",
    )
    pages = drawable(record, structure) if structure is not None else 0
    if structure is None or not pages or look.plainly:
        body = _body(words, structure, Highlights(), look, name)
    else:
        body = _page(record.name, structure, Highlights(), look.page, pages, name)
    return join([head, UNDRAWN if look.undrawn else EMPTY, body])


def _look(name: str, *, plainly: bool) -> Html:
    """A button that changes between the document as it looks and its text as indexed."""
    return button(name, "As it looks") if plainly else button(f"{name}:text", "Text as indexed")


def _top(eyebrow: str, *buttons: Html) -> Html:
    """The first line of the panel: what is open, and a button that closes it."""
    close = button(
        "close", tag("span", "‹ Back", class_="pc-narrow"), tag("span", "✕", class_="pc-wide"), title="Close"
    )
    return tag("div", close, tag("p", eyebrow, class_="pc-eyebrow", dir="auto"), *buttons, class_="pc-top")


def _head(citation: Citation, source: Source, steps: Steps, *, plainly: bool) -> Html:
    """The source's number, title and place, and buttons to the other sources."""
    at = f"#page={citation.page}" if citation.page else ""
    walk = [
        button(name, mark, class_="pc-tool pc-step", title=f"{label} source (key {key})", aria_label=f"{label} source")
        for label, mark, name, key in (("Previous", "‹", steps.back, "p"), ("Next", "›", steps.on, "n"))
    ]
    original = (
        tag("a", "Open the original", href=source.link + at, target="_blank", rel="noopener", class_="pc-tool")
        if source.link and source.state in ("same", "changed")
        else EMPTY
    )
    places = dict.fromkeys((where(citation), Path(citation.document).name))  # the same if nothing else is known
    file = tag("p", " · ".join(places), class_="pc-note", dir="auto")
    return tag(
        "div",
        _top(f"Source {steps.number} of {steps.count}", *(walk if steps.count > 1 else [])),
        tag("h2", citation.title, dir="auto", id="panel-title"),
        file,
        tag("div", _look(steps.this, plainly=plainly) if source.indexed else EMPTY, original, class_="pc-tools"),
        class_="pc-head",
        data_opened=steps.this,
    )


def _notice(citation: Citation, source: Source) -> Html:
    """A warning if the source has changed since the answer was given."""
    if source.indexed is None:
        said = "This document is no longer in the index. Below is the passage that gave the answer."
    elif source.indexed_sha256 != citation.sha256:
        said = (
            "This document was indexed again after this answer. Below is the new text, unmarked; ask again to mark it."
        )
    elif source.state == "changed":
        said = "The file has changed since it was indexed. Below is the text as indexed; update the index to read the new one."
    elif source.state == "gone":
        said = "The file has been moved or deleted. Below is the text as indexed."
    elif not fits(citation, source):
        said = "The cited words are not at their place in the indexed text, so nothing is marked. Index the document again."
    else:
        return EMPTY
    return _said(said)


def _said(words: str) -> Html:
    return tag("p", words, class_="pc-conflict pc-notice")


UNDRAWN = _said("This page cannot be drawn, so its text is shown.")


def _box(words: Html, title: str, style: str = "") -> Html:
    """The scrolling box that holds a document's text."""
    return tag(
        "div",
        words,
        class_=f"pc-text pc-words {style}".rstrip(),
        tabindex="0",
        role="region",
        aria_label=title,
        dir="auto",
    )
