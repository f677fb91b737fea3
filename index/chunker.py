"""Cuts documents into passages of whole sentences and similar length, never across a heading."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from index.documents import Document, Heading
from index.sentences import CJK, ends_sentence, sentences

# WORDS trades context in a passage against how precisely it is found, and keeps it within the 256 tokens that the embedder
# reads. OVERLAP lets an answer and what it refers to share a passage if a border falls between them. So do the fractions
# below: they trade even lengths for whole paragraphs and sentences. No script here fitted any of them.
WORDS = 120
OVERLAP = 25

WIDEST_WRAP = 160  # characters; if a text's lines are longer, no editor wrapped them and every line is a paragraph

GAP_OF_A_WORD = 100  # so many characters of white space count as a word, so that no passage is mostly blank

_WORD = re.compile(rf"[{CJK}]|[^\s{CJK}]{{1,16}}")
_BLANK = re.compile(rf"\s{{{GAP_OF_A_WORD}}}")
_TOKEN = re.compile(r"\S+")
_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_LINE_BREAK = re.compile(r"\r\n|[\r\n\f\v\x85\u2028\u2029]")
_LIST_ITEM = re.compile(r"(?:[-*+•–]|\(?\w{1,3}[.)])\s")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters [start, end) of a document, with the path of headings above them and the page on which they start."""

    start: int
    end: int
    heading: str
    page: int | None


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    words: int
    opens_paragraph: bool


@dataclass(frozen=True, slots=True)
class _Section:
    start: int
    end: int
    heading: str


def chunk(document: Document, *, words: int = WORDS, overlap: int = OVERLAP) -> list[Chunk]:
    """Cut a document into passages, in order, of about ``words`` words and at most a quarter more.

    A passage repeats up to about ``overlap`` words of whole sentences from the one before. A sentence is cut only if it is
    longer than one and a half passages, at white space if possible. Each Chinese or Japanese character counts as a word, as
    do 16 characters of any other unbroken run. Raises ValueError if ``words`` < 1 or ``overlap`` < 0.
    """
    if words < 1 or overlap < 0:
        raise ValueError(f"words must be positive and overlap not negative, not {words} and {overlap}")
    width = _line_width(document.text)
    chunks = []
    for section in _sections(document):
        units = list(_sentences(document.text, section, words, width))
        for first, last in _pack(units, words, overlap):
            start, end = units[first].start, units[last - 1].end
            chunks.append(Chunk(start, end, section.heading, document.page_at(start)))
    return chunks


def _sections(document: Document) -> Iterator[_Section]:
    """Yield the text between headings, with the path of headings above it."""
    path: list[Heading] = []
    start = document.body
    for heading in document.headings:
        if heading.start < document.body:
            continue
        yield _Section(start, heading.start, _heading_path(document.title, path))
        path = [above for above in path if above.level < heading.level] + [heading]
        start = heading.end
    yield _Section(start, len(document.text), _heading_path(document.title, path))


def _heading_path(title: str, path: Sequence[Heading]) -> str:
    below = (heading.text for heading in path if heading.text and heading.text.casefold() != title.casefold())
    return " - ".join((title, *below))


def _sentences(text: str, section: _Section, words: int, width: int) -> Iterator[_Sentence]:
    """Yield the sentences of a section, stripped, and overlong ones in pieces."""
    part = text[section.start : section.end]
    paragraphs = set(_paragraph_starts(part, width))
    cuts = sorted({0, len(part), *(sentence.start for sentence in sentences(part)), *paragraphs})
    opens = False
    previous = section.start
    for start, end in pairwise(cuts):
        opens = opens or start in paragraphs
        stripped = part[start:end].strip()
        if not stripped:
            continue
        begin = section.start + start + part[start:end].index(stripped[0])
        for piece_start, piece_end, size in _pieces(stripped, words):
            gap = (begin + piece_start - previous) // GAP_OF_A_WORD
            yield _Sentence(begin + piece_start, begin + piece_end, size + gap, opens)
            opens, previous = False, begin + piece_end


def _paragraph_starts(part: str, width: int) -> Iterator[int]:
    """Yield the offsets at which paragraphs begin: after a blank line, or after a line that does not just wrap."""
    previous: re.Match[str] | None = None
    for line in _LINE.finditer(part):
        if line[0].isspace():
            continue
        if previous is not None:
            between = part[previous.end() : line.start()]
            blank = len(between) > 1 and len(_LINE_BREAK.findall(between)) > 1
            if blank or _ends_paragraph(previous[0].rstrip(), line[0].lstrip(), width):
                yield line.start()
        previous = line


def _ends_paragraph(line: str, following: str, width: int) -> bool:
    """Whether a single line break ends a paragraph: one paragraph per line, a short line such as a heading, or a list."""
    if _LIST_ITEM.match(following):
        return True
    if following[0].islower():
        return False
    return width > WIDEST_WRAP or len(line) < 0.6 * width or ends_sentence(line)


def _line_width(text: str) -> int:
    """The 90th percentile of line lengths, so that a few overlong lines do not count."""
    lengths = sorted(len(line[0]) for line in _LINE.finditer(text) if not line[0].isspace())
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _pieces(sentence: str, words: int) -> Iterator[tuple[int, int, int]]:
    """Yield a sentence as (start, end, words), or in even pieces if it is longer than one and a half passages."""
    size = _count(sentence) + len(_BLANK.findall(sentence))
    if size * 2 <= words * 3:
        yield 0, len(sentence), size
        return
    budget = -(-size // -(-size // words))
    start = end = held = 0
    for token in _tokens(sentence, budget):
        gap = (token.start - end) // GAP_OF_A_WORD
        if held and held + gap + token.words > budget:
            yield start, end, held
            held = 0
        if not held:
            start = token.start
        end, held = token.end, held + (gap if held else 0) + token.words
    yield start, end, held


def _tokens(sentence: str, budget: int) -> Iterator[_Sentence]:
    """Yield the runs without white space, and parts of those longer than a passage."""
    for token in _TOKEN.finditer(sentence):
        size = _count(token[0])
        if size <= budget:
            yield _Sentence(token.start(), token.end(), size, False)
            continue
        ends = [found.end() for found in _WORD.finditer(sentence, *token.span())]
        start = token.start()
        for number in range(budget, len(ends) + budget, budget):
            part = ends[max(0, number - budget) : number]
            yield _Sentence(start, part[-1], len(part), False)
            start = part[-1]


def _count(text: str) -> int:
    return len(_WORD.findall(text))


def _pack(sentences: Sequence[_Sentence], words: int, overlap: int) -> list[tuple[int, int]]:
    """Return one half-open range of sentences per passage."""
    limit = words * 5 // 4
    total = [0, *accumulate(sentence.words for sentence in sentences)]
    passages: list[tuple[int, int]] = []
    fresh = 0
    while fresh < len(sentences):
        first = _overlap_start(total, passages[-1][0] + 1, fresh, overlap) if passages else fresh
        if total[fresh + 1] - total[first] > limit:
            first = fresh
        last = fresh + 1
        while last < len(sentences) and _fits(total[last] - total[first], total[last + 1] - total[first], words, limit):
            last += 1
        if last < len(sentences):
            last = _paragraph_border(sentences, total, first, fresh, last, words)
        passages.append((first, last))
        fresh = last
    return _merge_short_end(passages, total, words, limit)


def _fits(held: int, wanted: int, words: int, limit: int) -> bool:
    return wanted <= words or (held < words * 4 // 5 and wanted <= limit)


def _overlap_start(total: Sequence[int], lowest: int, fresh: int, overlap: int) -> int:
    """The first sentence to repeat before ``fresh``: up to 7/5 of ``overlap``, as whole sentences rarely add up to it."""
    return min(fresh, max(lowest, bisect_left(total, total[fresh] - overlap * 7 // 5)))


def _paragraph_border(
    sentences: Sequence[_Sentence], total: Sequence[int], first: int, fresh: int, last: int, words: int
) -> int:
    """Move the end of a passage back to the last start of a paragraph, if the passage keeps 3/5 of its length."""
    for border in range(last, fresh, -1):
        if total[border] - total[first] < words * 3 // 5:
            break
        if sentences[border].opens_paragraph:
            return border
    return last


def _merge_short_end(
    passages: list[tuple[int, int]], total: Sequence[int], words: int, limit: int
) -> list[tuple[int, int]]:
    if len(passages) > 1:
        (first, middle), (_, last) = passages[-2:]
        if total[last] - total[middle] < words * 2 // 5 and total[last] - total[first] <= limit:
            passages[-2:] = [(first, last)]
    return passages
