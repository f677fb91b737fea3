"""Reads what a web page states of its article as JSON-LD (schema.org), which search engines ask news sites for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.loaders.text import iso_date

LONGEST = 1_000_000  # characters of JSON: far more than any article states
DEEPEST = 5  # levels of lists and graphs around an article
_FENCE = re.compile(r"\A\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*\Z")  # older pages put scripts in CDATA
_ARTICLES = ("Article", "Posting", "Report", "WebPage")  # ends of the names of types, the surest first


@dataclass(frozen=True, slots=True)
class Stated:
    """The headline, ISO date and authors of an article; None and () for what is not stated."""

    title: str | None = None
    date: str | None = None
    authors: tuple[str, ...] = ()


def linked_data(root: Any) -> Stated:
    """Return what the first article in a page's JSON-LD states; scripts that are not JSON are passed over."""
    things = [
        thing for script in root.xpath("//script[@type='application/ld+json']/text()") for thing in _things(str(script))
    ]
    for kind in _ARTICLES:
        for thing in things:
            if any(name.endswith(kind) for name in _strings(thing.get("@type"))):
                title = next(_strings(thing.get("headline")), None)
                date = iso_date(next(_strings(thing.get("datePublished")), None))
                return Stated(" ".join(title.split()) if title else None, date, tuple(_names(thing.get("author"))))
    return Stated()


def _things(script: str) -> Iterator[dict[str, Any]]:
    try:
        said = json.loads(_FENCE.sub("", script[:LONGEST]), strict=False)
    except (ValueError, RecursionError):
        return
    yield from _inside(said, DEEPEST)


def _inside(said: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(said, list) and depth:
        for one in said:
            yield from _inside(one, depth - 1)
    elif isinstance(said, dict):
        yield said
        if depth:
            yield from _inside(said.get("@graph"), depth - 1)


def _names(said: Any) -> Iterator[str]:
    for one in said if isinstance(said, list) else [said]:
        name = one.get("name") if isinstance(one, dict) else one
        yield from (words for words in _strings(name) if "://" not in words)


def _strings(said: Any) -> Iterator[str]:
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, str) and one.strip():
            yield one.strip()
