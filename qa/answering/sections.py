"""Lists that a document's structure gives: the bullets under a heading that a question names, and the cells of a table's column."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from index.blocks import Block, row_cells
from index.folder_index import Passage
from index.sentences import Offsets
from index.store import Store
from qa.answering.candidates import Support, cited
from qa.answering.sense import negates, undated, untimely
from qa.answers import Citation
from qa.english import any_of
from qa.question.answer_form import BULLET, ITEM_MARK
from qa.question.content_words import content
from qa.retrieval.hybrid import Hit

# How a list is asked for by its name: "List the decisions", "What were the decisions?", "Which decisions were taken?"
_COMMAND = any_of("list name enumerate show give".split())
_BY_NAME = re.compile(
    rf"(?:(?:please|(?:can|could) you) )*(?:{_COMMAND}\b|(?:who|what|which)\b.*\b(?:is|are|was|were)\b)", re.I
)
_ASKING = content("please list name enumerate show give made taken reached agreed listed given")
BESIDE = 100  # passages, chosen and not fitted: longer lists are cut
MOST_OF_CELL = 0.5  # of its characters: a cell with more beside an answer is no item of a list; chosen and not fitted
_SUM = re.compile(r"(?:sub-?)?totals?|sum|average|mean|all", re.I)


class Sections(Protocol):
    """What stands around a passage in its document."""

    def beside(self, passage: Passage) -> Sequence[Passage]:
        """The passages of the document with the same headings and names of columns, in order."""

    def items(self, passage: Passage) -> Sequence[Offsets]:
        """The items of lists in a passage without their marks, as offsets in it."""


class FoundSections:
    """Sections as far as a search found their passages."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._passages = sorted((hit.passage for hit in hits), key=lambda passage: passage.start)

    def beside(self, passage: Passage) -> Sequence[Passage]:
        """Those of the passages that were found."""
        return [one for one in self._passages if _place(one) == _place(passage)]

    def items(self, passage: Passage) -> Sequence[Offsets]:
        """The lines with a mark of lists."""
        return [Offsets(line.start("item"), line.end("item")) for line in BULLET.finditer(passage.text)]


class StoredSections:
    """Sections of the documents of an index."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def beside(self, passage: Passage) -> Sequence[Passage]:
        """At most ``BESIDE`` passages before and after one are looked at; only itself if it is not of the index."""
        try:
            record = self._store.document(passage.document)
        except KeyError:
            return (passage,)
        every, places = self._store.passages, range(record.first_passage, record.first_passage + record.passages)
        at = bisect_left(places, passage.start, key=lambda place: every[place].start)
        near = places[max(0, at - BESIDE) : at + BESIDE]
        return [one for one in every[near.start : near.stop] if _place(one) == _place(passage)]

    def items(self, passage: Passage) -> Sequence[Offsets]:
        """The blocks that are items, with or without a mark in the text."""
        blocks = self._store.structure(passage.document).blocks.touching(passage.start, passage.end)
        places = [_inside(passage, block) for block in blocks if block.kind == "list_item"]
        marks = (ITEM_MARK.match(passage.text, *place) for place in places)
        return [Offsets(mark.end() if mark else place[0], place[1]) for place, mark in zip(places, marks, strict=True)]


def _inside(passage: Passage, block: Block) -> tuple[int, int]:
    """The part of a block that is in a passage, as offsets in it."""
    return max(block.start, passage.start) - passage.start, min(block.end, passage.end) - passage.start


def _place(passage: Passage) -> tuple[str, str, str]:
    """What the passages of a section or a table have in common."""
    return passage.document, passage.heading, passage.header


@dataclass(frozen=True, slots=True)
class Listed:
    """The items of a list in one passage, and all from the first to the last."""

    whole: Citation
    items: tuple[Citation, ...]


def headed(question: str, hits: Sequence[Hit], sections: Sections) -> list[Listed]:
    """The lists under the headings that a question names, if it says nothing beyond headings and title; one for each passage."""
    wanted = content(question) - _ASKING
    if not wanted or not _BY_NAME.match(question) or negates(question):
        return []
    named = {_place(hit.passage): hit.passage for hit in hits if _names(wanted, hit.passage)}
    lists = [
        _listed(passage, items)
        for one in named.values()
        for passage in sections.beside(one)
        if (items := sections.items(passage))
    ]
    return lists if sum(len(one.items) for one in lists) > 1 else []


def _listed(passage: Passage, items: Sequence[Offsets]) -> Listed:
    """The items of a passage as citations."""
    start, places = passage.start, [*items, Offsets(items[0].start, items[-1].end)]
    *each, whole = (cited(passage, start + place.start, start + place.end, 0.0) for place in places)
    return Listed(whole, tuple(each))


def _names(wanted: frozenset[str], passage: Passage) -> bool:
    """Whether words name the last heading above a passage, and nothing that neither its headings nor its title say."""
    above, last = content(f"{passage.title}\n{passage.heading}"), content(passage.heading.rpartition(" - ")[2])
    return passage.main and not passage.header and bool(last) and last <= wanted <= above


def rows(question: str, best: Support, sections: Sections) -> tuple[Citation, ...]:
    """The cells of an answer's column in the rows that the question is about; none if its own row is none of them (years aside).

    Rows count that hold what the question says beyond the table's title, headings and header, so that one that says nothing
    beyond them is about the whole column. One that asks for what is not so has no such rows.
    """
    passage = best.hit.passage
    above = content(f"{passage.title}\n{passage.heading}\n{passage.header}")
    asked = content(undated(question)) - _ASKING
    rest = {word for word in asked if not any(known.startswith(word) for known in above)}
    within = best.start - passage.start
    own = [place for place in row_cells(passage.text, 0, len(passage.text)) if place[0] <= within]
    whole = own and len(best.text) >= MOST_OF_CELL * (own[-1][1] - own[-1][0])
    if not whole or negates(question) or not rest <= content(passage.text):
        return ()
    cells: dict[str, Citation] = {}
    for row in sections.beside(passage):
        start, end = next(islice(row_cells(row.text, 0, len(row.text)), len(own) - 1, None), (0, 0))
        quote = row.text[start:end]
        if (
            quote
            and not _SUM.fullmatch(quote)
            and rest <= content(row.text)
            and not untimely(question, row.text, row.header)
        ):
            cells.setdefault(quote, cited(row, row.start + start, row.start + end, best.score))
    return tuple(cells.values())
