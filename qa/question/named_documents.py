"""Documents that a message names: by file, title, author, date or place in the list, exactly or nearly."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import PurePath

from index.file_types import KINDS
from index.search.bm25 import terms
from index.storage.layout import DocumentRecord
from qa.english import FIGURE, MONTHS, NAME, any_of

NEAR = 88  # of 100, chosen and not fitted: a name that differs by a letter or two, not by a word
MOST_NAMES = 3  # of one form in a message, chosen and not fitted, so that a pasted text cannot stall the search
ORDINALS = {
    word: place for place, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split())
}

_FILE = re.compile(
    rf"[\"“']?(?P<name>[^\s\"“”'/]+\.(?:{'|'.join(kind[1:] for kind in (*KINDS, '.doc', '.xls', '.ppt'))}))\b[\"”']?",
    re.I,
)
_INSIDE = re.compile(r"^in [\"“](?P<name>[^\"“”]+)[\"”] ?[,:] ?(?P<rest>.+)$", re.I)
_NOUN = (
    r"(?:article|document|file|paper|text|report|story|pdf|piece|essay|page|chapter|notes?|speech|letter"
    r"|interview)"
)
_TITLED = re.compile(
    rf"(?:the )?{_NOUN}s? (?:titled|called|named|entitled|headed"
    rf"|with the title) [\"“']?(?P<name>[^\"“”?]+?)[\"”']?(?=[?,.]|$)",
    re.I,
)
_DATE = (
    rf"(?:(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? )?{any_of(MONTHS)}(?: \d{{1,2}},?)?(?: \d{{4}})?"
    r"|\d{4}(?:-\d\d(?:-\d\d)?)?|\d{1,2}\.\d{1,2}\.\d{4})\b"
)
_OF_DATE = re.compile(
    rf"\b(?:the )?(?P<noun>{_NOUN})s? (?:of|from|dated|published (?:on|in)|written (?:on|in)) (?P<name>{_DATE})", re.I
)
_ONE_OF = re.compile(rf"^(?:(?:in|from) )?the one (?:of|from) (?P<name>{_DATE})(?=[,:])", re.I)
_DATED = re.compile(rf"\b(?:the )?(?P<name>\d{{4}}|(?:{any_of(MONTHS)})(?: \d{{4}})?) {_NOUN}s?\b", re.I)
_ORDINAL = re.compile(rf"\b(?:the )?(?P<name>{any_of(ORDINALS)}|last) {_NOUN}(?: in the list)?\b", re.I)
_KNOWN_AS = re.compile(rf"\b(?:the|this|that) (?P<name>(?:[\w’'&.-]+ ){{1,4}}?){_NOUN}s?\b", re.I)
_ABOUT = re.compile(
    r"\b(?:the|this|that) (?:article|document|file|text|pdf)s? (?:on|about) "
    r"(?P<name>(?:[\w’'&-]+ ){0,3}[\w’'&-]+)(?=[?,.:]|$)",
    re.I,
)
_BY = re.compile(
    rf"\b(?i:(?:the|this|that) (?:{_NOUN}|e-?mail|mail|message)s? (?:written )?(?:by|from)) (?P<name>{NAME})"
)
_MONTHS = {month.lower(): place for place, month in enumerate(MONTHS, 1)}
_EMPTY = frozenset(
    terms("a an the of in on at by for from with and or to this that my your new old first last same whole other")
)
# What is left of "in report.pdf", "of the mill article" or "does it say in the text" if the name is taken out.
_DANGLING = re.compile(
    r"(?:,? ?\b(?:in|from|of|by|on|inside|within|according to|as per)(?: the| this| that)?(?: (?:file|article"
    r"|document))?)? ?\0,? ?"
    r"(?:(?P<verb>say|says|said|write|writes|mention|mentions|state|states|report|reports|tell us|claim"
    r"|claims)(?P<on> (?:about|on|of))?)?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Named:
    """The documents that a message names, the words that name them, and the message without those words.

    No documents: one is named that is not there. ``exact`` is false if the name is only nearly right.
    """

    documents: tuple[DocumentRecord, ...]
    said: str
    rest: str
    exact: bool = True


def named_in(message: str, list_documents: Callable[[], Sequence[DocumentRecord]]) -> Named | None:
    """What a message names; None if it names no document. A name that fits several documents names them all.

    The documents are listed only for a message in a form that names one.
    """
    if inside := _INSIDE.match(message):
        found, exact = _each_called(inside["name"], list_documents())
        return Named(found, inside["name"], inside["rest"], exact)
    for pattern, chosen in _FORMS:
        for match in islice(pattern.finditer(message), MOST_NAMES):
            found, exact = chosen(match["name"].strip(), list_documents())
            if found or pattern is _FILE or _is_own(match):
                return Named(found, match["name"].strip(), _without(message, match), exact)
    return None


def _is_own(match: re.Match[str]) -> bool:
    """Whether a name is one of the documents' own, so that it can be said that there is none: "the article of 1 May 2015"."""
    return (
        match.re is _OF_DATE
        and match["noun"].lower() in ("article", "document", "file")
        and not match["name"].isdigit()
    )


def _each_called(names: str, documents: Sequence[DocumentRecord]) -> tuple[tuple[DocumentRecord, ...], bool]:
    """The documents of a name, or of several with commas between."""
    found, exact = called(names, documents)
    if found or "," not in names:
        return found, exact
    each = [called(name, documents) for name in names.split(",")]
    return tuple(one for found, _ in each for one in found), all(exact for _, exact in each)


def called(name: str, documents: Sequence[DocumentRecord]) -> tuple[tuple[DocumentRecord, ...], bool]:
    """The documents of a name - a file's, a title, or a part of one that is no common word - and whether it is exact."""
    from rapidfuzz.fuzz import ratio

    wanted = name.casefold().strip(" .\"'“”")
    for names_of in (_files, _titles):
        if exact := tuple(one for one in documents if wanted in names_of(one)):
            return exact, True
    if len(wanted) > 3:
        near = [
            (max(ratio(wanted, known) for known in names), one)
            for one in documents
            if (
                names := [
                    known for known in (*_files(one), *_titles(one)) if FIGURE.findall(known) == FIGURE.findall(wanted)
                ]
            )
        ]
        best = max((score for score, _ in near), default=0.0)
        if best >= NEAR:
            return tuple(one for score, one in near if score == best), False
    return (), True


def known_as(name: str, documents: Sequence[DocumentRecord]) -> tuple[tuple[DocumentRecord, ...], bool]:
    """The documents whose title, file name and authors hold every word of a name, as in "the Valdai article"."""
    wanted = set(terms(name)) - _EMPTY
    if not wanted:
        return (), True
    return tuple(one for one in documents if wanted <= name_words(one)), True


def by_author(name: str, documents: Sequence[DocumentRecord]) -> tuple[tuple[DocumentRecord, ...], bool]:
    """The documents that state an author of whose name these words are part."""
    wanted = set(terms(name))
    return tuple(one for one in documents if any(wanted <= set(terms(author)) for author in one.authors)), True


def of_date(name: str, documents: Sequence[DocumentRecord]) -> tuple[tuple[DocumentRecord, ...], bool]:
    """The documents of a day, month or year in words or figures."""
    wanted = iso_date(name)
    if wanted is None:
        return (), True
    first = 4 if wanted.startswith("-") else 0  # a date without its year
    return tuple(one for one in documents if one.date and one.date.startswith(wanted, first)), True


def iso_date(name: str) -> str | None:
    """A date in words as ISO 8601, as precise as it is; "-04-08" without a year; None if it is no date."""
    if found := re.search(r"\d{4}-\d\d(?:-\d\d)?", name):
        return found[0]
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", name):
        return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    year = re.search(r"\b\d{4}\b", name)
    month = next((number for word, number in _MONTHS.items() if re.search(rf"\b{word}\b", name, re.I)), None)
    day = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", name)
    if month is None:
        return year[0] if year else None
    ending = f"-{month:02}" + (f"-{int(day[1]):02}" if day else "")
    return (year[0] if year else "") + ending


def _at_place(name: str, documents: Sequence[DocumentRecord]) -> tuple[tuple[DocumentRecord, ...], bool]:
    """The document at a place of the list."""
    place = len(documents) - 1 if name.lower() == "last" else ORDINALS[name.lower()]
    return tuple(documents[place : place + 1]), True


_FORMS: tuple[
    tuple[re.Pattern[str], Callable[[str, Sequence[DocumentRecord]], tuple[tuple[DocumentRecord, ...], bool]]], ...
] = (
    (_FILE, called),
    (_TITLED, called),
    (_BY, by_author),
    (_OF_DATE, of_date),
    (_ONE_OF, of_date),
    (_DATED, of_date),
    (_ORDINAL, _at_place),
    (_KNOWN_AS, known_as),
    (_ABOUT, known_as),
)


def short_name(document: DocumentRecord) -> str:
    """The name of a document's file, without its folders."""
    return PurePath(document.name).name


def _files(document: DocumentRecord) -> tuple[str, ...]:
    """A document's file name, with and without its ending."""
    return _file_names(document.name)


@lru_cache(maxsize=20_000)
def _file_names(name: str) -> tuple[str, ...]:
    path = PurePath(name)
    stem = path.stem.casefold()
    return path.name.casefold(), stem, stem.replace("-", " ").replace("_", " ")


def _titles(document: DocumentRecord) -> tuple[str, ...]:
    """A document's title, with and without its article."""
    title = document.title.casefold().strip(" .")
    return title, re.sub(r"^(?:the|an?) ", "", title)


def name_words(document: DocumentRecord) -> frozenset[str]:
    """The stems of the words of a document's title, file name and authors."""
    return _stems(" ".join((document.title, PurePath(document.name).stem, *document.authors)))


@lru_cache(maxsize=20_000)
def _stems(names: str) -> frozenset[str]:
    return frozenset(terms(re.sub(r"[-_.]+", " ", names)))


def _without(message: str, match: re.Match[str]) -> str:
    """The message without the words that name the document and those that lead to them."""
    marked = message[: match.start()] + "\0" + message[match.end() :]
    if found := re.match(
        r"^what (?:does|do|did) (?:the )?\0 (?:say|write|state|report|tell us|mention) (?:about|on"
        r"|of) (?P<topic>.+)$",
        marked,
        re.I,
    ):
        return f"Tell me about {found['topic']}"
    rest = _DANGLING.sub(lambda found: " " if not found["verb"] else f" {found['verb']}{found['on'] or ''} ", marked)
    return re.sub(r"\s+([?,.])", r"\1", " ".join(rest.split())).lstrip(" :,;")
