"""Reads the words of pictures with RapidOCR, whose models come with it, so that nothing is downloaded.

Measured on pages of 150 dots per inch in ``tests/index/loaders/pdf/test_recognition.py``.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator, Sequence
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
WIDE_COLUMN = 25  # characters of a line: columns of text are wider, those of a table narrower
MOST_KEPT = 2_000  # pages whose words are kept, as headers and covers repeat, and files are read again

INSTALL = 'pip install "pincite[ocr]"'

Recognise = Callable[[Any, int], list[Line]]  # a picture (RGB) and the number of its page to lines in reading order

_kept: dict[bytes, Any] = {}


def recogniser() -> Recognise | None:
    """What reads pictures; None if it is not installed."""
    return read_picture if find_spec("rapidocr") and find_spec("onnxruntime") else None


def read_picture(picture: Any, page: int) -> list[Line]:
    """Read the lines of a picture (height x width x 3, RGB), in reading order; ``page`` counts from 0."""
    height, width = picture.shape[:2]
    digest = sha256(picture.tobytes()).digest()
    if digest not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[digest] = _engine()(picture, return_word_box=True).word_results or ()
        go_on()
    lines = []
    for found in _kept[digest]:
        words = [(text, box) for text, score, box in found if text.strip() and score >= LOWEST_SCORE]
        if words:
            lines.append(Line(tuple(Word(text, *_parts(box, width, height)) for text, box in words), page))
    return list(in_reading_order(lines))


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
