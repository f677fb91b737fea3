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
# What stands around names in bylines, and what programs write where nobody stated anything.
_BEFORE_NAME = re.compile(
    r"(?:(?:written|posted|published|reported|story|text|words|article)\s+)?by\b[:\s]+|authors?:\s*", re.I
)
_BEHIND_NAME = re.compile(
    r"[\s,|·•»(–—-]+(?:(?:edited|reviewed|checked|translated|illustrated|photograph(?:y|s|ed)|photos?|pictures)(?:\s+by)?\b"
    r"|(?:last\s+)?updated\b|published\b|posted\b|https?://|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b).*"
    r"|[\s,|·•»–—-]+\Z",
    re.I,
)
_NO_NAME = re.compile(
    r"(?:last\s+)?(?:updated|modified|published|posted)\b.*|(?:follow|about|see|view|contact)\s+(?:the\s+|this\s+)?authors?"
    r"|january|february|july|september|october|november|december|anonymous|unknown|admin(?:istrator)?|user|authors?"
    r"|(?:microsoft office|windows)\s+user|python-docx|openpyxl",
    re.I,
)
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel|publisher)(?: -.*)?|powerpoint[- ]presentation|word document|untitled\b.*"
    r"|(?:document|presentation|book|slide|layout)\s?\d*|.*\.(?:docx?|pptx?|xlsx?|od[tps]|rtf|indd|qxp|tex|dvi|pdf|html?))",
    re.I,
)
_NO_LANGUAGE = ("und", "mul", "zxx", "mis")  # undetermined, several, none, without a code


def authors(said: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct names in the stated values, which semicolons may separate, without "By" and what is no name."""
    names = (_name(name) for value in islice(said, MOST_AUTHORS) for name in value[:LONGEST_VALUE].split(";"))
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


def title(said: str | None) -> str | None:
    """Return a title on one line; None for what a program writes for want of one, such as the name of a file."""
    cleaned = " ".join((said or "").split())
    return None if _NO_TITLE.fullmatch(cleaned[:LONGEST_VALUE]) else cleaned or None


def _name(said: str) -> str:
    cleaned = _clean(said)
    before = _BEFORE_NAME.match(cleaned)
    whole = cleaned[before.end() :] if before else cleaned
    name = _BEHIND_NAME.sub("", whole)
    return "" if _NO_NAME.fullmatch(whole) or _NO_NAME.fullmatch(name) else name


def _clean(name: str) -> str:
    shown = "".join(sign if sign.isprintable() or sign in JOINERS else " " for sign in name)
    return " ".join(shown.split())[:LONGEST_NAME].rstrip()
