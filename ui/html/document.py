"""A document as safe HTML: its exact text, with the cited passage, its sentence and the answer marked in place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from index.sentences import Offsets, sentence_at
from qa.answers import Citation
from ui.html.markup import EMPTY, Html, join, tag, text

LONGEST_SHOWN = 400_000  # characters; a longer text makes the browser slow to scroll, a shorter one hides context

_HEADING = re.compile(r"^#{1,6} [^\n]*", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A\ufeff?---\r?\n.*?\n---\r?\n", re.DOTALL)


class Bounds(Protocol):
    """Characters [start, end) of a document."""

    @property
    def start(self) -> int:
        """The first character."""
        ...

    @property
    def end(self) -> int:
        """One past the last character."""
        ...


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


def fits(citation: Citation, source: Source) -> bool:
    """Whether a citation's offsets still hold: same file, and the quote and the passage stand where it says."""
    return (
        source.indexed is not None
        and source.indexed_sha256 == citation.sha256
        and source.indexed[citation.start : citation.end] == citation.quote
        and source.indexed[citation.passage.start : citation.passage.end] == citation.passage.text
    )


def cited(citation: Citation, source: Source, *, number: int, count: int) -> Html:
    """The panel beside the chat: the citation's place, its links, and the document scrolled to it."""
    if source.indexed is not None and fits(citation, source):
        body = _marked(source.indexed, citation)
    elif source.indexed is not None:
        body = _box(_plain(source.indexed), "Document")
    else:
        body = _box(text(citation.passage.text), "Passage")
    return tag("div", _head(citation, source, number, count), _notice(citation, source), body, class_="pc-doc")


def document(title: str, words: str, passages: Sequence[Bounds], original: str) -> Html:
    """A document's exact text with the boundaries of its passages."""
    starts = sorted({span.start for span in passages})
    ends = {span.end for span in passages}
    edges = sorted({0, *starts, *ends, len(words)})
    numbers = {start: number for number, start in enumerate(starts, 1)}
    parts: list[Html] = []
    for left, right in pairwise([*edges, len(words)]):
        if left in ends:
            parts.append(tag("span", "┘", class_="pc-border", title="A passage ends here"))
        if left in numbers:
            begins = f"Passage {numbers[left]} begins here"
            parts.append(tag("span", f"{numbers[left]} └", class_="pc-border", title=begins))
        parts.append(_plain(words[left:right]))
    size = tag("p", f"{len(words):,} characters, {len(starts):,} passages, as indexed", class_="pc-note")
    link = tag("a", "Open the original", href=original, target="_blank", rel="noopener", class_="pc-tool")
    head = tag("div", tag("h2", title, dir="auto"), size, tag("div", link, class_="pc-tools"), class_="pc-head")
    return tag("div", head, _box(join(parts), "Document"), class_="pc-doc")


def empty() -> Html:
    """The panel before anything is cited."""
    note = "The document behind an answer opens here, scrolled to the quoted words."
    return tag("div", tag("p", note, class_="pc-note"), class_="pc-doc pc-empty")


def _head(citation: Citation, source: Source, number: int, count: int) -> Html:
    """The source's number, title and place, and buttons to the other sources."""
    page = f"Page {citation.page} · " if citation.page else ""
    at = f"#page={citation.page}" if citation.page else ""
    steps = [
        tag("button", label, type="button", name=name, class_="pc-tool", title=f"{label} source (key {key})")
        for label, name, key in (("Previous", "step:back", "p"), ("Next", "step:on", "n"))
    ]
    original = (
        tag("a", "Open the original", href=source.link + at, target="_blank", rel="noopener", class_="pc-tool")
        if source.link and source.state in ("same", "changed")
        else EMPTY
    )
    return tag(
        "div",
        tag("p", f"Source {number} of {count}", class_="pc-eyebrow"),
        tag("h2", citation.title, dir="auto"),
        tag("p", page + Path(citation.document).name, class_="pc-note", title=citation.document, dir="auto"),
        tag("div", *(steps if count > 1 else []), original, class_="pc-tools"),
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
    return tag("div", words, class_="pc-text pc-words", tabindex="0", role="region", title=title, dir="auto")


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
