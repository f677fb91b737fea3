"""Questions about the collection: how many documents there are and which, by metadata or by what they mention."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from index.folder_index import Passage
from index.storage.layout import DocumentRecord
from index.store import Store
from qa.answers import Answer
from qa.messages.notices import counted, notice
from qa.messages.sources import in_passage
from qa.question.content_words import content
from qa.question.message_kind import Message
from qa.question.named_documents import by_author, iso_date, name_words
from qa.retrieval.hybrid import Hit, Retriever

SEARCHED = (
    2_000  # passages looked at for a mention, chosen and not fitted: beyond it the number is said to be a least one
)
SHOWN = 10  # sentences that show the mention, one a document
SHARE = 1 / 3  # of a document's passages: from here on it is about what they mention

_KIND_NAMES = {
    "txt": "text", "md": "Markdown", "html": "HTML", "pdf": "PDF", "docx": "Word", "epub": "EPUB", "rtf": "RTF", "csv": "table",
    "eml": "e-mail", "mbox": "mailbox",
}  # fmt: skip
_TYPES = {
    "word": ("docx", "odt", "rtf"), "doc": ("docx",), "word documents": ("docx", "odt", "rtf"), "web": ("html",), "htm": ("html",),
    "text": ("txt",), "markdown": ("md",), "email": ("eml", "mbox"), "e-mail": ("eml", "mbox"), "excel": ("xlsx",),
    "spreadsheet": ("csv", "xlsx", "ods"), "powerpoint": ("pptx",),
}  # fmt: skip
_LIKE = {"older than": "before", "earlier than": "before", "newer than": "after", "later than": "after"}
_LAST = {"newest": True, "latest": True, "most recent": True, "oldest": False, "earliest": False}  # by date
_LARGEST = {"longest": True, "largest": True, "biggest": True, "shortest": False, "smallest": False}  # by characters


@dataclass(frozen=True, slots=True)
class Mention:
    """A document that mentions a topic, the first passage that does or its first, how many do, and whether it is about it."""

    document: DocumentRecord
    passage: Passage
    passages: int
    prominent: bool


def about_collection(
    message: Message, store: Store, retriever: Retriever, documents: Sequence[DocumentRecord]
) -> Answer:
    """The notice that answers a question about the collection, with its documents."""
    return _ANSWERS[message.kind](message, store, retriever, documents)


def _count(message: Message, documents: Sequence[DocumentRecord]) -> Answer:
    """How many documents there are, by type."""
    if message.detail:
        wanted = _TYPES.get(message.detail, (message.detail,))
        chosen = [one for one in documents if one.kind in wanted]
        return _these(message, chosen, f"of type {' or '.join(_KIND_NAMES.get(kind, kind) for kind in wanted)}")
    kinds = Counter(_KIND_NAMES.get(one.kind, one.kind) for one in documents).most_common()
    types = ", ".join(f"{number:,} {kind}" for kind, number in kinds)
    are = "is" if len(documents) == 1 else "are"
    return notice(message.text, f"There {are} {counted(len(documents))}: {types}.", documents=documents)


def _these(message: Message, chosen: Sequence[DocumentRecord], which: str) -> Answer:
    """The chosen documents, or that there are none."""
    verb = "is" if len(chosen) == 1 else "are"
    said = f"{counted(len(chosen))} {verb} {which}." if chosen else f"No document is {which}."
    return notice(message.text, said, documents=chosen)


def _superlative(message: Message, documents: Sequence[DocumentRecord]) -> Answer:
    """The newest, oldest, longest or shortest document."""
    if message.detail in _LARGEST:
        size = max if _LARGEST[message.detail] else min
        chosen = size(documents, key=lambda one: one.characters)
        said = f"{chosen.characters:,} characters"
    else:
        dated = [one for one in documents if one.date]
        if not dated:
            return notice(message.text, "No document states its date.")
        end = max if _LAST[message.detail] else min
        chosen = end(dated, key=lambda one: one.date or "")
        undated = len(documents) - len(dated)
        said = (chosen.date or "")[:10] + (f"; {counted(undated)} without a date left out" if undated else "")
    return notice(message.text, f"The {message.detail} document is “{chosen.title}” ({said}).", documents=[chosen])


def _by_author(message: Message, store: Store, retriever: Retriever, documents: Sequence[DocumentRecord]) -> Answer:
    """The documents of an author, the sentences that mention the name if none states it as its author's, or the authors."""
    if not message.topic:
        names = Counter(name for one in documents for name in one.authors).most_common()
        said = ", ".join(f"{name} ({number})" for name, number in names)
        return notice(
            message.text, f"The authors that documents state: {said}." if said else "No document states its author."
        )
    chosen, _ = by_author(message.topic, documents)
    if chosen:
        return _these(message, chosen, f"by {message.topic}")
    found = mentions(message.topic, store, retriever, documents)
    verb = "mentions" if len(found) == 1 else "mention"
    told = f"; {counted(len(found))} {verb} the name" if found else ""
    said = f"No document states {message.topic} as its author{told}."
    return replace(_shown(message, said, found), documents=())  # they are not the author's


def _by_date(message: Message, documents: Sequence[DocumentRecord]) -> Answer:
    """The documents of a time."""
    dates = [date for part in re.split(r"\band\b|\bto\b|-(?= )", message.topic) if (date := iso_date(part))]
    if not dates or dates[0].startswith("-"):
        return notice(
            message.text, f"“{message.topic}” could not be read as a date; write for example “after March 2020”."
        )
    first, last = dates[0], dates[-1]
    tests: dict[str, Callable[[str], bool]] = {
        "after": lambda date: date[: len(first)] > first,
        "since": lambda date: date[: len(first)] >= first,
        "before": lambda date: date[: len(first)] < first,
        "until": lambda date: date[: len(first)] <= first,
        "between": lambda date: date[: len(first)] >= first and date[: len(last)] <= last,
    }
    fits = tests.get(_LIKE.get(message.detail, message.detail), partial(_begins, first))
    chosen = sorted((one for one in documents if one.date and fits(one.date)), key=lambda one: one.date or "")
    return _these(message, chosen, f"{message.detail} {message.topic}")


def _begins(first: str, date: str) -> bool:
    """Whether a date falls into a year, month or day."""
    return date.startswith(first)


def mentions(topic: str, store: Store, retriever: Retriever, documents: Sequence[DocumentRecord]) -> list[Mention]:
    """The documents that hold every word of a topic in one passage, or in their name, those most about it first."""
    wanted = content(topic)
    if not wanted:
        return []
    holds, held = _holding(wanted), dict[str, list[Passage]]()
    for hit in _naming(" ".join(word for word in topic.split() if content(word)), retriever):
        if holds(hit.passage.text):
            held.setdefault(hit.passage.document, []).append(hit.passage)
    found = [
        _mention(one, held.get(one.name, ()), wanted, store)
        for one in documents
        if one.name in held or wanted <= name_words(one)
    ]
    return sorted(found, key=lambda one: (not one.prominent, -one.passages, one.document.name))


def _naming(words: str, retriever: Retriever) -> Sequence[Hit]:
    """The passages that hold some of the words; those come before the others, so that most searches need not be deep."""
    depth = SEARCHED // 10
    hits = retriever.retrieve_many([words], depth)[0]
    if len(hits) == depth and any(hit.term_rank is not None for hit in hits[-depth // 4 :]):
        hits = retriever.retrieve_many([words], SEARCHED)[0]
    return [hit for hit in hits if hit.term_rank is not None]


def _holding(wanted: frozenset[str]) -> Callable[[str], bool]:
    """A test whether a text holds all stems; of plain text, only the words that begin as they do are stemmed."""
    if any(map(str.isdigit, "".join(wanted))):
        return lambda text: wanted <= content(text)
    alike = re.compile(rf"\b(?:{'|'.join(re.escape(stem[:3]) for stem in wanted)})\w*")

    def holds(text: str) -> bool:
        return wanted <= (content(" ".join({*alike.findall(text.casefold())})) if text.isascii() else content(text))

    return holds


def _mention(document: DocumentRecord, passages: Sequence[Passage], wanted: frozenset[str], store: Store) -> Mention:
    """How a document mentions a topic: prominently if its name, a heading or its opening does, or a third of it."""
    first = min(passages, key=lambda one: one.start, default=None) or store.passages[document.first_passage]
    headings = name_words(document).union(*(content(one.heading) for one in passages))
    opens = first.number == document.first_passage and wanted <= content(first.text[:OPENING])
    often = len(passages) >= 2 and len(passages) >= SHARE * document.passages
    return Mention(document, first, len(passages), wanted <= headings or opens or often)


NEAR, WITHIN = 0.3, 0.9  # cosine, and share of the best cosine, from which a document is near; chosen and not fitted
OPENING = 400  # characters: what is named so early is what a document is about


def _mentioning(message: Message, store: Store, retriever: Retriever, documents: Sequence[DocumentRecord]) -> Answer:
    """The documents that mention a topic."""
    found = [one for one in mentions(message.topic, store, retriever, documents) if one.passages]
    if message.detail == "not":
        naming = {one.document.name for one in found}
        return _these(message, [one for one in documents if one.name not in naming], f"without {message.topic}")
    verb = "mentions" if len(found) == 1 else "mention"
    said = f"{counted(len(found))} {verb} {message.topic}." if found else f"No document mentions {message.topic}."
    return _shown(message, said, found)


def _about(message: Message, store: Store, retriever: Retriever, documents: Sequence[DocumentRecord]) -> Answer:
    """The documents about a topic; those that mention it if none is about it."""
    found = mentions(message.topic, store, retriever, documents)
    if not found:
        return _nearest(message, retriever, documents)
    about = [one for one in found if one.prominent]
    if about:
        verb = "is" if len(about) == 1 else "are"
        return _shown(message, f"{counted(len(about))} {verb} about {message.topic}.", about)
    verb = "mentions" if len(found) == 1 else "mention"
    said = f"No document has {message.topic} as its subject; {counted(len(found))} {verb} it."
    return _shown(message, said, found)


def _nearest(message: Message, retriever: Retriever, documents: Sequence[DocumentRecord]) -> Answer:
    """The documents nearest in meaning to a topic that none mentions, if any is near."""
    [hits] = retriever.retrieve_many([message.topic], SHOWN)
    near = [hit for hit in hits if hit.similarity >= max(NEAR, WITHIN * hits[0].similarity)]
    names = {hit.passage.document for hit in near}
    if not near:
        return notice(message.text, f"No document mentions {message.topic}.")
    said = f"No document mentions {message.topic}; {'this one is' if len(names) == 1 else 'these are'} the nearest in meaning."
    return notice(message.text, said, documents=[one for one in documents if one.name in names])


def _shown(message: Message, said: str, found: Sequence[Mention]) -> Answer:
    """The notice with the documents and the sentences that show it."""
    wanted = content(message.topic)
    citations = [
        max(
            in_passage(one.passage), key=lambda sentence: (len(wanted & content(sentence.text)), -sentence.start)
        ).cited(1.0)
        for one in found[:SHOWN]
    ]
    return notice(message.text, said, documents=[one.document for one in found], citations=citations)


_Answering = Callable[[Message, Store, Retriever, Sequence[DocumentRecord]], Answer]


def _by_records(answer: Callable[[Message, Sequence[DocumentRecord]], Answer]) -> _Answering:
    """An answer that needs only the documents' records."""
    return lambda message, store, retriever, documents: answer(message, documents)


_ANSWERS: dict[str, _Answering] = {
    "count": _by_records(_count),
    "listing": _by_records(_count),
    "superlative": _by_records(_superlative),
    "written by": _by_author,
    "written when": _by_records(_by_date),
    "mentions": _mentioning,
    "about": _about,
}
COLLECTION = frozenset(_ANSWERS)
