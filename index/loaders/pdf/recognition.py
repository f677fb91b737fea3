"""Reads the words of pictures with RapidOCR, whose models come with it, so that nothing is downloaded.

Measured on pages of 150 dots per inch in ``tests/index/loaders/pdf/test_recognition.py``.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from typing import Any

from index.blocks import PAGE_PARTS
from index.loaders.pdf.lines import Line, Word
from index.loaders.progress import go_on

RESOLUTION = 150  # dots per inch at which a page is drawn: letters of 8 points are 17 pixels high
LARGEST = 50_000_000  # pixels: an A3 page at 600 dots per inch has 70 million, at 300 it has 17
LOWEST_SCORE = 0.5  # of a word: what scores lower is a guess at marks that are no letters
SURE = 0.9  # of the words of a page on average: upright ones have 0.95 and more, those upside down about 0.8
WIDE_COLUMN = 25  # characters of a line: columns of text are wider, those of a table narrower
MOST_KEPT = 2_000  # pages whose words are kept, as headers and covers repeat, and files are read again

INSTALL = 'pip install "pincite[ocr]"'

Recognise = Callable[[Any, int], list[Line]]  # a picture (RGB) and the number of its page to lines in reading order

_kept: dict[bytes, _Found] = {}


def recogniser() -> Recognise | None:
    """What reads pictures; None if it is not installed."""
    return read_picture if find_spec("rapidocr") and find_spec("onnxruntime") else None


def read_picture(picture: Any, page: int) -> list[Line]:
    """Read the lines of a picture (height x width x 3, RGB), in reading order; ``page`` counts from 0."""
    digest = sha256(picture.tobytes()).digest()
    if digest not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[digest] = _upright(picture)
        go_on()
    lines = [Line(words, page) for words in _kept[digest].lines]
    ordered = in_reading_order(lines)
    return [Line(tuple(map(_turned, line.words)), page) for line in ordered] if _kept[digest].turned else [*ordered]


@dataclass(frozen=True, slots=True)
class _Found:
    """The lines of a picture and the mean score of its words, 0..1; ``turned`` if the picture was upside down."""

    lines: tuple[tuple[Word, ...], ...]
    score: float
    turned: bool = False


def _upright(picture: Any) -> _Found:
    """Read a picture, and turned by half if that gives no sensible words; the better counts.

    RapidOCR would decide it line by line, and so turns one in ten lines of an upright page.
    """
    found = _found(picture)
    if not found.lines or found.score >= SURE:
        return found
    turned = _found(picture[::-1, ::-1].copy())
    return replace(turned, turned=True) if turned.score > found.score else found


def _found(picture: Any) -> _Found:
    height, width = picture.shape[:2]
    found = _engine()(picture, use_cls=False, return_word_box=True).word_results or ()
    scores = [float(score) for line in found for _, score, _ in line]
    lines = (
        tuple(
            Word(text, *_parts(box, width, height))
            for text, score, box in line
            if text.strip() and score >= LOWEST_SCORE
        )
        for line in found
    )
    return _Found(tuple(filter(None, lines)), sum(scores) / max(1, len(scores)))


def _turned(word: Word) -> Word:
    """The same word on a page turned by half."""
    left, top, right, bottom = (PAGE_PARTS - side for side in (word.right, word.bottom, word.left, word.top))
    return Word(word.text, left, top, right, bottom)


@lru_cache(maxsize=1)
def _engine() -> Any:
    _, highest = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (highest, highest))  # models need more than documents
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


def _parts(corners: Any, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box in parts of the page."""
    across = [min(max(0, round(x * PAGE_PARTS / width)), PAGE_PARTS) for x, _ in corners]
    down = [min(max(0, round(y * PAGE_PARTS / height)), PAGE_PARTS) for _, y in corners]
    return min(across), min(down), max(across), max(down)


def in_reading_order(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines from the top, column by column where text stands in columns; the rows of a table stay together."""
    columns = _split(sorted(lines, key=lambda line: line.left), lambda line: line.left, lambda line: line.right)
    if columns and all(sum(len(line.text) for line in side) > WIDE_COLUMN * len(side) for side in columns):
        for column in columns:
            yield from in_reading_order(column)
        return
    parts = _split(sorted(lines, key=lambda line: line.top), lambda line: line.top, lambda line: line.bottom)
    if not parts:
        yield from sorted(lines, key=lambda line: (line.top, line.left))
        return
    for part in parts:
        yield from in_reading_order(part)


def _split(
    lines: Sequence[Line], start: Callable[[Line], int], end: Callable[[Line], int]
) -> tuple[Sequence[Line], Sequence[Line]] | None:
    """Divide lines, sorted by where they start, at the widest gap that none of them crosses; None if there is no gap."""
    widest, place, reached = 0, 0, 0
    for number, line in enumerate(lines):
        if number and start(line) - reached > widest:
            widest, place = start(line) - reached, number
        reached = max(reached, end(line))
    return (lines[:place], lines[place:]) if place else None
