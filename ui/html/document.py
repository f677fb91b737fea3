"""A document as safe HTML: its exact text, with the cited passage, its sentence and the answer marked in place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from index.folder_index import DocumentRecord
from index.sentences import Offsets, sentence_at
from qa.answers import Citation
from ui.html.conversation import shown_date, where
from ui.html.markup import EMPTY, Html, button, join, tag, text

LONGEST_SHOWN = 400_000  # characters; a longer text makes the browser slow to scroll, a shorter one hides context

_HEADING = re.compile(r"^#{1,6} [^\n]*", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A\ufeff?---\r?\n.*?\n---\r?\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """A cited document as it is now.

    ``indexed`` is its stored text and ``indexed_sha256`` the hash of the file it came from; both are None if it is no
    longer in the index. ``state`` compares the original file with the cited one; ``link`` opens it.
    """

    indexed: str | None
    indexed_sha256: str | None
    state: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a citation stands among its neighbours: its number of how many, and the buttons' names that open them."""

    number: int
    count: int
    back: str
    on: str


def fits(citation: Citation, source: Source) -> bool:
    """Whether a citation's offsets still hold: same file, and the quote and the passage stand where it says."""
    return (
        source.indexed is not None
        and source.indexed_sha256 == citation.sha256
        and source.indexed[citation.start : citation.end] == citation.quote
        and source.indexed[citation.passage.start : citation.passage.end] == citation.passage.text
    )


def cited(citation: Citation, source: Source, steps: Steps) -> Html:
    """The panel beside the chat: the citation's place, its links, and the document with its words marked."""
    if source.indexed is not None and fits(citation, source):
        body = _marked(source.indexed, citation)
    elif source.indexed is not None:
        body = _box(_plain(source.indexed), "Document")
    else:
        body = _box(text(citation.passage.text), "Passage")
    return join([_head(citation, source, steps), _notice(citation, source), body])


def document(record: DocumentRecord, words: str, original: str) -> Html:
    """A document's text as indexed, opened from the library."""
    known = [shown_date(record.date) if record.date else "", record.kind, f"{record.characters:,} characters"]
    said = [" · ".join(filter(None, known)), *record.warnings]
    link = tag("a", "Open the original", href=original, target="_blank", rel="noopener", class_="pc-tool")
    head = tag(
        "div",
        _top(Path(record.name).name),
        tag("h2", record.title, dir="auto", id="panel-title"),
        *(tag("p", one, class_="pc-note") for one in said),
        tag("div", link, class_="pc-tools"),
        class_="pc-head",
    )
    return join([head, _box(_plain(words), "Document")])


def _top(eyebrow: str, *buttons: Html) -> Html:
    """The first line of the panel: what is open, and a button that closes it."""
    close = button(
        "close", tag("span", "‹ Back", class_="pc-narrow"), tag("span", "✕", class_="pc-wide"), title="Close"
    )
    return tag("div", close, tag("p", eyebrow, class_="pc-eyebrow", dir="auto"), *buttons, class_="pc-top")


def _head(citation: Citation, source: Source, steps: Steps) -> Html:
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
    file = tag("p", f"{where(citation)} · ", Path(citation.document).name, class_="pc-note", dir="auto")
    return tag(
        "div",
        _top(f"Source {steps.number} of {steps.count}", *(walk if steps.count > 1 else [])),
        tag("h2", citation.title, dir="auto", id="panel-title"),
        file,
        tag("div", original, class_="pc-tools"),
        class_="pc-head",
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
    return tag("p", said, class_="pc-conflict pc-notice")


def _marked(words: str, citation: Citation) -> Html:
    """The text with passage, sentence and quote marked; a very long text is cut to the part around them."""
    outer = Offsets(citation.passage.start, citation.passage.end)
    first, last = _window(len(words), outer)
    if citation.quote:
        inner = sentence_at(citation.passage.text, citation.start - outer.start, citation.end - outer.start)
        sentence = tag(
            "span",
            words[outer.start + inner.start : citation.start],
            tag("mark", words[citation.start : citation.end], id="pc-mark"),
            words[citation.end : outer.start + inner.end],
            class_="pc-in-sentence",
        )
        before, after = words[outer.start : outer.start + inner.start], words[outer.start + inner.end : outer.end]
        passage = tag("span", before, sentence, after, class_="pc-in-passage")
    else:
        passage = tag("span", words[outer.start : outer.end], class_="pc-in-passage", id="pc-mark")
    shown = f"Characters {first:,} to {last:,} of {len(words):,} are shown."
    cut = tag("p", shown, class_="pc-note") if last - first < len(words) else EMPTY
    parts = [_plain(words[first : outer.start]), passage, _plain(words[outer.end : last])]
    return join([cut, _box(join(parts), "Document")])


def _box(words: Html, title: str) -> Html:
    """The scrolling box that holds a document's text."""
    return tag("div", words, class_="pc-text pc-words", tabindex="0", role="region", aria_label=title, dir="auto")


def _window(length: int, around: Offsets) -> tuple[int, int]:
    """The characters [start, end) that are shown of a text."""
    if length <= LONGEST_SHOWN:
        return 0, length
    return max(0, around.start - LONGEST_SHOWN // 2), min(length, around.end + LONGEST_SHOWN // 2)


def _plain(words: str) -> Html:
    """Text with dimmed front matter and bold Markdown headings; every character is kept."""
    front = _FRONT_MATTER.match(words)
    start = front.end() if front else 0
    parts: list[Html] = [tag("span", words[:start], class_="pc-front")] if start else []
    for heading in _HEADING.finditer(words, start):
        parts += [text(words[start : heading.start()]), tag("strong", heading.group(), class_="pc-h")]
        start = heading.end()
    return join([*parts, text(words[start:])])
