"""Cuts documents into passages of whole sentences and similar length, never across a heading, a row or an aside."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from index.blocks import CELL_BORDER, KINDS, Block
from index.documents import Document
from index.sentences import CJK, sentences

# WORDS trades context in a passage against how precisely it is found, and keeps it within the 256 tokens that the embedder
# reads. OVERLAP lets an answer and what it refers to share a passage if a border falls between them. So do the fractions
# below: they trade even lengths for whole paragraphs and sentences. No script here fitted any of them.
WORDS = 120
OVERLAP = 25

# Characters of a heading or a row of column names above a passage. Longer ones would leave no room for the passage in the 256
# tokens that the embedder reads.
LONGEST_HEADING = 1_000
LONGEST_HEADER = 300

# Rows of a document up to which each is a passage of its own, as a reader asks for one row. More are rather records of a
# machine, and a vector for each would take ten times the time and room of the text.
ROWS_ALONE = 20_000

GAP_OF_A_WORD = 100  # so many characters of white space count as a word, so that no passage is mostly blank

_WORD = re.compile(rf"[{CJK}]|[^\s{CJK}]{{1,16}}")
_BLANK = re.compile(rf"\s{{{GAP_OF_A_WORD}}}")
_TOKEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters [start, end) of a document, with the path of headings above them and the page on which they start.

    ``header`` is the row that names the columns, if the passage is a row of a table. ``main`` is false outside the
    document's main content.
    """

    start: int
    end: int
    heading: str
    page: int | None
    header: str = ""
    main: bool = True


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    words: int
    opens_paragraph: bool


@dataclass(frozen=True, slots=True)
class _Section:
    """The blocks that may share a passage, and what stands above them."""

    blocks: Sequence[Block]
    heading: str
    header: str = ""


@dataclass(frozen=True, slots=True)
class _Above:
    level: int
    words: str


def chunk(document: Document, *, words: int = WORDS, overlap: int = OVERLAP) -> list[Chunk]:
    """Cut a document into passages, in order, of about ``words`` words and at most a quarter more.

    A passage repeats up to about ``overlap`` words of whole sentences from the one before. A sentence is cut only if it is
    longer than one and a half passages, at white space if possible. Each Chinese or Japanese character counts as a word, as
    do 16 characters of any other unbroken run. A row of a table is a passage of its own; in a very large table rows share
    passages. Headings, and rows that name columns, are in no passage but above it. Raises ValueError if ``words`` < 1 or
    ``overlap`` < 0.
    """
    if words < 1 or overlap < 0:
        raise ValueError(f"words must be positive and overlap not negative, not {words} and {overlap}")
    chunks = []
    for section in _sections(document):
        units = list(_sentences(document.text, section, words))
        for first, last in _pack(units, words, overlap):
            start, end = units[first].start, units[last - 1].end
            page, main = document.page_at(start), section.blocks[0].main
            chunks.append(Chunk(start, end, section.heading, page, section.header, main))
    return chunks


def _sections(document: Document) -> Iterator[_Section]:
    """Yield the blocks between headings, rows, and changes between main content and the rest."""
    blocks, path = document.structure.blocks, _HeadingPath(document)
    share = blocks.column(2).count(KINDS.index("table_row")) > ROWS_ALONE
    held: list[Block] = []
    for block in blocks:
        row = block.kind == "table_row"
        if block.start < document.body or (block.kind == "furniture" and not path.words(block)):
            continue
        apart = block.kind == "heading" or (row and not share)
        if held and (
            apart or (block.main, row, block.header) != (held[0].main, held[0].kind == "table_row", held[0].header)
        ):
            yield path.section(held)
            held = []
        if block.kind == "heading":
            path.take(block)
        elif block.header != block.start:
            held.append(block)
    if held:
        yield path.section(held)


class _HeadingPath:
    """The headings above a block. Those outside the main content stand above nothing in it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._paths: dict[bool, list[_Above]] = {True: [], False: []}  # by main
        self._header: tuple[int | None, str] = (None, "")

    def take(self, heading: Block) -> None:
        """Put a heading in the place of those at its level and below."""
        path = self._paths[heading.main]
        path[:] = [
            *(above for above in path if above.level < heading.level),
            _Above(heading.level, self.words(heading)),
        ]
        if heading.main:
            self._paths[False].clear()

    def words(self, block: Block) -> str:
        """Return the words of a block, without mark-up and no longer than a heading may be."""
        end = min(block.end, block.start + LONGEST_HEADING)
        return self._document.structure.words(self._document.text, block.start, end)

    def section(self, blocks: Sequence[Block]) -> _Section:
        """Put blocks below what stands above the first of them."""
        return _Section(blocks, self._above(blocks[0]), self._names(blocks[0]))

    def _above(self, block: Block) -> str:
        """The title and the headings above a block."""
        title = self._document.title
        words = (above.words for above in self._paths[block.main])
        return " - ".join((title, *(text for text in words if text and text.casefold() != title.casefold())))

    def _names(self, row: Block) -> str:
        """The row that names the columns of this one; "" if there is none."""
        if row.header is None:
            return ""
        if self._header[0] != row.header:
            structure, text = self._document.structure, self._document.text
            names = next(structure.blocks.touching(row.header, row.header + 1))
            words = (structure.words(text, *cell) for cell in structure.cells(text, names))
            self._header = (row.header, CELL_BORDER.join(words)[:LONGEST_HEADER])
        return self._header[1]


def _sentences(text: str, section: _Section, words: int) -> Iterator[_Sentence]:
    """Yield the sentences of a section, stripped, and overlong ones in pieces; none reaches into another block."""
    blocks = section.blocks
    opening = {block.start for block in blocks}
    begin, last = blocks[0].start, blocks[-1].end
    found = () if blocks[0].kind == "table_row" else sentences(text[begin:last])
    cuts = sorted({*opening, last, *(begin + sentence.start for sentence in found)})
    previous = begin
    for start, end in pairwise(cuts):
        part = text[start:end]
        stripped = part.strip()
        if not stripped:
            continue
        start += len(part) - len(part.lstrip())
        opens = start in opening
        for piece_start, piece_end, size in _pieces(stripped, words):
            gap = (start + piece_start - previous) // GAP_OF_A_WORD
            yield _Sentence(start + piece_start, start + piece_end, size + gap, opens)
            opens, previous = False, start + piece_end


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
