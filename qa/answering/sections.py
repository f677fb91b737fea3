"""Lists that a document's structure gives: the bullets under a heading that a question names, and the cells of a table's column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice

from index.blocks import row_cells
from index.folder_index import Passage
from qa.answering.candidates import Support, cited
from qa.answering.sense import negates, undated, untimely
from qa.answers import Citation
from qa.question.answer_form import BULLET, bullets
from qa.question.content_words import content
from qa.retrieval.hybrid import Hit

Beside = Callable[[Passage], Sequence[Passage]]  # the passages with the same headings and names of columns, in order

# How a list is asked for by its name: "List the decisions", "What were the decisions?", "Which decisions were taken?"
_BY_NAME = re.compile(
    r"(?:list|name|enumerate|show|give|who|what|which)\b.*\b(?:is|are|was|were)\b|(?:list|name|enumerate|show|give)\b",
    re.I,
)
_ASKING = content("list name enumerate show give made taken reached agreed listed given")
MOST_OF_CELL = 0.5  # of its characters: a cell with more beside an answer is no item of a list; chosen and not fitted
_SUM = re.compile(r"(?:sub-?)?totals?|sum|average|mean|all", re.I)


def among(hits: Sequence[Hit]) -> Beside:
    """What is beside a passage as far as a search found it."""
    found = sorted((hit.passage for hit in hits), key=lambda passage: passage.start)
    return lambda passage: [one for one in found if place_of(one) == place_of(passage)]


def place_of(passage: Passage) -> tuple[str, str, str]:
    """The document, the headings and the names of columns, which the passages of a section or a table have in common."""
    return passage.document, passage.heading, passage.header


def headed(question: str, hits: Sequence[Hit], beside: Beside) -> list[Citation]:
    """The lists below headings that the question names, saying nothing beyond them and their titles; one for each passage."""
    wanted = content(question) - _ASKING
    if not wanted or not _BY_NAME.match(question) or negates(question):
        return []
    sections = {place_of(hit.passage): hit.passage for hit in hits if _names(wanted, hit.passage)}
    lists = (_list_in(passage) for found in sections.values() for passage in beside(found))
    return [one for one in lists if one]


def _names(wanted: frozenset[str], passage: Passage) -> bool:
    """Whether words name the last heading above a passage, and nothing that neither its headings nor its title say."""
    above, last = content(f"{passage.title}\n{passage.heading}"), content(passage.heading.rpartition(" - ")[2])
    return passage.main and not passage.header and bool(last) and last <= wanted <= above


def _list_in(passage: Passage) -> Citation | None:
    """The first list of a passage; None if it has none."""
    first = BULLET.search(passage.text)
    lines = bullets(passage.text, first.start("item"), first.end("item")) if first else []
    return cited(passage, passage.start + lines[0].start, passage.start + lines[-1].end, 0.0) if lines else None


def rows(question: str, best: Support, beside: Beside) -> tuple[Citation, ...]:
    """The cells of an answer's column in the rows that the question is about; none if its own is not among them, but for its years.

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
    for row in beside(passage):
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
