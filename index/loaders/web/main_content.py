"""What trafilatura makes of a saved web page: which of its text is the main content, and what it states about itself.

Of 40 saved news and blog pages, its recall mode marks words with a mean F1 of .98; resiliparse reached .95, and what both or
either of the two took .97 (``python -m eval.studies.saved_pages FOLDER``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from index.blocks import Block, Structure

LONGEST_PAGE = 3_000_000  # characters: 1 s of extraction; all text of a longer page counts as main
# A block is main if at least half of its runs of four words are in the extracted text, which drops or moves some words. Shorter
# blocks occur by chance, so they have to be a line of it.
RUN = 4
SHARE = 0.5

LONG = 200  # characters: a line that names authors, or invites, is shorter
# "Submit comments on this post to ...", "Sign up for our newsletter". Found on one saved page inside the main content; of the
# eight such lines on 39 others seven are no part of the article.
_INVITES = re.compile(
    r"\W*(?:please )?(?:submit|leave|post|add|write|send|join|read|view|see|show|share|subscribe|sign up)\b.{0,40}"
    r"\b(?:comments?|reply|replies|discussion|conversation|newsletters?)\b",
    re.I,
)
_NAME = r"[^\W\d_a-z][\w.'’-]*(?: (?:(?:de|van|von|der|den|la|le|el|al|bin|di|da|dos|du) )*[^\W\d_a-z][\w.'’-]*){1,3}"
_BYLINE = re.compile(
    r"(?:(?i:(?:written |posted |words |text |story )?by)|Von|Par|Por|Door|Av|Af):?\s+"
    rf"(?P<names>{_NAME}(?:(?:, {_NAME})*,? (?:and|&|und|et|y|en|og|och) {_NAME})?)"
    r"(?=\Z|\s*[,|·•»(/–—\n-]|\s+(?:on|in|for|at|Published|Updated|\d))"
)
_BETWEEN = re.compile(r", (?:and )?| (?:and|&|und|et|y|en|og|och) ")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Page:
    """The main text of a page, "" if none was found, and what the page states about itself."""

    text: str = ""
    title: str | None = None
    date: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    url: str | None = None


def read_page(source: str) -> Page:
    """Extract the main text and the metadata, JSON-LD included, of a page's source."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    if len(source) > LONGEST_PAGE:
        return Page()
    try:
        found = bare_extraction(
            source,
            favor_recall=True,
            include_comments=False,
            with_metadata=True,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except Exception:  # it may raise anything on a malformed page, whose text is read without it
        return Page()
    if not isinstance(found, Document):  # it found nothing
        return Page()
    names = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    return Page(found.text or "", found.title, found.date, names, found.sitename, found.url)


def byline(text: str, structure: Structure) -> tuple[str, ...]:
    """The names in the last line above the first long paragraph that says who wrote the page; () if none says so."""
    names: tuple[str, ...] = ()
    for block in structure.blocks:
        words = text[block.start : min(block.end, block.start + LONG)]
        if block.main and len(words) == LONG:
            break
        if found := _BYLINE.match(words):
            names = tuple(_BETWEEN.split(found["names"]))
    return names


def mark_main(text: str, structure: Structure, main: str) -> Structure:
    """Mark the blocks that are not in the main text of the page; all are main if none is, as then there is no such text."""
    words = _words(main)
    runs = {tuple(words[place : place + RUN]) for place in range(len(words))}
    lines = {tuple(_words(line)) for line in main.splitlines()}
    found = [
        block.main and not _invites(own := text[block.start : block.end]) and _is_main(_words(own), runs, lines)
        for block in structure.blocks
    ]
    if not any(found):
        return all_main(structure)
    blocks = [
        replace(block, main=main) for block, main in zip(structure.blocks, _completed(structure, found), strict=True)
    ]
    return Structure.of(blocks, structure.marks, structure.boxes)


def all_main(structure: Structure) -> Structure:
    """The same structure with every block main."""
    return Structure.of((replace(block, main=True) for block in structure.blocks), structure.marks, structure.boxes)


def _invites(text: str) -> bool:
    """Whether a short line asks the reader to comment, to read comments or to take a newsletter."""
    return len(text) < LONG and _INVITES.match(text) is not None


def _is_main(words: Sequence[str], runs: set[tuple[str, ...]], lines: set[tuple[str, ...]]) -> bool | None:
    """Whether the extractor kept these words; None if there are none."""
    if not words:
        return None
    if len(words) < RUN:
        return tuple(words) in lines
    places = range(len(words) - RUN + 1)
    return sum(tuple(words[place : place + RUN]) in runs for place in places) >= SHARE * len(places)


def _completed(structure: Structure, found: Sequence[bool | None]) -> list[bool]:
    """Complete what the extractor says: it drops titles, descriptions of pictures, and some rows.

    A heading is main if what follows it is, a caption or a block of figures if what comes before it is, and a table as a
    whole if its first row is, or half of its rows are.
    """
    completed: list[bool] = []
    for is_row, group in groupby(zip(structure.blocks, found, strict=True), key=lambda one: _is_row(one[0])):
        held = list(group)
        if is_row:
            rows = [bool(main) for _, main in held]
            completed += [rows[0] or 2 * sum(rows) >= len(rows)] * len(rows)
            continue
        for block, main in held:
            if main is None or (block.kind == "caption" and not main):
                main = bool(completed and completed[-1])
            completed.append(bool(main))
    titles = [place for place, block in enumerate(structure.blocks) if block.kind == "heading" and block.level == 1]
    for place in titles if len(titles) == 1 else ():
        completed[place] = True
    for place in range(len(completed) - 2, -1, -1):
        if structure.blocks[place].kind == "heading":
            completed[place] |= completed[place + 1]
    return completed


def _is_row(block: Block) -> bool:
    return block.kind == "table_row"


def _words(text: str) -> list[str]:
    """The words of a text without its figures, which raised figures change."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())
