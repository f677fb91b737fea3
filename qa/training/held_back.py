"""Which articles of the training data are held back, to measure on what a reader has never seen."""

from __future__ import annotations

import re
from hashlib import blake2b

PERCENT = 10
OPENING = 100  # characters; enough to tell passages apart

PARAGRAPH = re.compile(r"(?<=\d):\d+$")  # QA-SRL and QADiscourse name documents "Wiki1k:wikinews:1162655:2"


def held_back(title: str, percent: int = PERCENT) -> bool:
    """Whether an article is held back: about ``percent`` of all titles, the same ones on every machine.

    Several ways to write a title count as one: "/wiki/Rosetta_Stone" and "Rosetta Stone", and any paragraph's number.
    """
    return int.from_bytes(blake2b(article(title).encode(), digest_size=8).digest()) % 100 < percent


def article(title: str) -> str:
    """The title without address, paragraph's number and case."""
    return PARAGRAPH.sub("", title.removeprefix("/wiki/")).replace("_", " ").casefold().strip()


def opening(passage: str) -> str:
    """What stands for the article of a passage from a file without titles, and finds a passage in two files."""
    return passage[:OPENING]
