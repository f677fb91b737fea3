"""Cleans what a document states about itself: short, on one line, without control characters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

# Bounds on hostile metadata, far beyond what honest documents state; the lengths are in characters.
MOST_AUTHORS = 20
LONGEST_NAME = 200
LONGEST_VALUE = 10_000
JOINERS = "\u200c\u200d"  # invisible, and part of names in some scripts

_TAG = re.compile(r"\s*([A-Za-z]{2,3})(?![A-Za-z])")
_URL = re.compile(r"https?://[!-~]{3,2000}")
_NO_LANGUAGE = ("und", "mul", "zxx", "mis")  # undetermined, several, none, without a code


def authors(said: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct names in the stated values, which semicolons may separate."""
    names = (_clean(name) for value in islice(said, MOST_AUTHORS) for name in value[:LONGEST_VALUE].split(";"))
    return tuple(islice(dict.fromkeys(name for name in names if name), MOST_AUTHORS))


def language(said: str | None) -> str | None:
    """Return the primary tag in lower case, such as "en" for "en-GB"; None if no valid language is stated."""
    found = _TAG.match(said or "")
    tag = found[1].lower() if found else None
    return None if tag in _NO_LANGUAGE else tag


def words(said: str | None) -> str | None:
    """Return a name such as a publisher's on one line; None if there is none."""
    return _clean((said or "")[:LONGEST_VALUE]) or None


def url(said: str | None) -> str | None:
    """Return the address of a page on the web; None if it is none."""
    cleaned = (said or "").strip()
    return cleaned if _URL.fullmatch(cleaned) else None


def _clean(name: str) -> str:
    shown = "".join(sign if sign.isprintable() or sign in JOINERS else " " for sign in name)
    return " ".join(shown.split())[:LONGEST_NAME].rstrip()
