"""Passages: whole sentences, near an even length, never across a heading; always document.text[start:end]."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from index.documents import Document, Heading
from index.sentences import CJK, ends_sentence, sentences

WORDS = 120
OVERLAP = 25

# Lines of a text that was wrapped by an editor are no longer than this; where they are, a line is a paragraph.
WIDEST_WRAP = 160

GAP_OF_A_WORD = 100  # characters of white space that count as a word, so that no passage is mostly blank

_WORD = re.compile(rf"[{CJK}]|[^\s{CJK}]{{1,16}}")
_BLANK = re.compile(rf"\s{{{GAP_OF_A_WORD}}}")
_TOKEN = re.compile(r"\S+")
_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_LINE_BREAK = re.compile(r"\r\n|[\r\n\f\v\x85\u2028\u2029]")
_LIST_ITEM = re.compile(r"(?:[-*+•–]|\(?\w{1,3}[.)])\s")


@dataclass(frozen=True, slots=True)
class Chunk:
    """The characters [start, end) of a document, under the headings that lead to them, on the page where they start."""

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
    """The passages of a document, in order, of about ``words`` words and a quarter more at the most.

    A passage repeats the last sentences of the one before it if they have about ``overlap`` words or fewer. A sentence is cut
    only if it alone is longer than one and a half passages: at white space, or inside a run without any. A character of
    Chinese or Japanese counts as a word, and so do 16 characters of any other unbroken run.
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
    """The stretches between headings, each with the path of headings that it stands under."""
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
    """The sentences of a section without the white space around them, the overlong ones in pieces."""
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
    """Where paragraphs begin: after a blank line, or after a line that was ended on purpose."""
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
    """Whether a single line break ends a paragraph, as in one paragraph a line, a heading-like line, or a list."""
    if _LIST_ITEM.match(following):
        return True
    if following[0].islower():
        return False
    return width > WIDEST_WRAP or len(line) < 0.6 * width or ends_sentence(line)


def _line_width(text: str) -> int:
    """The length that nine of ten lines do not exceed."""
    lengths = sorted(len(line[0]) for line in _LINE.finditer(text) if not line[0].isspace())
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _pieces(sentence: str, words: int) -> Iterator[tuple[int, int, int]]:
    """A sentence as (start, end, words), or as even pieces where it alone is longer than one and a half passages."""
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
    """The runs without white space, those longer than a passage in parts."""
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
    """Half-open ranges of sentences, each range a passage."""
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
    """The first sentence to repeat: the sentences from it to ``fresh`` have about ``overlap`` words."""
    return min(fresh, max(lowest, bisect_left(total, total[fresh] - overlap * 7 // 5)))


def _paragraph_border(
    sentences: Sequence[_Sentence], total: Sequence[int], first: int, fresh: int, last: int, words: int
) -> int:
    """The end of the passage moved back to the last border of a paragraph, where the passage stays long enough."""
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
