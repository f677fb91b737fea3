"""Conditions on documents: ``date >= 2023-01-01 and type = pdf``.

    condition   = all-of "or" all-of ...          all-of = comparison "and" comparison ...
    comparison  = field operator value            value = a word, or "words in quotes"
    date        = != < <= > >=   year, month or day, compared at the coarser precision of both sides
    title       = != ~           the whole title, or ~ for a part of it; case does not matter
    author      = != ~           the whole name of any author, or ~ for a part of one; case does not matter
    language    = !=             two or three letters such as en
    type        = !=             txt, md, html, pdf, docx, epub, rtf, csv, eml or mbox
    folder      = !=             a path, or part of one; everything below it counts
    file        = !=             the name of a file, alone or with folders above it

A document that states no date, author or language meets no comparison of it, not even !=.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath

from index.file_types import TYPES
from index.storage.layout import DocumentRecord

Test = Callable[[str, str], bool]

_TOKEN = re.compile(
    r"""\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<mark><=|>=|!=|[=<>~])|(?P<word>[^\s"'=<>~!]+))"""
)
DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
ORDERS: dict[str, Test] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of one field of a document with a value."""

    field: str
    mark: str
    value: str

    def holds(self, document: DocumentRecord) -> bool:
        """Whether a document meets it."""
        return FIELDS[self.field].test(document, self.mark, self.value)


@dataclass(frozen=True, slots=True)
class Condition:
    """Groups of comparisons; it holds if every comparison in at least one group does."""

    groups: tuple[tuple[Comparison, ...], ...]

    def holds(self, document: DocumentRecord) -> bool:
        """Whether a document meets it."""
        return any(all(one.holds(document) for one in group) for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class _Field:
    """The operators that a field takes, its test, the pattern of valid values, and an example."""

    marks: tuple[str, ...]
    test: Callable[[DocumentRecord, str, str], bool]
    value: re.Pattern[str]
    example: str


def parse(condition: str) -> Condition:
    """Parse a condition; raises ValueError naming the part that is wrong and what it should look like."""
    tokens = list(_tokens(condition))
    groups = _split(tokens, "or")
    return Condition(tuple(tuple(_comparison(part) for part in _split(group, "and")) for group in groups))


def _tokens(condition: str) -> Iterator[_Token]:
    place, end = 0, len(condition.rstrip())
    while place < end:
        found = _TOKEN.match(condition, place)
        if found is None:
            raise ValueError(f"the condition cannot be read at {condition[place:].strip()!r}")
        place = found.end()
        yield _Token(found[found.lastgroup or 0], found.lastgroup in ("double", "single"))


def _split(tokens: Sequence[_Token], word: str) -> list[list[_Token]]:
    between = groupby(tokens, key=lambda token: not token.quoted and token.text.casefold() == word)
    parts = [list(part) for joins, part in between if not joins]
    joints = sum(not token.quoted and token.text.casefold() == word for token in tokens)
    if len(parts) != joints + 1:
        raise ValueError(f'something is missing beside "{word}"; for example: `date >= 2023-01-01 and type = pdf`')
    return parts


def _comparison(tokens: Sequence[_Token]) -> Comparison:
    said = " ".join(token.text for token in tokens)
    if len(tokens) < 3:
        raise ValueError(f"{said!r} is not a comparison; for example: `date >= 2023-01-01`")
    field, mark, value = tokens[0].text.casefold(), tokens[1].text, " ".join(token.text for token in tokens[2:])
    if field not in FIELDS:
        raise ValueError(f"{tokens[0].text!r} is not a field; the fields are {', '.join(FIELDS)}")
    known = FIELDS[field]
    if mark not in known.marks:
        raise ValueError(f"{field} is compared by {' '.join(known.marks)}, not by {mark!r}")
    if not known.value.fullmatch(value):
        raise ValueError(f"{value!r} is not a valid {field}; for example: `{field} {known.marks[0]} {known.example}`")
    return Comparison(field, mark, value)


def _by_date(document: DocumentRecord, mark: str, value: str) -> bool:
    shared = min(len(value), len((document.date or "")[:10]))
    return shared > 0 and ORDERS[mark]((document.date or "")[:shared], value[:shared])


def _by_title(document: DocumentRecord, mark: str, value: str) -> bool:
    title, wanted = document.title.casefold(), value.casefold()
    return wanted in title if mark == "~" else ORDERS[mark](title, wanted)


def _by_author(document: DocumentRecord, mark: str, value: str) -> bool:
    names, wanted = [name.casefold() for name in document.authors], value.casefold()
    if mark == "~":
        return any(wanted in name for name in names)
    return bool(names) and (wanted in names) == (mark == "=")


def _by_language(document: DocumentRecord, mark: str, value: str) -> bool:
    return document.language is not None and ORDERS[mark](document.language, value.casefold())


def _by_type(document: DocumentRecord, mark: str, value: str) -> bool:
    return ORDERS[mark](document.kind, value.casefold())


def _by_folder(document: DocumentRecord, mark: str, value: str) -> bool:
    names, wanted = PurePath(document.name).parent.parts, PurePath(value).parts
    places = [0] if PurePath(value).is_absolute() else range(len(names) - len(wanted) + 1)
    return any(names[place : place + len(wanted)] == wanted for place in places) == (mark == "=")


def _by_file(document: DocumentRecord, mark: str, value: str) -> bool:
    names, wanted = PurePath(document.name).parts, PurePath(value).parts
    return (len(wanted) > 0 and names[-len(wanted) :] == wanted) == (mark == "=")


_TYPES = re.compile("|".join(TYPES), re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}")
_ANY = re.compile(r".+", re.DOTALL)
FIELDS = {
    "date": _Field(tuple(ORDERS), _by_date, DATE, "2023-01-01"),
    "title": _Field(("=", "!=", "~"), _by_title, _ANY, '"A title"'),
    "author": _Field(("=", "!=", "~"), _by_author, _ANY, '"A name"'),
    "language": _Field(("=", "!="), _by_language, _LANGUAGE, "en"),
    "type": _Field(("=", "!="), _by_type, _TYPES, "pdf"),
    "folder": _Field(("=", "!="), _by_folder, _ANY, "reports/2023"),
    "file": _Field(("=", "!="), _by_file, _ANY, "report.pdf"),
}
